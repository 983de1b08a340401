//! The last line: a remark, or the keys that work here.
//!
//! ```text
//!  q quit  ? help  Space freeze  Enter details  Tab panel  ↑↓ select
//! ```

use crate::tui::context::Context;
use crate::tui::keys::{Action, Hint, Place};
use crate::tui::widgets::text;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Draws the line. Keys that do not fit give way, the least important ones first.
pub fn draw(frame: &mut Frame, area: Rect, cx: &Context, place: Place, remark: Option<&str>) {
    let line = match remark {
        Some(remark) => Line::styled(format!(" {remark}"), cx.theme.warning()),
        None => Line::from(hints(cx, place, usize::from(area.width))),
    };
    frame.render_widget(Paragraph::new(line), area);
}

/// Returns what a click at `at` does, given the same line.
pub fn action_at(area: Rect, cx: &Context, place: Place, at: Position) -> Option<Action> {
    if !area.contains(at) {
        return None;
    }
    let mut end = area.x;
    let under = |(hint, cells): &(Hint, u16)| {
        let start = end;
        end += cells;
        (start..end).contains(&at.x).then_some(hint.action)
    };
    fitting(cx, place, usize::from(area.width)).iter().find_map(under)
}

fn hints(cx: &Context, place: Place, cells: usize) -> Vec<Span<'static>> {
    let spans = |(hint, _): (Hint, u16)| {
        [
            Span::raw(" "),
            Span::styled(hint.keys, cx.theme.key()),
            Span::styled(format!(" {} ", hint.label), cx.theme.muted()),
        ]
    };
    fitting(cx, place, cells).into_iter().flat_map(spans).collect()
}

/// The hints that fit, each with the cells it takes.
fn fitting(cx: &Context, place: Place, cells: usize) -> Vec<(Hint, u16)> {
    let mut room = cells;
    let of_replay = cx.snapshot.replay.map(|_| cx.keys.hints(Place::Replay, false));
    let all = of_replay.into_iter().flatten().chain(cx.keys.hints(place, cx.is_frozen()));
    let hints = all.filter_map(|hint| {
        let width = text::width(&hint.keys) + text::width(hint.label) + 3;
        room = room.checked_sub(width)?;
        Some((hint, u16::try_from(width).ok()?))
    });
    hints.collect()
}
