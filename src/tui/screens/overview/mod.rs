//! The Overview screen: peers, transactions, fees, events and rates at a glance.

mod charts;
mod events;
mod fees;
mod figures;
mod layout;
mod peers;
mod transactions;
mod unreachable;

use crate::event::PeerId;
use crate::snapshot::{self, Open, Screen, TxKey, View};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Motion, Place};
use crate::tui::layer::{Copyable, Layer, Response};
use crate::tui::widgets::list::{Clicked, List};
use crate::tui::widgets::panel::list_rows;
use crate::tui::widgets::panels::Panels;
use events::Events;
use layout::{Focus, Parts};
use ratatui::Frame;
use ratatui::layout::Position;
use unreachable::Unreachable;

/// Which panel has the focus, and the position in each list.
#[derive(Default, Debug)]
pub struct Overview {
    panels: Panels<Focus>,
    peers: List<PeerId>,
    transactions: List<TxKey>,
    events: Events,
    unreachable: Unreachable,
}

impl Overview {
    fn parts(&self, cx: &Context) -> Parts {
        if self.panels.is_zoomed {
            return layout::zoomed(cx.area, self.panels.focus);
        }
        layout::parts(cx.area, cx.snapshot.overview.peers.total, self.panels.focus)
    }

    fn open(&mut self, cx: &Context) -> Response {
        let parts = self.parts(cx);
        let snapshot::Overview { peers, transactions, .. } = &cx.snapshot.overview;
        Response::open(match self.panels.focus {
            Focus::Peers => self.peers.selected_or_first(peers, list_rows(parts.peers)).map(Open::Peer),
            Focus::Transactions => {
                let selected =
                    self.transactions.selected_or_first(transactions, list_rows(parts.transactions));
                selected.map(Open::Transaction)
            }
            Focus::Events => {
                return self.events.open(parts.events, cx).map_or_else(Response::remark, Response::Open);
            }
            Focus::Arrivals => return Response::Show(Screen::Transactions, None),
            Focus::Fees | Focus::Mempool => return Response::Show(Screen::Mempool, None),
        })
    }

    /// The screen with the complete list of the focused panel.
    const fn whole_list(&self) -> Screen {
        match self.panels.focus {
            Focus::Peers => Screen::Peers,
            _ => Screen::Transactions,
        }
    }

    fn select(&mut self, motion: Motion, cx: &Context) -> Response {
        let parts = self.parts(cx);
        let snapshot::Overview { peers, transactions, .. } = &cx.snapshot.overview;
        match self.panels.focus {
            Focus::Peers => self.peers.go(motion, peers, list_rows(parts.peers)).response(cx),
            Focus::Transactions => {
                self.transactions.go(motion, transactions, list_rows(parts.transactions)).response(cx)
            }
            Focus::Events => {
                self.events.go(motion, parts.events, cx);
                Response::Done
            }
            Focus::Fees | Focus::Arrivals | Focus::Mempool => Response::Done,
        }
    }

    /// Closes the notice; without one, drops the selection or returns to the transactions.
    fn back(&mut self, cx: &Context) {
        if self.unreachable.close(cx) {
            return;
        }
        match self.panels.focus {
            Focus::Peers => self.peers = List::default(),
            Focus::Transactions => self.transactions = List::default(),
            Focus::Events | Focus::Fees | Focus::Arrivals | Focus::Mempool => {
                self.panels.focus = Focus::default();
            }
        }
    }
}

impl Layer for Overview {
    fn place(&self, _cx: &Context) -> Place {
        match self.panels.focus {
            Focus::Events if self.events.is_typing() => Place::Filter,
            Focus::Events => Place::Events,
            _ => Place::Overview,
        }
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        if self.panels.update(action, &Focus::ALL)
            || (self.panels.focus == Focus::Events && self.events.update(action))
        {
            return Response::Done;
        }
        match action {
            Action::Open => return self.open(cx),
            Action::Move(motion) => return self.select(motion, cx),
            Action::Back => self.back(cx),
            // Filters apply to the complete list, of which this one shows the first rows.
            Action::Filter | Action::Query => return Response::Show(self.whole_list(), Some(action)),
            _ => {}
        }
        Response::Done
    }

    fn paste(&mut self, text: &str, _cx: &Context) -> Option<Response> {
        self.events.paste(text)
    }

    fn click(&mut self, at: Position, cx: &Context) -> Response {
        let parts = self.parts(cx);
        self.panels.focus = parts.at(at).unwrap_or(self.panels.focus);
        let snapshot::Overview { peers, transactions, .. } = &cx.snapshot.overview;
        let clicked = match self.panels.focus {
            Focus::Peers => self.peers.click(at, parts.peers, peers),
            Focus::Transactions => self.transactions.click(at, parts.transactions, transactions),
            Focus::Events => self.events.click(at, parts.events, cx),
            Focus::Fees | Focus::Arrivals | Focus::Mempool => Clicked::Nothing,
        };
        if clicked == Clicked::Again { self.open(cx) } else { Response::Done }
    }

    fn wheel(&mut self, at: Position, motion: Motion, cx: &Context) -> Response {
        self.panels.focus = self.parts(cx).at(at).unwrap_or(self.panels.focus);
        self.select(motion, cx)
    }

    fn settle(&mut self, cx: &Context) {
        let parts = self.parts(cx);
        let snapshot::Overview { peers, transactions, .. } = &cx.snapshot.overview;
        self.peers.settle(peers, list_rows(parts.peers));
        self.transactions.settle(transactions, list_rows(parts.transactions));
        self.events.settle(parts.events, cx);
        self.unreachable.settle(cx);
    }

    fn request(&self, cx: &Context, view: &mut View) {
        let parts = self.parts(cx);
        view.overview.peers = self.peers.peers_view(&cx.snapshot.overview.peers, list_rows(parts.peers));
        view.overview.transactions = self.transactions.transactions_view(list_rows(parts.transactions));
        // Without a panel for events, the latest one is shown on the transactions' frame.
        let needs_all = self.panels.focus == Focus::Events || self.events.needs_all();
        view.overview.notices = if needs_all { usize::MAX } else { parts.events.height.max(1).into() };
        view.overview.arrival = charts::columns(parts.arrivals);
    }

    fn copies(&self, cx: &Context) -> Vec<Copyable> {
        let snapshot::Overview { peers, transactions, .. } = &cx.snapshot.overview;
        let copy = match self.panels.focus {
            Focus::Peers => self.peers.row(peers).map(|peer| Copyable::new("peer address", &peer.address)),
            Focus::Transactions => {
                self.transactions.row(transactions).map(|row| Copyable::new("txid", &row.txid))
            }
            Focus::Events | Focus::Fees | Focus::Arrivals | Focus::Mempool => None,
        };
        copy.into_iter().collect()
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, focused: bool) {
        let parts = self.parts(cx);
        let has_focus = |panel| self.panels.has_focus(panel, focused);
        figures::draw(frame, parts.figures, cx);
        peers::draw(frame, parts.peers, cx, &self.peers, has_focus(Focus::Peers));
        let latest_event = if parts.events.is_empty() { cx.snapshot.overview.notices.first() } else { None };
        let focused = has_focus(Focus::Transactions);
        transactions::draw(frame, parts.transactions, cx, &self.transactions, focused, latest_event);
        fees::draw(frame, parts.fees, cx, has_focus(Focus::Fees));
        charts::arrival(frame, parts.arrivals, cx, has_focus(Focus::Arrivals));
        charts::mempool(frame, parts.mempool, cx, has_focus(Focus::Mempool));
        self.events.draw(frame, parts.events, cx, has_focus(Focus::Events));
        self.unreachable.draw(frame, cx);
    }
}
