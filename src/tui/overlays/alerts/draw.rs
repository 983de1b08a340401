//! The list of rules, and the selected one in full.
//!
//! ```text
//! ╭ Alerts  2 ──────────────────────────────────────────────────────────╮
//! │ rule                          does            state   fired    last │
//! │ figures: next_block < 3       event · notify  ready       2   3.0 m │
//! │                                                                     │
//! │ figures: next_block < 3; event; notify; cooldown 10m                │
//! ╰─────────────────────────────────────────────────────────────────────╯
//! ```

use crate::snapshot::{AlertRow, RuleState};
use crate::tui::context::Context;
use crate::tui::widgets::panel::{panel, title};
use crate::tui::widgets::table::{self, Align, Cell, Column, between, column, exactly};
use crate::tui::widgets::{format, text};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// The rows for the selected rule in full.
const IN_FULL: u16 = 4;

const COLUMNS: &[Column<AlertRow>] = &[
    column("rule", Align::Left, between(20, 34, 90), 0, |row, cx, _| {
        Cell::new(row.title.to_string(), cx.theme.text())
    }),
    column("does", Align::Left, between(8, 20, 40), 3, |row, cx, _| {
        Cell::new(row.actions.clone(), cx.theme.muted())
    }),
    column("state", Align::Left, exactly(14), 1, |row, cx, _| state(row, cx)),
    column("fired", Align::Right, exactly(6), 2, |row, cx, _| {
        Cell::new(format::brief(row.fired), cx.theme.text())
    }),
    column("last", Align::Right, exactly(9), 4, |row, cx, _| {
        let last = row.last.map_or_else(|| "never".to_owned(), |last| format::span(last + cx.drift));
        Cell::new(last, cx.theme.muted())
    }),
];

fn state(row: &AlertRow, cx: &Context) -> Cell {
    let theme = cx.theme;
    let (words, style): (String, Style) = match row.state {
        RuleState::Off => ("off".to_owned(), theme.muted()),
        RuleState::Unknown => ("unknown yet".to_owned(), theme.muted()),
        RuleState::Ready => ("ready".to_owned(), theme.good()),
        RuleState::Holds(0) => ("holds".to_owned(), theme.warning()),
        RuleState::Holds(count) => (format!("holds for {count}"), theme.warning()),
        RuleState::CoolingDown(rest) => {
            (format!("silent {}", format::span(rest.saturating_sub(cx.drift))), theme.muted())
        }
    };
    Cell::new(words, style)
}

/// Draws the list with the row at index `selected` highlighted, and the full rule below.
pub fn draw(frame: &mut Frame, cx: &Context, selected: usize) {
    let theme = cx.theme;
    let rows = &cx.snapshot.alerts;
    let [list, below] = parts(cx);
    let block = panel(theme, title(theme, "Alerts", &rows.len().to_string(), true), true);
    frame.render_widget(block, cx.area);
    let cells = usize::from(list.width);
    let widths = table::fit(COLUMNS, cells);
    let mut lines = vec![table::head(COLUMNS, &widths, theme.muted())];
    let first = first_visible(list.height, selected);
    for (index, row) in rows.iter().enumerate().skip(first).take(fits(list.height)) {
        let line = table::row(COLUMNS, &widths, row, cx);
        lines.push(if index == selected { line.style(theme.selected(true)) } else { line });
    }
    if rows.is_empty() {
        lines.push(Line::styled("no rules · a: add one, F1 there lists examples", theme.muted()));
    }
    frame.render_widget(Paragraph::new(lines), list);
    let full = rows.get(selected).map(|row| text::wrap(&row.text, cells)).unwrap_or_default();
    let full: Vec<Line> = full.into_iter().map(|part| Line::styled(part, theme.strong())).collect();
    frame.render_widget(Paragraph::new(full), below);
}

/// Returns the index of the row at `at`, given the selected one.
pub fn row_at(cx: &Context, selected: usize, at: Position) -> Option<usize> {
    let [list, _] = parts(cx);
    let row = usize::from(at.y.checked_sub(list.y + 1)?);
    let index = first_visible(list.height, selected) + row;
    (list.contains(at) && row < fits(list.height) && index < cx.snapshot.alerts.len()).then_some(index)
}

/// The list with its head, and the selected rule in full.
fn parts(cx: &Context) -> [Rect; 2] {
    let inner = cx.area.inner(ratatui::layout::Margin::new(2, 1));
    let in_full = IN_FULL.min(inner.height / 3);
    Layout::vertical([Constraint::Fill(1), Constraint::Length(in_full)]).areas(inner)
}

/// The number of rules that fit below the head.
fn fits(height: u16) -> usize {
    usize::from(height.saturating_sub(1))
}

/// The index of the first visible row, chosen so that the selected one is visible.
fn first_visible(height: u16, selected: usize) -> usize {
    selected.saturating_sub(fits(height).saturating_sub(1))
}
