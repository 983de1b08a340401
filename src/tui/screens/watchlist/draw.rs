//! Draws the targets, the history of one of them, and the line for typing a target.

use super::columns::{HISTORY, TARGETS};
use super::input::Input;
use crate::snapshot::{WatchRow, WatchlistScreen, Window};
use crate::tui::context::Context;
use crate::tui::widgets::filter::Filter;
use crate::tui::widgets::list::{Keyed, List};
use crate::tui::widgets::panel::{indented, list_rows, panel, title};
use crate::tui::widgets::table::{self, Column};
use crate::tui::widgets::{format, text};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};

/// Draws the targets.
pub fn targets(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    (screen, list, filter): (&WatchlistScreen, &List<u64>, &Filter),
    focused: bool,
) {
    let known = format::plural(screen.known as u64, "target");
    let count = if filter.text().is_empty() {
        known
    } else {
        format!("{} of {known}", format::count(screen.targets.total))
    };
    let saved = if cx.snapshot.demo { " · the demo saves none" } else { "" };
    let figures = format!("{count}{}{saved}", filter.label());
    let block = panel(cx.theme, title(cx.theme, "Watch list", &figures, focused), focused);
    let nothing = if screen.known == 0 {
        "empty · a: add an address, txid or script"
    } else {
        "no target matches · Esc: all"
    };
    rows(frame, area, cx, block, (&TARGETS, &screen.targets, list), (nothing, focused));
}

/// Draws the history of a target, or why there is none.
pub fn history(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    shown: Option<(&WatchRow, &List<u64>)>,
    focused: bool,
) {
    let (empty, top) = (Window::default(), List::default());
    let (events, list) = match shown {
        Some((row, list)) => (row.history.as_ref().unwrap_or(&empty), list),
        None => (&empty, &top),
    };
    let figures = shown.map_or_else(String::new, |(row, _)| {
        let room = usize::from(area.width).saturating_sub(30);
        let count = format::plural(events.total as u64, "event");
        format!("{} · {count}", text::cut_middle(row.target.text(), room))
    });
    let block = panel(cx.theme, title(cx.theme, "History", &figures, focused), focused);
    let nothing = match shown {
        None => "",
        Some((row, _)) if row.history.is_none() => "loading",
        Some(_) => "no transaction touches it, in the mempool or in the last blocks",
    };
    rows(frame, area, cx, block, (&HISTORY, events, list), (nothing, focused));
}

/// Draws a list with columns; `nothing` if it has no rows.
fn rows<R: Keyed<Key = u64>>(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    block: Block<'static>,
    (columns, window, list): (&[Column<R>], &Window<R>, &List<u64>),
    (nothing, focused): (&'static str, bool),
) {
    let widths = table::fit(columns, usize::from(area.width).saturating_sub(4));
    let mut lines = vec![cx.in_preferences(table::head(columns, &widths, cx.theme.muted()))];
    let highlight = cx.theme.selected(focused);
    lines.extend(list.lines(window, list_rows(area), highlight, |row| table::row(columns, &widths, row, cx)));
    if window.total == 0 {
        lines.push(Line::styled(nothing, cx.theme.muted()));
    }
    let lines = lines.into_iter().map(indented).collect::<Vec<_>>();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// Draws the line for typing a target, with its error.
pub fn input(frame: &mut Frame, area: Rect, cx: &Context, input: &Input) {
    let theme = cx.theme;
    let block = panel(theme, Line::styled(" Add an address, txid or script ", theme.title(true)), true);
    let cells = usize::from(block.inner(area).width).saturating_sub(2);
    // Keep the end of a long text visible, as letters appear there.
    let skipped = input.text.chars().count().saturating_sub(cells.saturating_sub(1));
    let end: String = input.text.chars().skip(skipped).collect();
    let mut lines = vec![Line::from(vec![Span::raw(end), Span::styled("▏", theme.strong())])];
    let error = input.error.iter().flat_map(|error| text::wrap(error, cells));
    lines.extend(error.map(|part| Line::styled(part, theme.warning())));
    let lines = lines.into_iter().map(indented).collect::<Vec<_>>();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}
