//! Draws the query line with its completions or its error.

use super::typed::Typed;
use crate::tui::context::Context;
use crate::tui::list_query::QuerySubject;
use crate::tui::widgets::panel::{indented, panel};
use crate::tui::widgets::text;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

/// The most completions visible at a time.
const CANDIDATES: usize = 6;

/// The width of a name in a list of names with their meanings, in cells.
const NAME: usize = 18;

/// Draws the line at the bottom of the screen, with completions or the error above it.
pub fn line(frame: &mut Frame, cx: &Context, query: &Typed) {
    let cells = usize::from(cx.area.width.saturating_sub(4));
    let mut lines = match &query.error {
        Some(_) => Vec::new(),
        None => candidates(cx, query, cells),
    };
    let (before, after) = query.line.visible(cells.saturating_sub(1));
    lines.push(Line::from(vec![
        Span::styled(":", cx.theme.key()),
        Span::raw(before.to_owned()),
        Span::styled("▏", cx.theme.strong()),
        Span::raw(text::cut(after, cells.saturating_sub(2 + text::width(before)))),
    ]));
    if let Some(error) = &query.error {
        // The column is visible only if the line fits into the terminal.
        let column = error.column(query.line.text());
        let marks = text::width(query.line.text().get(error.at.clone()).unwrap_or_default()).max(1);
        if text::width(query.line.text()) < cells {
            let marks =
                format!("{}{}", text::blank(column), "^".repeat(marks.min(cells.saturating_sub(column))));
            lines.push(Line::styled(marks, cx.theme.warning()));
        }
        let message = format!("column {column}: {error}");
        lines.extend(
            text::wrap(&message, cells).into_iter().map(|part| Line::styled(part, cx.theme.warning())),
        );
    }
    let height = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).min(cx.area.height);
    let area = Rect { y: cx.area.bottom() - height, height, ..cx.area };
    let title = match query.subject {
        QuerySubject::Rules => " New alert ".to_owned(),
        subject => format!(" Query: {} ", subject.name()),
    };
    let title = Line::styled(title, cx.theme.title(true));
    let lines: Vec<_> = lines.into_iter().map(indented).collect();
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(panel(cx.theme, title, true)), area);
}

/// The completions; after Tab the chosen one is marked.
fn candidates(cx: &Context, query: &Typed, cells: usize) -> Vec<Line<'static>> {
    let (rows, chosen): (Vec<(String, String)>, Option<usize>) = match &query.cycle {
        Some((_, words, at)) => (words.clone(), Some(*at)),
        None => (query.completion().candidates, None),
    };
    let first = chosen.map_or(0, |at| (at + 1).saturating_sub(CANDIDATES));
    let more = rows.len().saturating_sub(first + CANDIDATES);
    let mut lines: Vec<_> = rows
        .into_iter()
        .enumerate()
        .skip(first)
        .take(CANDIDATES)
        .map(|(index, (word, meaning))| {
            let style = if chosen == Some(index) { cx.theme.selected(true) } else { cx.theme.text() };
            let meaning = text::left(&meaning, cells.saturating_sub(NAME));
            Line::from(vec![Span::raw(text::left(&word, NAME)), Span::styled(meaning, cx.theme.muted())])
                .style(style)
        })
        .collect();
    if more > 0 {
        lines.push(Line::styled(format!("… {more} more"), cx.theme.muted()));
    }
    lines
}
