//! The watch list, and the line in which targets are typed.

mod draw;
mod input;

use crate::event::Command;
use crate::snapshot::WatchRow;
use crate::snapshot::{Open, View};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Motion, Place};
use crate::tui::layer::{Copyable, Layer, Response};
use input::Input;
use ratatui::Frame;
use ratatui::layout::Position;

/// The number of targets in a page.
const PAGE: usize = 10;

/// The selected target, and the line that is being typed.
#[derive(Default, Debug)]
pub struct Watchlist {
    selected: usize,
    input: Option<Input>,
}

impl Watchlist {
    fn position(&self, cx: &Context) -> usize {
        self.selected.min(cx.snapshot.watchlist.len().saturating_sub(1))
    }

    fn row<'a>(&self, cx: &Context<'a>) -> Option<&'a WatchRow> {
        cx.snapshot.watchlist.get(self.position(cx))
    }

    fn select(&mut self, motion: Motion, cx: &Context) {
        let last = cx.snapshot.watchlist.len().saturating_sub(1);
        self.selected = motion.apply(self.position(cx), last, PAGE);
    }

    fn begin_input(&mut self, cx: &Context) -> Response {
        if cx.is_frozen() {
            return frozen();
        }
        self.input = Some(Input::default());
        Response::Done
    }

    fn remove(&self, cx: &Context) -> Response {
        match self.row(cx) {
            _ if cx.is_frozen() => frozen(),
            Some(row) => Response::Send(Command::Unwatch(row.target.clone())),
            None => Response::Done,
        }
    }

    /// Opens the transaction of the last match of the selected target.
    fn open(&self, cx: &Context) -> Response {
        match self.row(cx).and_then(|row| row.key) {
            Some(key) => Response::Open(Open::Transaction(key)),
            None => Response::remark("no matching transaction in the mempool"),
        }
    }
}

/// A frozen list would not show the change.
fn frozen() -> Response {
    Response::remark("unfreeze (Space) to change the watch list")
}

impl Layer for Watchlist {
    fn place(&self, _cx: &Context) -> Place {
        if self.input.is_some() { Place::Input } else { Place::Watchlist }
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        let Some(input) = &mut self.input else {
            match action {
                Action::Back => return Response::Leave,
                Action::Open => return self.open(cx),
                Action::Add => return self.begin_input(cx),
                Action::Remove => return self.remove(cx),
                Action::Move(motion) => self.select(motion, cx),
                _ => {}
            }
            return Response::Done;
        };
        match action {
            Action::Back => self.input = None,
            Action::Type(letter) => input.push(letter),
            Action::Erase => input.erase(),
            Action::EraseAll => input.erase_all(),
            Action::Open => {
                if let Some(target) = input.target(cx.snapshot) {
                    self.input = None;
                    return Response::Send(Command::Watch(vec![target]));
                }
            }
            _ => {}
        }
        Response::Done
    }

    fn paste(&mut self, text: &str, cx: &Context) -> Option<Response> {
        if cx.is_frozen() {
            return Some(frozen());
        }
        let input = self.input.get_or_insert_default();
        let Some(targets) = input.paste(text, cx.snapshot) else { return Some(Response::Done) };
        self.input = None;
        Some(Response::Send(Command::Watch(targets)))
    }

    fn click(&mut self, at: Position, cx: &Context) -> Response {
        let Some(row) = draw::row_at(cx, self.position(cx), at).filter(|_| self.input.is_none()) else {
            return Response::Done;
        };
        if row == self.position(cx) {
            return self.open(cx);
        }
        self.selected = row;
        Response::Done
    }

    fn request(&self, _cx: &Context, view: &mut View) {
        view.watchlist = true;
    }

    fn copies(&self, cx: &Context) -> Vec<Copyable> {
        let Some(row) = self.row(cx) else { return Vec::new() };
        let last = row.last.iter().map(|(_, last)| Copyable::new("txid of the last match", &last.txid));
        std::iter::once(Copyable::new("target", row.target.text())).chain(last).collect()
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, _focused: bool) {
        draw::draw(frame, cx, self.position(cx), self.input.as_ref());
    }
}
