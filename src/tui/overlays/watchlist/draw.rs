//! The watch list as rows, and the line in which a target is typed.

use super::input::Input;
use crate::snapshot::WatchRow;
use crate::tui::context::Context;
use crate::tui::widgets::panel::panel;
use crate::tui::widgets::{format, text};
use crate::tui::wording::watch;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Margin, Position};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Draws the list with the row at index `selected` highlighted, and below it the line of `input`.
pub fn draw(frame: &mut Frame, cx: &Context, selected: usize, input: Option<&Input>) {
    let (area, theme) = (cx.area, cx.theme);
    let rows = &cx.snapshot.watchlist;
    let title = format!(" Watch list  {} · additions are not saved ", rows.len());
    let block = panel(cx.theme, Line::styled(title, theme.title(true)), true);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let cells = usize::from(inner.width);
    let typed = input.map_or_else(Vec::new, |input| input_lines(cx, input, cells));
    let height = u16::try_from(typed.len()).unwrap_or(u16::MAX).min(inner.height);
    let [list, below] = Layout::vertical([Constraint::Fill(1), Constraint::Length(height)]).areas(inner);
    let first = first_visible(list.height, selected);
    let fits = usize::from(list.height).max(1);
    let mut lines: Vec<Line> = rows
        .iter()
        .enumerate()
        .skip(first)
        .take(fits)
        .map(|(index, row)| line(cx, row, index == selected, cells))
        .collect();
    if rows.is_empty() {
        lines.push(Line::styled(" empty · a: add an address, txid or script", theme.muted()));
    }
    frame.render_widget(Paragraph::new(lines), list);
    frame.render_widget(Paragraph::new(typed), below);
}

/// Returns the index of the row at `at`, given the selected one; nothing is being typed.
pub fn row_at(cx: &Context, selected: usize, at: Position) -> Option<usize> {
    let list = cx.area.inner(Margin::new(1, 1));
    let row = first_visible(list.height, selected) + usize::from(at.y.checked_sub(list.y)?);
    (list.contains(at) && row < cx.snapshot.watchlist.len()).then_some(row)
}

/// The index of the first visible row: the selected one is visible too.
fn first_visible(height: u16, selected: usize) -> usize {
    selected.saturating_sub(usize::from(height).saturating_sub(1))
}

fn line(cx: &Context, row: &WatchRow, selected: bool, cells: usize) -> Line<'static> {
    let what = match &row.last {
        Some((age, found)) => {
            let (event, amounts) = (watch::event(&found.event), watch::amounts(found));
            format!("{} ago · {event}{amounts}", format::span(*age + cx.drift))
        }
        None => "no match yet".to_owned(),
    };
    let room = (cells / 2).saturating_sub(2);
    let target = text::left(&text::cut_middle(row.target.text(), room), room);
    let style = if selected { cx.theme.selected(true) } else { cx.theme.text() };
    let rest = text::left(&text::cut(&what, cells.saturating_sub(room + 3)), cells.saturating_sub(room + 3));
    Line::from(vec![Span::raw(" "), Span::raw(target), Span::raw("  "), Span::raw(rest)]).style(style)
}

fn input_lines(cx: &Context, input: &Input, cells: usize) -> Vec<Line<'static>> {
    let theme = cx.theme;
    let label = "add: ";
    // The end of a long text is visible, for that is where letters appear.
    let room = cells.saturating_sub(text::width(label) + 2);
    let skipped = input.text.chars().count().saturating_sub(room);
    let end: String = input.text.chars().skip(skipped).collect();
    let mut lines = vec![Line::from(vec![
        Span::styled(label, theme.key()),
        Span::raw(end),
        Span::styled("▏", theme.strong()),
    ])];
    if let Some(error) = &input.error {
        lines.extend(text::wrap(error, cells).into_iter().map(|part| Line::styled(part, theme.warning())));
    }
    lines
}
