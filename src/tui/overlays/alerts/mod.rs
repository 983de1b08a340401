//! The alert rules: what each does, its current state, and how often it fired.

mod draw;

use crate::alert::MAX_RULES;
use crate::event::{AlertCommand, Command};
use crate::snapshot::{AlertRow, Origin, View};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Motion, Place};
use crate::tui::layer::{Copyable, Layer, Response};
use ratatui::Frame;
use ratatui::layout::Position;

/// The number of rules per page.
const PAGE: usize = 10;

/// The selected rule.
#[derive(Default, Debug)]
pub struct Alerts {
    selected: usize,
}

impl Alerts {
    fn position(&self, cx: &Context) -> usize {
        self.selected.min(cx.snapshot.alerts.len().saturating_sub(1))
    }

    fn row<'a>(&self, cx: &Context<'a>) -> Option<&'a AlertRow> {
        cx.snapshot.alerts.get(self.position(cx))
    }

    fn select(&mut self, motion: Motion, cx: &Context) {
        let last = cx.snapshot.alerts.len().saturating_sub(1);
        self.selected = motion.apply(self.position(cx), last, PAGE);
    }

    /// Sends a command about the selected rule.
    fn send(&self, cx: &Context, command: impl Fn(&AlertRow) -> AlertCommand) -> Response {
        match self.row(cx) {
            _ if cx.is_frozen() => frozen(),
            Some(row) => Response::Send(Command::Alert(command(row))),
            None => Response::remark("no rule: a adds one"),
        }
    }

    fn remove(&self, cx: &Context) -> Response {
        match self.row(cx) {
            Some(row) if row.origin == Origin::Settings => {
                Response::remark("set by a flag or the configuration: e switches it off")
            }
            _ => self.send(cx, |row| AlertCommand::Remove(row.id)),
        }
    }

    fn add(cx: &Context) -> Response {
        if cx.is_frozen() {
            frozen()
        } else if cx.snapshot.alerts.len() >= MAX_RULES {
            Response::remark(format!("there are {MAX_RULES} rules: remove one first"))
        } else {
            Response::AddRule
        }
    }
}

/// A frozen list would not show the change.
fn frozen() -> Response {
    Response::remark("unfreeze (Space) to change or test alerts")
}

impl Layer for Alerts {
    fn place(&self, _cx: &Context) -> Place {
        Place::Alerts
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        match action {
            Action::Back => return Response::Leave,
            Action::Open => return self.send(cx, |row| AlertCommand::Test(row.id)),
            Action::Switch => return self.send(cx, |row| AlertCommand::Switch(row.id)),
            Action::Add => return Self::add(cx),
            Action::Remove => return self.remove(cx),
            Action::Move(motion) => self.select(motion, cx),
            _ => {}
        }
        Response::Done
    }

    fn click(&mut self, at: Position, cx: &Context) -> Response {
        if let Some(row) = draw::row_at(cx, self.position(cx), at) {
            self.selected = row;
        }
        Response::Done
    }

    fn request(&self, _cx: &Context, view: &mut View) {
        view.alerts = true;
    }

    fn copies(&self, cx: &Context) -> Vec<Copyable> {
        self.row(cx).iter().map(|row| Copyable::new("rule", &row.text)).collect()
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, _focused: bool) {
        draw::draw(frame, cx, self.position(cx));
    }
}
