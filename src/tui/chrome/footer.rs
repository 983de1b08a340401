//! The last line: a remark, or the keys that work here.
//!
//! ```text
//!  q quit  ? help  Space freeze  Enter details  Tab panel  ↑↓ select
//! ```

use crate::tui::context::Context;
use crate::tui::keys::{self, Place};
use crate::tui::widgets::text;
use ratatui::Frame;
use ratatui::layout::Rect;
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

fn hints(cx: &Context, place: Place, cells: usize) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    for (keys, label) in keys::hints(place, cx.is_frozen()) {
        let hint = [
            Span::raw(" "),
            Span::styled(keys, cx.theme.key()),
            Span::styled(format!(" {label} "), cx.theme.muted()),
        ];
        if text::line_width(&spans) + text::line_width(&hint) <= cells {
            spans.extend(hint);
        }
    }
    spans
}
