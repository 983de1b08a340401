//! The Peers screen: the statistics of each peer, disconnected peers, and a heat map of announcements.
//!
//! A new column is one row of the table in `columns.rs`.

mod chooser;
mod chosen;
mod columns;
mod disconnected;
mod groups;
mod heat_map;
mod layout;
mod list;
mod listing;
mod order;

use crate::event::PeerId;
use crate::snapshot::{Open, PeersView, View};
use crate::snapshot::{PeerStatsRow, PeersScreen, Window};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Motion, Place};
use crate::tui::layer::{Copyable, Layer, Response};
use crate::tui::list_query::{ListQuery, QuerySubject};
use crate::tui::overlays::details::document::Document;
use crate::tui::overlays::details::page;
use crate::tui::widgets::list::{Clicked, List};
use crate::tui::widgets::panel::list_rows;
use crate::tui::widgets::panels::Panels;
use crate::tui::widgets::scroll::Scroll;
use chooser::Chooser;
use chosen::Chosen;
use groups::Groups;
use layout::{Focus, Parts};
use listing::Listing;
use order::Order;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

/// Which peers are listed, in which order, and the position among them.
#[derive(Default, Debug)]
pub struct Peers {
    listing: Listing,
    list: List<PeerId>,
    groups: Groups,
    panels: Panels<Focus>,
    /// The scroll positions of the selected peer's page and of the disconnected peers.
    page: Scroll,
    disconnected: Scroll,
    /// The choice of columns, while it is open.
    chooser: Option<Chooser>,
}

impl Peers {
    fn parts(&self, cx: &Context) -> Parts {
        if self.panels.is_zoomed {
            return layout::zoomed(cx.area, self.panels.focus);
        }
        Self::all_parts(cx)
    }

    /// The layout when no panel is zoomed.
    fn all_parts(cx: &Context) -> Parts {
        let rows = |screen: &PeersScreen| screen.peers.total.max(screen.groups.len());
        layout::parts(cx.area, cx.snapshot.peers.as_deref().map_or(0, rows))
    }

    /// The number of rows of the list; while another panel is zoomed, about the number that would fit.
    fn rows(&self, cx: &Context) -> usize {
        let list = self.parts(cx).list;
        list_rows(if list.is_empty() { cx.area } else { list })
    }

    /// The peer whose page is beside the list: the selected one, or the first.
    fn on_page(&self, cx: &Context) -> Option<Open> {
        let window = window(cx)?;
        let peer =
            self.list.row(window).or_else(|| window.rows.get(self.list.visible(window, self.rows(cx)).start));
        peer.map(|peer| Open::Peer(peer.row.id))
    }

    /// The page of that peer, and the context to draw it in.
    fn page<'a>(&self, cx: &Context<'a>) -> (Document, Context<'a>) {
        let cx = Context { area: self.parts(cx).page, ..*cx };
        let document = match self.on_page(&cx) {
            Some(open) => page::page(&cx, open, None, false),
            None => Document { title: "Peer".to_owned(), ..Document::default() },
        };
        (document, cx)
    }

    /// Lists the peers of the selected group.
    fn open_group(&mut self, cx: &Context) -> Response {
        if cx.is_frozen() {
            return frozen();
        }
        let group = cx.snapshot.peers.as_deref().and_then(|screen| self.groups.selected(screen));
        self.listing.within = group.map(|group| group.name.clone());
        Response::Done
    }

    /// Moves the selection or scrolls in the focused panel.
    fn go(&mut self, motion: Motion, cx: &Context) -> Response {
        match self.panels.focus {
            Focus::Page => {
                let (document, page) = self.page(cx);
                let (lines, rows) = document.extent(page.area);
                self.page.go(motion, lines, rows);
            }
            Focus::Disconnected => {
                if let Some(screen) = &cx.snapshot.peers {
                    let (lines, rows) = disconnected::extent(self.parts(cx).disconnected, screen);
                    self.disconnected.go(motion, lines, rows);
                }
            }
            Focus::List if self.listing.lists_groups() => {
                if let Some(screen) = &cx.snapshot.peers {
                    self.groups.go(motion, self.parts(cx).list, screen);
                }
            }
            Focus::List | Focus::Heat => {
                self.page = Scroll::default();
                if let Some(window) = window(cx) {
                    return self.list.go(motion, window, self.rows(cx)).response(cx);
                }
            }
        }
        Response::Done
    }

    /// Drops the selection; without one, returns to the groups or stops grouping; then drops the query; then
    /// leaves the screen.
    fn back(&mut self) -> Response {
        if std::mem::take(&mut self.list) != List::default() || self.listing.within.take().is_some() {
            return Response::Done;
        }
        if self.listing.grouping.take().is_some() {
            return Response::Done;
        }
        if self.listing.query.take().is_some() {
            return Response::Done;
        }
        Response::Leave
    }
}

/// The list in the snapshot, once available.
fn window<'a>(cx: &Context<'a>) -> Option<&'a Window<PeerStatsRow>> {
    cx.snapshot.peers.as_ref().map(|screen| &screen.peers)
}

/// The model sorts and groups, and a frozen screen keeps only one list.
fn frozen() -> Response {
    Response::remark("unfreeze (Space) to sort or group")
}

impl Layer for Peers {
    fn place(&self, _cx: &Context) -> Place {
        if self.chooser.is_some() {
            Place::Columns
        } else if self.listing.filter.is_typing() {
            Place::Filter
        } else {
            Place::Peers
        }
    }

    fn offers(&self, action: Action, _cx: &Context) -> bool {
        let is_of_peers =
            matches!(action, Action::SortNext | Action::SortPrevious | Action::SortReverse | Action::Columns);
        !(is_of_peers && self.listing.lists_groups())
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        if let Some(chooser) = &mut self.chooser {
            if action == Action::Back {
                self.chooser = None;
                return Response::Done;
            }
            return chooser.update(action, cx, &mut self.listing.columns);
        }
        if self.listing.filter.update_list(action, &mut self.list)
            || self.panels.update(action, &Self::all_parts(cx).panels())
        {
            return Response::Done;
        }
        match action {
            Action::Back => return self.back(),
            Action::Open if self.listing.lists_groups() => return self.open_group(cx),
            Action::Group if cx.is_frozen() => return frozen(),
            Action::Group => {
                self.listing.group();
                (self.list, self.groups) = (List::default(), Groups::default());
            }
            Action::Open => {
                let rows = self.rows(cx);
                let selected = window(cx).and_then(|window| self.list.selected_or_first(window, rows));
                return Response::open(selected.map(Open::Peer));
            }
            Action::Move(motion) => return self.go(motion, cx),
            _ if !self.offers(action, cx) => {
                return Response::remark("groups stand by their live peers: Enter lists the peers of one");
            }
            Action::SortNext | Action::SortPrevious | Action::SortReverse if cx.is_frozen() => {
                return frozen();
            }
            Action::SortNext => {
                let shown = self.listing.shown_columns();
                self.listing.sort(|order| order.next(&shown));
            }
            Action::SortPrevious => {
                let shown = self.listing.shown_columns();
                self.listing.sort(|order| order.previous(&shown));
            }
            Action::Columns => self.chooser = Some(Chooser::default()),
            Action::SortReverse => self.listing.sort(Order::reverse),
            _ => {}
        }
        Response::Done
    }

    fn click(&mut self, at: Position, cx: &Context) -> Response {
        if let Some(chooser) = &mut self.chooser {
            let clicked = chooser.click(at, cx, &mut self.listing.columns);
            return clicked.unwrap_or_else(|| self.update(Action::Back, cx));
        }
        let Some(window) = window(cx) else { return Response::Done };
        let parts = self.parts(cx);
        self.panels.focus = parts.at(at).unwrap_or(self.panels.focus);
        let panel = parts.list;
        if let Some(screen) = cx.snapshot.peers.as_deref().filter(|_| self.listing.lists_groups()) {
            let is_again = self.groups.click(at, panel, screen);
            return if is_again { self.open_group(cx) } else { Response::Done };
        }
        match self.list.click(at, panel, window) {
            Clicked::Head(_) if cx.is_frozen() => frozen(),
            Clicked::Head(cell) => {
                if let Some(column) = list::column_at(panel, &self.listing, cell) {
                    self.listing.sort(|order| order.sort_by(column));
                }
                Response::Done
            }
            Clicked::Again => self.update(Action::Open, cx),
            Clicked::Selected | Clicked::Nothing => Response::Done,
        }
    }

    fn wheel(&mut self, at: Position, motion: Motion, cx: &Context) -> Response {
        if self.chooser.is_some() {
            return self.update(Action::Move(motion), cx);
        }
        self.panels.focus = self.parts(cx).at(at).unwrap_or(self.panels.focus);
        self.go(motion, cx)
    }

    fn paste(&mut self, text: &str, _cx: &Context) -> Option<Response> {
        self.listing.filter.paste_into(text, &mut self.list)
    }

    fn copies(&self, cx: &Context) -> Vec<Copyable> {
        let selected = window(cx).and_then(|window| self.list.row(window));
        selected.map(|peer| Copyable::new("peer address", &peer.row.address)).into_iter().collect()
    }

    fn keep(&self) -> Option<String> {
        let Listing { order, columns, .. } = &self.listing;
        Some(if *columns == Chosen::default() { order.to_string() } else { format!("{order}|{columns}") })
    }

    fn restore(&mut self, kept: &str) {
        let (order, columns) = kept.split_once('|').unwrap_or((kept, ""));
        self.listing.order = Order::of(order).unwrap_or(self.listing.order);
        self.listing.columns = Chosen::of(columns);
    }

    fn settle(&mut self, cx: &Context) {
        if let Some(screen) = &cx.snapshot.peers {
            self.listing.has_autonomous_systems = screen.has_autonomous_systems;
            self.listing.has_sensors = cx.snapshot.sensor_count > 0;
        }
        if let Some(window) = window(cx) {
            let rows = self.rows(cx);
            self.list.settle(window, rows);
        }
    }

    fn request(&self, cx: &Context, view: &mut View) {
        let empty = Window::default();
        let window = self.list.peers_view(window(cx).unwrap_or(&empty), self.rows(cx));
        let Listing { order, query, filter, .. } = &self.listing;
        let (query, filter) = (query.clone(), filter.text().to_owned());
        let (grouping, within) = self.listing.groups_view();
        view.peers = PeersView { window, sort: order.sort(), filter, query, grouping, within };
    }

    fn beside(&self, cx: &Context) -> Option<Open> {
        if self.parts(cx).page.is_empty() { None } else { self.on_page(cx) }
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
        let parts = self.parts(cx);
        let has_focus = |panel| self.panels.has_focus(panel, focused);
        let empty = PeersScreen::default();
        let screen = cx.snapshot.peers.as_deref().unwrap_or(&empty);
        if self.listing.lists_groups() {
            let label = list::groups_label(screen, &self.listing);
            self.groups.draw(frame, parts.list, cx, screen, &label, has_focus(Focus::List));
        } else if !parts.list.is_empty() {
            let focused = has_focus(Focus::List);
            list::draw(frame, parts.list, cx, screen, &self.list, &self.listing, focused);
        }
        if !parts.page.is_empty() {
            let (document, page) = self.page(cx);
            document.draw(frame, &page, self.page, None, has_focus(Focus::Page));
        }
        if cx.snapshot.peers.is_some() {
            let focused = has_focus(Focus::Disconnected);
            disconnected::draw(frame, parts.disconnected, cx, screen, self.disconnected, focused);
            heat_map::draw(frame, parts.heat, cx, screen, &self.list, has_focus(Focus::Heat));
        }
        if let Some(chooser) = &self.chooser {
            let visible = list::visible(Rect { height: 1, ..cx.area }, &self.listing);
            chooser.draw(frame, cx, &self.listing, &visible);
        }
    }
}
