//! Draws the log: the lines, and the selected one in full below.
//!
//! ```text
//! ╭ Log  info and above, 214 lines ─────────────────────────╮
//! │ time         level  message                             │
//! │ 05:33:12.120 warn   anomaly peer=203.0.113.5:8333 …     │
//! │ 05:33:02.004 info   block hash=0000… height=923114      │
//! ╰─────────────────────────────────────────────────────────╯
//! ```

use crate::snapshot::{LogLine, LogScreen};
use crate::tui::context::Context;
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::list::List;
use crate::tui::widgets::panel::{self, ListAndSelected, indented, list_and_selected, list_rows};
use crate::tui::widgets::{clock, format, text};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use tracing::Level;

/// The cells of a level's name.
const LEVEL: usize = 6;
/// The cells of a time of day with milliseconds.
const TIME: usize = 13;
/// The height of the selected line's panel, including borders.
const SELECTED: u16 = 5;

/// Divides `area`.
pub fn parts(area: Rect) -> ListAndSelected {
    list_and_selected(area, SELECTED)
}

/// Draws the screen.
pub fn draw(
    frame: &mut Frame,
    cx: &Context,
    list: &List<u64>,
    (level, filter): (Level, &Filter),
    focused: bool,
) {
    let parts = parts(cx.area);
    let empty = LogScreen::default();
    let window = &cx.snapshot.log.as_deref().unwrap_or(&empty).lines;
    let count = format::plural(window.total as u64, "line");
    let figures = format!("{} and above, {count}{}", name(level), filter.label());
    let block = panel::panel(cx.theme, panel::title(cx.theme, "Log", &figures, focused), focused);
    let cells = usize::from(block.inner(parts.list).width).saturating_sub(1);
    let head = format!("{}{}message", text::left("time", TIME), text::left("level", LEVEL));
    let mut lines = vec![indented(Line::styled(text::cut(&head, cells), cx.theme.muted()))];
    let highlight = cx.theme.selected(focused);
    lines.extend(list.lines(window, list_rows(parts.list), highlight, |line| indented(row(cx, line, cells))));
    if window.total == 0 {
        lines.push(indented(Line::styled(
            if filter.text().is_empty() { "nothing logged yet" } else { "no line matches" },
            cx.theme.muted(),
        )));
    }
    frame.render_widget(Paragraph::new(lines).block(block), parts.list);
    selected(frame, parts.selected, cx, list.position(window).map(|at| &window.rows[at]));
}

fn row(cx: &Context, line: &LogLine, cells: usize) -> Line<'static> {
    let time = clock::time_ms(cx.wall(line.time), cx.zone);
    let room = cells.saturating_sub(TIME + LEVEL);
    Line::from(vec![
        Span::styled(text::left(&time, TIME), cx.theme.muted()),
        Span::styled(text::left(name(line.level), LEVEL), style(cx, line.level)),
        Span::raw(text::cut(&line.text, room)),
    ])
}

/// The selected line in full.
fn selected(frame: &mut Frame, area: Rect, cx: &Context, line: Option<&LogLine>) {
    let block = panel::panel(cx.theme, Line::styled(" Line ", cx.theme.title(false)), false);
    let cells = usize::from(block.inner(area).width).saturating_sub(2);
    let lines = match line {
        None => vec![indented(Line::styled("select a line (↑↓) to read all of it", cx.theme.muted()))],
        Some(line) => {
            text::wrap(&line.text, cells).into_iter().map(|text| indented(Line::raw(text))).collect()
        }
    };
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

const fn name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

fn style(cx: &Context, level: Level) -> Style {
    match level {
        Level::ERROR => cx.theme.bad(),
        Level::WARN => cx.theme.warning(),
        Level::INFO => cx.theme.good(),
        _ => cx.theme.muted(),
    }
}
