//! The Watch list screen: the targets with what happened to their balance, and the history of the selected one.
//!
//! ```text
//! ┏ Watch list  4 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
//! ┃ target                    mempool BTC  blocks BTC  tx  conf  last        ago  ┃
//! ┃ bc1qw508d6q…7kv8f3t4      +0.01725404           ·   1     ·  arrived     13s  ┃
//! ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
//! ╭ History  bc1qw508d6q…7kv8f3t4 · 1 event ─────────────────────────────────────╮
//! │ age  what happened          change BTC  conf  txid                            │
//! │ 13s  arrived               +0.01725404     ·  3fa9c1…e07                      │
//! ╰───────────────────────────────────────────────────────────────────────────────╯
//! ```

mod columns;
mod draw;
mod input;
mod layout;

use crate::event::Command;
use crate::snapshot::{MatchRow, View, WatchRow, WatchlistScreen, WatchlistView, Window};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Motion, Place};
use crate::tui::layer::{Copyable, Layer, Response};
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::list::{Clicked, List, Moved};
use crate::tui::widgets::panel::list_rows;
use crate::tui::widgets::panels::Panels;
use input::Input;
use layout::{Focus, Parts};
use ratatui::Frame;
use ratatui::layout::Position;

/// The positions in both lists, and the input being typed.
#[derive(Default, Debug)]
pub struct Watchlist {
    panels: Panels<Focus>,
    targets: List<u64>,
    history: List<u64>,
    filter: Filter,
    input: Option<Input>,
}

fn screen<'a>(cx: &Context<'a>) -> Option<&'a WatchlistScreen> {
    cx.snapshot.watchlist.as_deref()
}

/// A frozen list would not show the change.
fn frozen() -> Response {
    Response::remark("unfreeze (Space) to change the watch list")
}

impl Watchlist {
    fn parts(&self, cx: &Context) -> Parts {
        // Typing a target needs its own panel.
        if self.panels.is_zoomed && self.input.is_none() {
            return layout::zoomed(cx.area, self.panels.focus);
        }
        layout::parts(cx.area, screen(cx).map_or(0, |screen| screen.known))
    }

    /// The selected target; the first one if none is selected.
    fn row<'a>(&self, cx: &Context<'a>) -> Option<&'a WatchRow> {
        let targets = &screen(cx)?.targets;
        self.targets.row(targets).or(targets.rows.first())
    }

    /// The history of the selected target, once it is in the snapshot.
    fn events<'a>(&self, cx: &Context<'a>) -> Option<&'a Window<MatchRow>> {
        self.row(cx)?.history.as_ref()
    }

    /// The selected event, or the latest one of the selected target.
    fn event<'a>(&self, cx: &Context<'a>) -> Option<&'a MatchRow> {
        let selected = self.events(cx).and_then(|events| self.history.row(events));
        selected.or_else(|| self.row(cx)?.last.as_ref())
    }

    fn select(&mut self, motion: Motion, cx: &Context) -> Response {
        let parts = self.parts(cx);
        let moved = match self.panels.focus {
            Focus::Targets => screen(cx).map(|screen| {
                let before = self.targets.selected;
                let moved = self.targets.go(motion, &screen.targets, list_rows(parts.targets));
                if self.targets.selected != before {
                    self.history = List::default();
                }
                moved
            }),
            Focus::History => {
                self.events(cx).map(|events| self.history.go(motion, events, list_rows(parts.history)))
            }
        };
        moved.map_or(Response::Done, |moved: Moved| moved.response(cx))
    }

    /// Opens the transaction of the selected event.
    fn open(&self, cx: &Context) -> Response {
        match self.event(cx).map(|event| event.open) {
            Some(Some(open)) => Response::Open(open),
            Some(None) => Response::remark("neither in the mempool nor in one of the last blocks"),
            None => Response::remark("nothing has happened to this target yet"),
        }
    }

    fn begin_input(&mut self, cx: &Context) -> Response {
        if cx.is_frozen() {
            return frozen();
        }
        self.input = Some(Input::default());
        Response::Done
    }

    fn remove(&mut self, cx: &Context) -> Response {
        match self.row(cx) {
            _ if cx.is_frozen() => frozen(),
            Some(row) => {
                self.history = List::default();
                Response::Send(Command::Unwatch(row.target.as_ref().clone()))
            }
            None => Response::remark("the watch list is empty"),
        }
    }

    /// Leaves the history; else drops the selection; else leaves the screen.
    fn back(&mut self) -> Response {
        if self.panels.focus == Focus::History {
            (self.panels.focus, self.history) = (Focus::Targets, List::default());
        } else if std::mem::take(&mut self.targets) == List::default() {
            return Response::Leave;
        }
        Response::Done
    }

    /// Carries out an action while a target is being typed.
    fn type_target(&mut self, action: Action, cx: &Context) -> Response {
        let Some(input) = &mut self.input else { return Response::Done };
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
}

impl Layer for Watchlist {
    fn place(&self, _cx: &Context) -> Place {
        match self.input {
            Some(_) => Place::Input,
            None if self.filter.is_typing() => Place::Filter,
            None => Place::Watchlist,
        }
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        if self.input.is_some() {
            return self.type_target(action, cx);
        }
        if cx.is_frozen() && action == Action::Filter {
            return Response::remark("unfreeze (Space) to filter");
        }
        if self.filter.update_list(action, &mut self.targets) {
            (self.panels.focus, self.history) = (Focus::Targets, List::default());
            return Response::Done;
        }
        if self.panels.update(action, &Focus::ALL) {
            return Response::Done;
        }
        match action {
            Action::Back => return self.back(),
            Action::Open => return self.open(cx),
            Action::Add => return self.begin_input(cx),
            Action::Remove => return self.remove(cx),
            Action::Move(motion) => return self.select(motion, cx),
            _ => {}
        }
        Response::Done
    }

    fn paste(&mut self, text: &str, cx: &Context) -> Option<Response> {
        if let Some(response) = self.filter.paste_into(text, &mut self.targets) {
            return Some(response);
        }
        if cx.is_frozen() {
            return Some(frozen());
        }
        let input = self.input.get_or_insert_default();
        let Some(targets) = input.paste(text, cx.snapshot) else { return Some(Response::Done) };
        self.input = None;
        Some(Response::Send(Command::Watch(targets)))
    }

    fn click(&mut self, at: Position, cx: &Context) -> Response {
        let (parts, Some(screen)) = (self.parts(cx), screen(cx)) else { return Response::Done };
        if self.input.is_some() {
            return Response::Done;
        }
        self.panels.focus = parts.at(at).unwrap_or(self.panels.focus);
        let clicked = match self.panels.focus {
            Focus::Targets => {
                let clicked = self.targets.click(at, parts.targets, &screen.targets);
                if clicked == Clicked::Selected {
                    self.history = List::default();
                }
                clicked
            }
            Focus::History => match self.events(cx) {
                Some(events) => self.history.click(at, parts.history, events),
                None => Clicked::Nothing,
            },
        };
        if clicked == Clicked::Again { self.open(cx) } else { Response::Done }
    }

    fn wheel(&mut self, at: Position, motion: Motion, cx: &Context) -> Response {
        self.panels.focus = self.parts(cx).at(at).unwrap_or(self.panels.focus);
        self.select(motion, cx)
    }

    fn settle(&mut self, cx: &Context) {
        let (parts, Some(screen)) = (self.parts(cx), screen(cx)) else { return };
        self.targets.settle(&screen.targets, list_rows(parts.targets));
        if let Some(events) = self.events(cx) {
            self.history.settle(events, list_rows(parts.history));
        }
    }

    fn request(&self, cx: &Context, view: &mut View) {
        let empty = Window::default();
        let targets = screen(cx).map_or(&empty, |screen| &screen.targets);
        let (offset, height) = self.targets.wanted(targets, list_rows(self.parts(cx).targets));
        let filter = self.filter.text().to_owned();
        view.watchlist = WatchlistView { filter, offset, height, selected: self.targets.selected };
        view.watched = true;
    }

    fn copies(&self, cx: &Context) -> Vec<Copyable> {
        let target = self.row(cx).map(|row| Copyable::new("target", row.target.text()));
        let txid = self.event(cx).map(|event| Copyable::new("txid", &event.found.txid));
        let copies = [target, txid];
        if self.panels.focus == Focus::History {
            return copies.into_iter().rev().flatten().collect();
        }
        copies.into_iter().flatten().collect()
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, focused: bool) {
        let (parts, empty) = (self.parts(cx), WatchlistScreen::default());
        let shown = screen(cx).unwrap_or(&empty);
        let has_focus = |panel| self.panels.has_focus(panel, focused && self.input.is_none());
        if !parts.targets.is_empty() {
            let list = (shown, &self.targets, &self.filter);
            draw::targets(frame, parts.targets, cx, list, has_focus(Focus::Targets));
        }
        if let Some(input) = &self.input {
            draw::input(frame, parts.history, cx, input);
        } else if !parts.history.is_empty() {
            let shown = self.row(cx).map(|row| (row, &self.history));
            draw::history(frame, parts.history, cx, shown, has_focus(Focus::History));
        }
    }
}
