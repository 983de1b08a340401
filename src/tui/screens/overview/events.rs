//! The latest events, newest first.
//!
//! ```text
//! ╭ Events ─────────────────────────────────────────────────╮
//! │ 05:33:12 × 198.51.100.9:8333: ping timeout              │
//! │ 05:33:02 + block 923,114: 2,913 transactions            │
//! ╰─────────────────────────────────────────────────────────╯
//! ```

use crate::snapshot::NoticeEntry;
use crate::tui::context::Context;
use crate::tui::widgets::panel::panel;
use crate::tui::widgets::{clock, text};
use crate::tui::wording;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Draws as many as fit.
pub fn draw(frame: &mut Frame, area: Rect, cx: &Context) {
    if area.height < 3 {
        return;
    }
    let block = panel(cx.theme, Line::styled(" Events ", cx.theme.title(false)), false);
    let inner = block.inner(area);
    let events = cx.snapshot.overview.notices.iter().take(usize::from(inner.height));
    let lines: Vec<Line> = events.map(|event| line(cx, event, usize::from(inner.width))).collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// An event in one line.
pub fn line(cx: &Context, event: &NoticeEntry, cells: usize) -> Line<'static> {
    let (mark, style) = cx.theme.level(event.notice.level());
    let mut spans = vec![
        Span::raw(" "),
        Span::styled(clock::time(cx.wall(event.time), cx.zone), cx.theme.muted()),
        Span::raw(" "),
        Span::styled(mark, style),
        Span::raw(" "),
    ];
    let room = cells.saturating_sub(text::line_width(&spans) + 1);
    spans.push(Span::styled(text::cut(&wording::notice::entry(event), room), cx.theme.text()));
    spans.push(Span::raw(" "));
    Line::from(spans)
}
