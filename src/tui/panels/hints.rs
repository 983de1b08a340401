//! The last line: a notice, or the keys that do something here.
//!
//! ```text
//!  q quit  ? help  Space freeze  Enter details  Tab panel  ↑↓ select
//! ```

use super::super::action::{Action, BINDINGS, Binding};
use super::super::app::App;
use super::super::text;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Draws the line. Hints that do not fit give way, the least important ones first.
pub fn render(frame: &mut Frame, area: Rect, app: &App) {
    let cells = usize::from(area.width);
    let line = match app.notice() {
        Some(notice) => Line::styled(format!(" {notice}"), app.theme().warning()),
        None => Line::from(hints(app, cells)),
    };
    frame.render_widget(Paragraph::new(line), area);
}

fn hints(app: &App, cells: usize) -> Vec<Span<'static>> {
    let theme = app.theme();
    let mut spans = Vec::new();
    for (keys, what) in in_force(app) {
        let hint = [
            Span::raw(" "),
            Span::styled(keys, theme.key()),
            Span::styled(format!(" {what} "), theme.muted()),
        ];
        if text::line_width(&spans) + text::line_width(&hint) <= cells {
            spans.extend(hint);
        }
    }
    spans
}

fn in_force(app: &App) -> Vec<(&'static str, &'static str)> {
    if app.input().is_some() {
        // All other keys type letters.
        return vec![("Enter", "watch it"), ("Esc", "close")];
    }
    let hint = |binding: &Binding| {
        let (keys, what, scope) = binding.hint?;
        let resumes = binding.action == Action::Freeze && app.frozen_for().is_some();
        scope.covers(app.place()).then_some((keys, if resumes { "resume" } else { what }))
    };
    BINDINGS.iter().filter_map(hint).collect()
}
