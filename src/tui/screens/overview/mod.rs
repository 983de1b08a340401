//! The Overview screen: peers, transactions, events and rates at a glance.

mod charts;
mod events;
mod figures;
mod layout;
mod peers;
mod transactions;
mod unreachable;

use crate::event::PeerId;
use crate::snapshot::{self, Open, TxKey, View};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Motion, Place};
use crate::tui::layer::{Copyable, Layer, Response};
use crate::tui::widgets::list::{Clicked, List};
use crate::tui::widgets::panel::list_rows;
use layout::{Focus, Parts};
use ratatui::Frame;
use ratatui::layout::Position;
use unreachable::Unreachable;

/// Which of the two lists has the focus, and where the reader is in each.
#[derive(Default, Debug)]
pub struct Overview {
    focus: Focus,
    peers: List<PeerId>,
    transactions: List<TxKey>,
    unreachable: Unreachable,
}

impl Overview {
    fn parts(&self, cx: &Context) -> Parts {
        layout::parts(cx.area, cx.snapshot.overview.peers.total, self.focus)
    }

    fn open(&mut self, cx: &Context) -> Response {
        let parts = self.parts(cx);
        let snapshot::Overview { peers, transactions, .. } = &cx.snapshot.overview;
        Response::open(match self.focus {
            Focus::Peers => self.peers.selected_or_first(peers, list_rows(parts.peers)).map(Open::Peer),
            Focus::Transactions => {
                let selected =
                    self.transactions.selected_or_first(transactions, list_rows(parts.transactions));
                selected.map(Open::Transaction)
            }
        })
    }

    fn select(&mut self, motion: Motion, cx: &Context) -> Response {
        let parts = self.parts(cx);
        let snapshot::Overview { peers, transactions, .. } = &cx.snapshot.overview;
        let moved = match self.focus {
            Focus::Peers => self.peers.go(motion, peers, list_rows(parts.peers)),
            Focus::Transactions => self.transactions.go(motion, transactions, list_rows(parts.transactions)),
        };
        moved.response(cx)
    }

    fn focus_at(&mut self, at: Position, parts: Parts) {
        if parts.peers.contains(at) {
            self.focus = Focus::Peers;
        } else if parts.transactions.contains(at) {
            self.focus = Focus::Transactions;
        }
    }

    /// Closes the notice or, without one, drops the selection.
    fn back(&mut self, cx: &Context) {
        if self.unreachable.close(cx) {
            return;
        }
        match self.focus {
            Focus::Peers => self.peers = List::default(),
            Focus::Transactions => self.transactions = List::default(),
        }
    }
}

impl Layer for Overview {
    fn place(&self, _cx: &Context) -> Place {
        Place::Overview
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        match action {
            Action::Open => return self.open(cx),
            Action::Move(motion) => return self.select(motion, cx),
            Action::Back => self.back(cx),
            // Of two panels, the next one is also the previous one.
            Action::Next | Action::Previous => self.focus = self.focus.other(),
            _ => {}
        }
        Response::Done
    }

    fn click(&mut self, at: Position, cx: &Context) -> Response {
        let parts = self.parts(cx);
        self.focus_at(at, parts);
        let snapshot::Overview { peers, transactions, .. } = &cx.snapshot.overview;
        let clicked = match self.focus {
            Focus::Peers => self.peers.click(at, parts.peers, peers),
            Focus::Transactions => self.transactions.click(at, parts.transactions, transactions),
        };
        if clicked == Clicked::Again { self.open(cx) } else { Response::Done }
    }

    fn wheel(&mut self, at: Position, motion: Motion, cx: &Context) -> Response {
        self.focus_at(at, self.parts(cx));
        self.select(motion, cx)
    }

    fn settle(&mut self, cx: &Context) {
        let parts = self.parts(cx);
        let snapshot::Overview { peers, transactions, .. } = &cx.snapshot.overview;
        self.peers.settle(peers, list_rows(parts.peers));
        self.transactions.settle(transactions, list_rows(parts.transactions));
        self.unreachable.settle(cx);
    }

    fn request(&self, cx: &Context, view: &mut View) {
        let parts = self.parts(cx);
        view.overview.peers = self.peers.peers_view(&cx.snapshot.overview.peers, list_rows(parts.peers));
        view.overview.transactions = self.transactions.transactions_view(list_rows(parts.transactions));
        // Without a panel for events, the latest one stands on the frame of the transactions.
        view.overview.notices = usize::from(parts.events.height.max(1));
        view.overview.arrival = usize::from(parts.arrival.width.saturating_sub(2));
    }

    fn copies(&self, cx: &Context) -> Vec<Copyable> {
        let snapshot::Overview { peers, transactions, .. } = &cx.snapshot.overview;
        let copy = match self.focus {
            Focus::Peers => self.peers.row(peers).map(|peer| Copyable::new("peer address", &peer.address)),
            Focus::Transactions => {
                self.transactions.row(transactions).map(|row| Copyable::new("txid", &row.txid))
            }
        };
        copy.into_iter().collect()
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, focused: bool) {
        let parts = self.parts(cx);
        let has_focus = |focus| focused && self.focus == focus;
        figures::draw(frame, parts.figures, cx);
        peers::draw(frame, parts.peers, cx, &self.peers, has_focus(Focus::Peers));
        let latest_event = if parts.events.is_empty() { cx.snapshot.overview.notices.first() } else { None };
        let focused = has_focus(Focus::Transactions);
        transactions::draw(frame, parts.transactions, cx, &self.transactions, focused, latest_event);
        charts::arrival(frame, parts.arrival, cx);
        charts::mempool(frame, parts.mempool, cx);
        charts::bandwidth(frame, parts.bandwidth, cx);
        events::draw(frame, parts.events, cx);
        self.unreachable.draw(frame, cx);
    }
}
