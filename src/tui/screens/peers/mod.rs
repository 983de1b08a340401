//! The Peers screen: the statistics of each peer, disconnected peers, and a heat map of announcements.
//!
//! A new column is one row of the table in `columns.rs`.

mod columns;
mod disconnected;
mod heat_map;
mod layout;
mod list;
mod listing;
mod order;

use crate::event::PeerId;
use crate::snapshot::{Open, PeersView, View};
use crate::snapshot::{PeerStatsRow, PeersScreen, Window};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Place};
use crate::tui::layer::{Copyable, Layer, Response};
use crate::tui::list_query::{ListQuery, QuerySubject};
use crate::tui::widgets::list::{Clicked, List};
use crate::tui::widgets::panel::list_rows;
use listing::Listing;
use order::Order;
use ratatui::Frame;
use ratatui::layout::Position;

/// Which peers are listed, in which order, and where the reader is among them.
#[derive(Default, Debug)]
pub struct Peers {
    listing: Listing,
    list: List<PeerId>,
}

impl Peers {
    fn rows(cx: &Context) -> usize {
        list_rows(layout::parts(cx.area).list)
    }

    /// Drops the selection, else the query, else leaves the screen.
    fn back(&mut self) -> Response {
        if std::mem::take(&mut self.list) != List::default() || self.listing.query.take().is_some() {
            return Response::Done;
        }
        Response::Leave
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
        if self.listing.filter.is_typing() { Place::Filter } else { Place::Peers }
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        if self.listing.filter.update_list(action, &mut self.list) {
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
            Action::SortNext => self.listing.sort(Order::next),
            Action::SortPrevious => self.listing.sort(Order::previous),
            Action::SortReverse => self.listing.sort(Order::reverse),
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
                if let Some(column) = list::column_at(panel, self.listing.order, cell) {
                    self.listing.sort(|order| order.sort_by(column));
                }
                Response::Done
            }
            Clicked::Again => self.update(Action::Open, cx),
            Clicked::Selected | Clicked::Nothing => Response::Done,
        }
    }

    fn paste(&mut self, text: &str, _cx: &Context) -> Option<Response> {
        self.listing.filter.paste_into(text, &mut self.list)
    }

    fn copies(&self, cx: &Context) -> Vec<Copyable> {
        let selected = window(cx).and_then(|window| self.list.row(window));
        selected.map(|peer| Copyable::new("peer address", &peer.row.address)).into_iter().collect()
    }

    fn keep(&self) -> Option<String> {
        Some(self.listing.order.to_string())
    }

    fn restore(&mut self, kept: &str) {
        self.listing.order = Order::of(kept).unwrap_or(self.listing.order);
    }

    fn settle(&mut self, cx: &Context) {
        if let Some(window) = window(cx) {
            self.list.settle(window, Self::rows(cx));
        }
    }

    fn request(&self, cx: &Context, view: &mut View) {
        let empty = Window::default();
        let window = self.list.peers_view(window(cx).unwrap_or(&empty), Self::rows(cx));
        let Listing { order, query, filter } = &self.listing;
        let (query, filter) = (query.clone(), filter.text().to_owned());
        view.peers = PeersView { window, sort: order.sort(), filter, query };
    }

    fn queried(&self) -> Option<(QuerySubject, String)> {
        Some((QuerySubject::Peers, self.listing.query.as_ref().map_or_else(String::new, ToString::to_string)))
    }

    fn apply_query(&mut self, query: ListQuery) {
        if let ListQuery::Peers(query) = query {
            self.listing.query = (!query.is_empty()).then_some(query);
            self.list = List::default();
        }
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, focused: bool) {
        let parts = layout::parts(cx.area);
        let empty = PeersScreen::default();
        let screen = cx.snapshot.peers.as_deref().unwrap_or(&empty);
        list::draw(frame, parts.list, cx, screen, &self.list, &self.listing, focused);
        if cx.snapshot.peers.is_some() {
            disconnected::draw(frame, parts.disconnected, cx, screen);
            heat_map::draw(frame, parts.heat, cx, screen, &self.list);
        }
    }
}
