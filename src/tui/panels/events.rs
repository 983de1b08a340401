//! What happened, newest first.
//!
//! ```text
//! ╭ Events ─────────────────────────────────────────────────╮
//! │ 05:33:12 × 198.51.100.9:8333: ping timeout              │
//! │ 05:33:02 + block 923,114: 2,913 transactions            │
//! ╰─────────────────────────────────────────────────────────╯
//! ```

use super::super::app::App;
use super::super::text;
use super::panel;
use crate::snapshot::EventLine;
use crate::util::time::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Draws as many as fit.
pub fn render(frame: &mut Frame, area: Rect, app: &App) {
    if area.height < 3 {
        return;
    }
    let block = panel(app, Line::styled(" Events ", app.theme().title(false)), false);
    let inner = block.inner(area);
    let events = app.snapshot().events.iter().take(usize::from(inner.height));
    let lines: Vec<Line> = events.map(|event| line(app, event, usize::from(inner.width))).collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// One event in one line.
pub fn line(app: &App, event: &EventLine, cells: usize) -> Line<'static> {
    let (mark, style) = app.theme().level(event.level);
    let mut spans = vec![
        Span::raw(" "),
        Span::styled(clock(event.time, app.zone()), app.theme().muted()),
        Span::raw(" "),
        Span::styled(mark, style),
        Span::raw(" "),
    ];
    let room = cells.saturating_sub(text::line_width(&spans) + 1);
    spans.push(Span::styled(text::cut(&event.text, room), app.theme().text()));
    spans.push(Span::raw(" "));
    Line::from(spans)
}

/// The time of day, e.g. `05:33:12`.
pub fn clock(time: Timestamp, zone: &TimeZone) -> String {
    local(time, zone, "%H:%M:%S")
}

/// The time of day with milliseconds, e.g. `05:33:12.120`.
pub fn exact_clock(time: Timestamp, zone: &TimeZone) -> String {
    local(time, zone, "%H:%M:%S%.3f")
}

/// With the date, e.g. `2026-11-23 05:33:12`.
pub fn date_and_clock(time: Timestamp, zone: &TimeZone) -> String {
    local(time, zone, "%Y-%m-%d %H:%M:%S")
}

fn local(time: Timestamp, zone: &TimeZone, format: &str) -> String {
    let micros = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    jiff::Timestamp::from_microsecond(micros)
        .map(|time| time.to_zoned(zone.clone()).strftime(format).to_string())
        .unwrap_or_default()
}
