//! The Log screen: the program's own log, newest line first.

mod draw;

use crate::snapshot::{LogLine, LogView, View, Window};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Place};
use crate::tui::layer::{Layer, Response};
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::list::{Clicked, List};
use crate::tui::widgets::panel::list_rows;
use ratatui::Frame;
use ratatui::layout::Position;
use tracing::Level;

/// The levels, most severe first.
const LEVELS: [Level; 5] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];

/// Which lines are shown, and the position among them.
#[derive(Debug)]
pub struct Log {
    /// The index of the least severe level shown.
    level: usize,
    list: List<u64>,
    filter: Filter,
}

impl Default for Log {
    fn default() -> Self {
        let level = LEVELS.iter().position(|level| *level == LogView::default().level);
        Self { level: level.unwrap_or(0), list: List::default(), filter: Filter::default() }
    }
}

impl Log {
    fn rows(cx: &Context) -> usize {
        list_rows(draw::parts(cx.area).list)
    }

    fn show_level(&mut self, level: usize) {
        self.level = level.min(LEVELS.len() - 1);
        self.list = List::default();
    }
}

/// The lines in the snapshot, once available.
fn window<'a>(cx: &Context<'a>) -> Option<&'a Window<LogLine>> {
    cx.snapshot.log.as_ref().map(|screen| &screen.lines)
}

impl Layer for Log {
    fn place(&self, _cx: &Context) -> Place {
        if self.filter.is_typing() { Place::Filter } else { Place::Log }
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        if self.filter.update_list(action, &mut self.list) {
            return Response::Done;
        }
        match action {
            Action::Back => return self.list.back(),
            Action::Next => self.show_level(self.level + 1),
            Action::Previous => self.show_level(self.level.saturating_sub(1)),
            Action::Move(motion) => {
                if let Some(window) = window(cx) {
                    return self.list.go(motion, window, Self::rows(cx)).response(cx);
                }
            }
            _ => {}
        }
        Response::Done
    }

    fn click(&mut self, at: Position, cx: &Context) -> Response {
        if let Some(window) = window(cx)
            && self.list.click(at, draw::parts(cx.area).list, window) == Clicked::Nothing
        {
            self.list = List::default();
        }
        Response::Done
    }

    fn paste(&mut self, text: &str, _cx: &Context) -> Option<Response> {
        self.filter.paste_into(text, &mut self.list)
    }

    fn settle(&mut self, cx: &Context) {
        if let Some(window) = window(cx) {
            self.list.settle(window, Self::rows(cx));
        }
    }

    fn request(&self, cx: &Context, view: &mut View) {
        let empty = Window::default();
        let (offset, height) = self.list.wanted(window(cx).unwrap_or(&empty), Self::rows(cx));
        let filter = self.filter.text().to_owned();
        view.log =
            LogView { level: LEVELS[self.level], filter, offset, height, selected: self.list.selected };
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, focused: bool) {
        draw::draw(frame, cx, &self.list, (LEVELS[self.level], &self.filter), focused);
    }
}
