//! The line for typing a query, with completions above it.
//!
//! ```text
//! ╭ Query: peers ──────────────────────────────────╮
//! │ state       state of the connection            │
//! │ :st▏                                           │
//! ╰────────────────────────────────────────────────╯
//! ```

mod draw;
mod help;
mod history;
mod typed;

pub use help::QueryHelp;
pub use history::QueryHistory;

use crate::query::MAX_LENGTH;
use crate::snapshot::View;
use crate::tui::context::Context;
use crate::tui::keys::{Action, Place};
use crate::tui::layer::{Layer, Response};
use crate::tui::list_query::QuerySubject;
use ratatui::Frame;
use typed::Typed;

/// The line for typing a query.
#[derive(Debug)]
pub struct QueryLine(Typed);

impl QueryLine {
    /// A line that contains the current query.
    pub fn new(subject: QuerySubject, text: String, history: &QueryHistory) -> Self {
        Self(Typed::new(subject, text, history))
    }
}

impl Layer for QueryLine {
    fn place(&self, _cx: &Context) -> Place {
        Place::Query
    }

    fn update(&mut self, action: Action, _cx: &Context) -> Response {
        self.0.error = None;
        match action {
            Action::Back => return Response::Leave,
            Action::Open => return self.0.submit(),
            Action::QueryHelp => return Response::QueryHelp(self.0.subject),
            Action::Next => self.0.cycle(true),
            Action::Previous => self.0.cycle(false),
            _ => {
                self.0.cycle = None;
                self.0.edit(action);
            }
        }
        Response::Done
    }

    fn paste(&mut self, text: &str, _cx: &Context) -> Option<Response> {
        self.0.error = None;
        self.0.cycle = None;
        let fits = !text.trim().contains('\n') && self.0.line.insert(text.trim(), MAX_LENGTH);
        Some(if fits {
            Response::Done
        } else {
            Response::remark("not pasted: a query is one line of at most 1,000 bytes")
        })
    }

    fn request(&self, _cx: &Context, _view: &mut View) {}

    fn draw(&self, frame: &mut Frame, cx: &Context, _focused: bool) {
        draw::line(frame, cx, &self.0);
    }
}
