//! The details of a peer, a transaction or a block.

pub mod block;
mod cluster;
mod copies;
pub mod document;
mod mempool_list;
pub mod page;
mod peer;
mod propagation;
mod removed;
mod scripts;
mod transaction;

use crate::snapshot::{Detail, Open, View};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Place};
use crate::tui::layer::{Copyable, Layer, Response};
use crate::tui::widgets::format;
use crate::tui::widgets::scroll::Scroll;
use document::Document;
use ratatui::Frame;
use ratatui::layout::Position;
use std::sync::Arc;

/// What is open, its scroll position, and its selected link.
#[derive(Debug)]
pub struct Details {
    open: Open,
    /// The last known details, for when they are gone.
    kept: Option<Arc<Detail>>,
    scroll: Scroll,
    link: Option<usize>,
    shows_scripts: bool,
}

impl Details {
    pub fn new(open: Open) -> Self {
        Self { open, kept: None, scroll: Scroll::default(), link: None, shows_scripts: false }
    }

    fn page(&self, cx: &Context) -> Document {
        page::page(cx, self.open, self.kept.as_deref(), self.shows_scripts)
    }

    /// The details: current, or the last known ones.
    fn detail<'a>(&'a self, cx: &Context<'a>) -> Option<&'a Detail> {
        let gone = |detail: &&Detail| matches!(detail, Detail::Removed(_) | Detail::Forgotten);
        let now = cx.detail(self.open).map(AsRef::as_ref);
        now.filter(|detail| !gone(detail)).or(self.kept.as_deref()).or(now)
    }

    /// Selects the next or previous link and scrolls to it.
    fn select_link(&mut self, cx: &Context, forward: bool) -> Response {
        let page = self.page(cx);
        let Some(last) = page.links().count().checked_sub(1) else {
            return Response::remark("nothing on this page can be opened");
        };
        let link = match (self.link.filter(|link| *link <= last), forward) {
            (None, true) => 0,
            (None, false) => last,
            (Some(link), true) => {
                if link == last {
                    0
                } else {
                    link + 1
                }
            }
            (Some(link), false) => link.checked_sub(1).unwrap_or(last),
        };
        self.link = Some(link);
        let (lines, rows) = page.extent(cx.area);
        if let Some(line) = page.line_of_link(link, cx.area) {
            self.scroll.show(line, lines, rows);
        }
        Response::Done
    }

    /// Opens the selected link or, if none is selected, the banner's.
    fn follow(&self, cx: &Context) -> Response {
        let page = self.page(cx);
        let link = match self.link {
            Some(number) => page.links().nth(number),
            None if page.banner.is_empty() => None,
            None => page.links().next(),
        };
        link.map_or_else(|| Response::remark("Tab selects what Enter opens"), Response::Open)
    }

    /// Shows the scripts and scrolls to them, or hides them again.
    fn toggle_scripts(&mut self, cx: &Context) -> Response {
        if !self.offers(Action::ToggleScripts, cx) {
            return Response::remark("no scripts here: open a transaction");
        }
        self.shows_scripts = !self.shows_scripts;
        if self.shows_scripts {
            let page = self.page(cx);
            let (lines, rows) = page.extent(cx.area);
            if let Some(line) = page.line_of_scripts(cx.area) {
                self.scroll.show_part(line, lines, rows);
            }
        }
        Response::Done
    }

    fn copy_raw(&self, cx: &Context) -> Response {
        match self.detail(cx) {
            Some(Detail::Transaction(transaction)) => copies::raw(transaction).map_or_else(
                || {
                    let size = format::grouped(transaction.raw.len() as u64);
                    Response::remark(format!("not copied: {size} B exceed what terminals accept"))
                },
                Response::Copy,
            ),
            _ => Response::remark("nothing to copy: open a transaction"),
        }
    }
}

impl Layer for Details {
    fn place(&self, _cx: &Context) -> Place {
        Place::Details
    }

    fn offers(&self, action: Action, cx: &Context) -> bool {
        match action {
            Action::Open | Action::Next => self.page(cx).links().next().is_some(),
            Action::ToggleScripts => matches!(self.detail(cx), Some(Detail::Transaction(_))),
            Action::Copy => !self.copies(cx).is_empty(),
            _ => true,
        }
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        match action {
            Action::Back => return Response::Leave,
            Action::Move(motion) => {
                let (lines, rows) = self.page(cx).extent(cx.area);
                self.scroll.go(motion, lines, rows);
            }
            Action::Next => return self.select_link(cx, true),
            Action::Previous => return self.select_link(cx, false),
            Action::Open => return self.follow(cx),
            Action::ToggleScripts => return self.toggle_scripts(cx),
            Action::CopyRaw => return self.copy_raw(cx),
            _ => {}
        }
        Response::Done
    }

    fn click(&mut self, at: Position, cx: &Context) -> Response {
        self.page(cx).link_at(at, cx.area, self.scroll).map_or(Response::Done, Response::Open)
    }

    fn settle(&mut self, cx: &Context) {
        let detail = cx.detail(self.open);
        let is_there = |detail: &&Arc<Detail>| !matches!(***detail, Detail::Removed(_) | Detail::Forgotten);
        if let Some(detail) = detail.filter(is_there) {
            self.kept = Some(Arc::clone(detail));
        }
    }

    fn request(&self, _cx: &Context, view: &mut View) {
        view.open = Some(self.open);
    }

    fn copies(&self, cx: &Context) -> Vec<Copyable> {
        copies::copies(self.open, self.detail(cx))
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, _focused: bool) {
        self.page(cx).draw(frame, cx, self.scroll, self.link, true);
    }
}
