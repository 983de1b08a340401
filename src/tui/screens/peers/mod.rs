//! The Peers screen: the statistics of each peer, disconnected peers, and a heat map of announcements.
//!
//! A new column is one row of the table in `columns.rs`.

mod columns;
mod disconnected;
mod heat_map;
mod layout;
mod list;

mod order;

use crate::event::PeerId;
use crate::snapshot::{Open, PeersView, View};
use crate::snapshot::{PeerStatsRow, PeersScreen, Window};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Place};
use crate::tui::layer::{Copyable, Layer, Response};
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::list::{Clicked, List};
use crate::tui::widgets::panel::list_rows;
use order::Order;
use ratatui::Frame;
use ratatui::layout::Position;

/// The order of the peers, and where the reader is among them.
#[derive(Default, Debug)]
pub struct Peers {
    order: Order,
    filter: Filter,
    list: List<PeerId>,
}

impl Peers {
    fn rows(cx: &Context) -> usize {
        list_rows(layout::parts(cx.area).list)
    }

    /// Drops the selection or, without one, leaves the screen.
    fn back(&mut self) -> Response {
        let response = if self.list == List::default() { Response::Leave } else { Response::Done };
        self.list = List::default();
        response
    }
}

/// The list in the snapshot, once it is there.
fn window<'a>(cx: &Context<'a>) -> Option<&'a Window<PeerStatsRow>> {
    cx.snapshot.peers.as_ref().map(|screen| &screen.peers)
}

/// The model sorts, of which a frozen screen keeps one list.
fn frozen() -> Response {
    Response::remark("unfreeze (Space) to sort")
}

impl Layer for Peers {
    fn place(&self, _cx: &Context) -> Place {
        if self.filter.is_typing() { Place::Filter } else { Place::Peers }
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        let before = self.filter.text().to_owned();
        if self.filter.update(action) {
            if self.filter.text() != before {
                self.list = List::default();
            }
            return Response::Done;
        }
        match action {
            Action::Back => return self.back(),
            Action::Open => {
                let window = window(cx);
                let selected = window.and_then(|window| self.list.selected_or_first(window, Self::rows(cx)));
                return Response::open(selected.map(Open::Peer));
            }
            Action::Move(motion) => {
                if let Some(window) = window(cx) {
                    return self.list.go(motion, window, Self::rows(cx)).response(cx);
                }
            }
            Action::SortNext | Action::SortPrevious | Action::SortReverse if cx.is_frozen() => {
                return frozen();
            }
            Action::SortNext => self.order.next(),
            Action::SortPrevious => self.order.previous(),
            Action::SortReverse => self.order.reverse(),
            _ => {}
        }
        Response::Done
    }

    fn click(&mut self, at: Position, cx: &Context) -> Response {
        let Some(window) = window(cx) else { return Response::Done };
        let panel = layout::parts(cx.area).list;
        match self.list.click(at, panel, window) {
            Clicked::Head(_) if cx.is_frozen() => frozen(),
            Clicked::Head(cell) => {
                if let Some(column) = list::column_at(panel, self.order, cell) {
                    self.order.sort_by(column);
                }
                Response::Done
            }
            Clicked::Again => self.update(Action::Open, cx),
            Clicked::Selected | Clicked::Nothing => Response::Done,
        }
    }

    fn paste(&mut self, text: &str, _cx: &Context) -> Option<Response> {
        self.filter.is_typing().then(|| {
            self.filter.paste(text);
            self.list = List::default();
            Response::Done
        })
    }

    fn copies(&self, cx: &Context) -> Vec<Copyable> {
        let selected = window(cx).and_then(|window| self.list.row(window));
        selected.map(|peer| Copyable::new("peer address", &peer.row.address)).into_iter().collect()
    }

    fn keep(&self) -> Option<String> {
        Some(self.order.to_string())
    }

    fn restore(&mut self, kept: &str) {
        self.order = Order::of(kept).unwrap_or(self.order);
    }

    fn settle(&mut self, cx: &Context) {
        if let Some(window) = window(cx) {
            self.list.settle(window, Self::rows(cx));
        }
    }

    fn request(&self, cx: &Context, view: &mut View) {
        let empty = Window::default();
        let window = self.list.peers_view(window(cx).unwrap_or(&empty), Self::rows(cx));
        view.peers = PeersView { window, sort: self.order.sort(), filter: self.filter.text().to_owned() };
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, focused: bool) {
        let parts = layout::parts(cx.area);
        let empty = PeersScreen::default();
        let screen = cx.snapshot.peers.as_deref().unwrap_or(&empty);
        list::draw(frame, parts.list, cx, screen, &self.list, (self.order, &self.filter), focused);
        if cx.snapshot.peers.is_some() {
            disconnected::draw(frame, parts.disconnected, cx, screen);
            heat_map::draw(frame, parts.heat, cx, screen, &self.list);
        }
    }
}
