//! The last line: a remark, or the keys that work here.
//!
//! ```text
//!  q quit  ? help  Space freeze  Enter details  Tab panel  ↑↓ select
//! ```

use crate::event::ReplayCommand;
use crate::snapshot::Progress;
use crate::tui::context::Context;
use crate::tui::keys::{Action, Hint};
use crate::tui::layer::Layer;
use crate::tui::widgets::text;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Draws the line for the layer that keys go to. If room is short, the least important keys are left out.
pub fn draw(frame: &mut Frame, area: Rect, cx: &Context, top: &dyn Layer, remark: Option<&str>) {
    let line = match remark {
        Some(remark) => Line::styled(format!(" {remark}"), cx.theme.warning()),
        None => Line::from(hints(cx, top, usize::from(area.width))),
    };
    frame.render_widget(Paragraph::new(line), area);
}

/// Returns what a click at `at` does, given the same line.
pub fn action_at(area: Rect, cx: &Context, top: &dyn Layer, at: Position) -> Option<Action> {
    if !area.contains(at) {
        return None;
    }
    let mut end = area.x;
    let under = |(hint, cells): &(Hint, u16)| {
        let start = end;
        end += cells;
        (start..end).contains(&at.x).then_some(hint.action)
    };
    fitting(cx, top, usize::from(area.width)).iter().find_map(under)
}

fn hints(cx: &Context, top: &dyn Layer, cells: usize) -> Vec<Span<'static>> {
    let spans = |(hint, _): (Hint, u16)| {
        [
            Span::raw(" "),
            Span::styled(hint.keys, cx.theme.key()),
            Span::styled(format!(" {} ", hint.label), cx.theme.muted()),
        ]
    };
    fitting(cx, top, cells).into_iter().flat_map(spans).collect()
}

/// The hints that fit, each with its width in cells.
fn fitting(cx: &Context, top: &dyn Layer, cells: usize) -> Vec<(Hint, u16)> {
    let mut room = cells;
    let offered = offered(cx, top).into_iter().filter_map(|hint| {
        let width = text::width(&hint.keys) + text::width(hint.label) + 3;
        room = room.checked_sub(width)?;
        Some((hint, u16::try_from(width).ok()?))
    });
    offered.collect()
}

/// The keys that do something here, most important first.
fn offered(cx: &Context, top: &dyn Layer) -> Vec<Hint> {
    let place = top.place(cx);
    let mut hints: Vec<Hint> = match cx.snapshot.replay {
        Some(_) => cx.keys.hints_in_replay(place, cx.is_frozen()).collect(),
        None => cx.keys.hints(place, cx.is_frozen()).collect(),
    };
    hints.retain(|hint| top.offers(hint.action, cx));
    let is_paused = cx.snapshot.replay.is_some_and(|replay| replay.progress == Progress::Paused);
    for hint in &mut hints {
        if is_paused && hint.action == Action::Replay(ReplayCommand::Pause) {
            hint.label = "play";
        }
    }
    hints
}
