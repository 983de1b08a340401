//! The Blocks screen: the projected next block and the last blocks side by side, and below them the page of the
//! selected one.
//!
//! ```text
//! ╭ Blocks  last 12 ────────────────────────────────────────╮
//! │╭ next 923,115 ──╮┏ 923,114 ━━━━━━━┓╭ 923,113 ───────╮   │
//! ││ projected      │┃ ViaBTC         ┃│ Foundry USA    │   │
//! │╰────────────────╯┗━━━━━━━━━━━━━━━━┛╰────────────────╯   │
//! ╰─────────────────────────────────────────────────────────╯
//! ╭ Block 923,114 ──────────────────────────────────────────╮
//! │ hash       0000…                                        │
//! ╰─────────────────────────────────────────────────────────╯
//! ```

mod at;
mod layout;
mod next;
mod strip;

use crate::query::{self, Query};
use crate::snapshot::{BlocksScreen, BlocksView, Open, View};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Motion, Place};
use crate::tui::layer::{Copyable, Layer, Response};
use crate::tui::list_query::{ListQuery, QuerySubject};
use crate::tui::overlays::details::block;
use crate::tui::overlays::details::document::{self, Document};
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::panels::Panels;
use crate::tui::widgets::scroll::Scroll;
use crate::wire::BlockHash;
use at::At;
use layout::{Focus, Parts};
use ratatui::Frame;
use ratatui::layout::Position;
use std::sync::Arc;

/// Which blocks are shown, the selected one, and how far its page is scrolled.
#[derive(Default, Debug)]
pub struct Blocks {
    selected: Selected,
    scroll: Scroll,
    panels: Panels<Focus>,
    filter: Filter,
    /// `None` shows every block, the highest first.
    query: Option<Arc<Query<query::Blocks>>>,
}

/// What is selected.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
enum Selected {
    /// The highest block, even when a newer one arrives.
    #[default]
    Newest,
    /// The projected next block.
    Next,
    /// This block.
    Block(BlockHash),
}

fn screen<'a>(cx: &Context<'a>) -> Option<&'a BlocksScreen> {
    cx.snapshot.blocks.as_deref()
}

/// The strip from left to right: the projected block, if any, and the last blocks, newest first.
fn strip<'a>(cx: &Context<'a>) -> Vec<At<'a>> {
    let Some(screen) = screen(cx) else { return Vec::new() };
    let next = screen.next.iter().map(|_| At::Next);
    next.chain(screen.blocks.iter().map(At::Block)).collect()
}

impl Blocks {
    fn parts(&self, cx: &Context) -> Parts {
        if self.panels.is_zoomed {
            return layout::zoomed(cx.area, self.panels.focus);
        }
        layout::parts(cx.area)
    }

    /// The index of the selected block; of the newest one if the selected one is unknown.
    fn position(&self, strip: &[At]) -> usize {
        let find = |is_it: &dyn Fn(&At) -> bool| strip.iter().position(is_it);
        let newest = || find(&|at| matches!(at, At::Block(_))).unwrap_or(0);
        match self.selected {
            Selected::Newest => newest(),
            Selected::Next => 0,
            Selected::Block(hash) => {
                let is_it = |at: &At| matches!(at, At::Block(block) if block.figures.hash == hash);
                find(&is_it).unwrap_or_else(newest)
            }
        }
    }

    fn at<'a>(&self, strip: &[At<'a>]) -> Option<At<'a>> {
        strip.get(self.position(strip)).copied()
    }

    fn hash(&self, cx: &Context) -> Option<BlockHash> {
        match self.at(&strip(cx))? {
            At::Block(block) => Some(block.figures.hash),
            At::Next => None,
        }
    }

    fn select(&mut self, motion: Motion, cx: &Context) {
        let strip = strip(cx);
        let to = motion.apply(self.position(&strip), strip.len().saturating_sub(1), 1);
        self.select_at(&strip, to);
    }

    fn select_at(&mut self, strip: &[At], to: usize) {
        self.selected = match strip.get(to) {
            Some(At::Block(block)) => Selected::Block(block.figures.hash),
            Some(At::Next) => Selected::Next,
            None => Selected::Newest,
        };
        self.scroll = Scroll::default();
    }

    fn follow_newest(&mut self) {
        self.selected = Selected::Newest;
        self.scroll = Scroll::default();
    }

    /// The part of the title about query and filter; `None` without either.
    fn label(&self) -> Option<String> {
        let query = self.query.as_ref().map_or_else(String::new, |query| format!(" · {query}"));
        Some(query + &self.filter.label()).filter(|label| !label.is_empty())
    }

    /// Returns to the newest block; if that is selected, drops the query; without one, leaves the screen.
    fn back(&mut self) -> Response {
        if self.selected == Selected::Newest && self.query.take().is_none() {
            return Response::Leave;
        }
        self.follow_newest();
        Response::Done
    }

    /// The page of the selected block, in the area of `cx`.
    fn page(&self, cx: &Context) -> Option<Document> {
        let cells = document::line_cells(cx.area);
        Some(match self.at(&strip(cx))? {
            At::Block(detail) => block::document(cx, detail, cells),
            At::Next => next::document(cx, screen(cx)?, cells),
        })
    }

    fn scroll(&mut self, motion: Motion, cx: &Context) {
        let page = Context { area: self.parts(cx).page, ..*cx };
        if let Some(document) = self.page(&page) {
            let (lines, rows) = document.extent(page.area);
            self.scroll.go(motion, lines, rows);
        }
    }
}

impl Layer for Blocks {
    fn place(&self, _cx: &Context) -> Place {
        if self.filter.is_typing() { Place::Filter } else { Place::Blocks }
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        if cx.is_frozen() && action == Action::Filter {
            return Response::remark("unfreeze (Space) to filter");
        }
        let before = self.filter.text().to_owned();
        let is_for_filter = self.filter.update(action);
        if self.filter.text() != before {
            self.follow_newest();
        }
        if is_for_filter || self.panels.update(action, &Focus::ALL) {
            return Response::Done;
        }
        match action {
            Action::Move(motion) if self.filter.is_typing() => self.select(motion, cx),
            Action::Next => self.select(Motion::Down, cx),
            Action::Previous => self.select(Motion::Up, cx),
            Action::Move(Motion::Top) => self.follow_newest(),
            Action::Move(Motion::Bottom) => self.select(Motion::Bottom, cx),
            Action::Move(motion) => self.scroll(motion, cx),
            Action::Open => return Response::open(self.hash(cx).map(Open::Block)),
            Action::Back => return self.back(),
            _ => {}
        }
        Response::Done
    }

    fn paste(&mut self, text: &str, _cx: &Context) -> Option<Response> {
        self.filter.is_typing().then(|| {
            self.filter.paste(text);
            self.follow_newest();
            Response::Done
        })
    }

    /// Selects a block, opens the selected one, or follows a link of its page.
    fn click(&mut self, at: Position, cx: &Context) -> Response {
        let (parts, strip) = (self.parts(cx), strip(cx));
        self.panels.focus = parts.at(at).unwrap_or(self.panels.focus);
        let selected = self.position(&strip);
        match strip::column_at(parts.strip, strip.len(), selected, at) {
            Some(column) if column == selected => return self.update(Action::Open, cx),
            Some(column) => self.select_at(&strip, column),
            None => {
                let page = Context { area: parts.page, ..*cx };
                let document = self.page(&page);
                let link = document.and_then(|document| document.link_at(at, page.area, self.scroll));
                return link.map_or(Response::Done, Response::Open);
            }
        }
        Response::Done
    }

    fn request(&self, _cx: &Context, view: &mut View) {
        view.blocks = BlocksView { filter: self.filter.text().to_owned(), query: self.query.clone() };
    }

    fn queried(&self) -> Option<(QuerySubject, String)> {
        Some((QuerySubject::Blocks, self.query.as_ref().map_or_else(String::new, ToString::to_string)))
    }

    fn apply_query(&mut self, query: ListQuery) {
        if let ListQuery::Blocks(query) = query {
            self.query = (!query.is_empty()).then_some(query);
            self.follow_newest();
        }
    }

    fn copies(&self, cx: &Context) -> Vec<Copyable> {
        self.hash(cx).map(|hash| Copyable::new("block hash", &hash)).into_iter().collect()
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, focused: bool) {
        let parts = self.parts(cx);
        let has_focus = |panel| self.panels.has_focus(panel, focused);
        if !parts.strip.is_empty() {
            let empty = BlocksScreen::default();
            let (shown, screen) = (strip(cx), screen(cx).unwrap_or(&empty));
            let (selected, focused) = (self.position(&shown), has_focus(Focus::Strip));
            let label = self.label();
            strip::draw(frame, parts.strip, cx, screen, (&shown, selected), label.as_deref(), focused);
        }
        if !parts.page.is_empty() {
            let page = Context { area: parts.page, ..*cx };
            let document = self.page(&page).unwrap_or_else(|| next::none(cx));
            document.draw(frame, &page, self.scroll, None, has_focus(Focus::Page));
        }
    }
}
