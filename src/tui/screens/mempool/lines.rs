//! A panel with lines of text.

use crate::tui::context::Context;
use crate::tui::widgets::panel::panel;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// Draws a panel with lines of text.
pub fn lines(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    title: &str,
    lines: Vec<Line<'static>>,
    focused: bool,
) {
    let title = Line::styled(format!(" {title} "), cx.theme.title(focused));
    let block = panel(cx.theme, title, focused);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}
