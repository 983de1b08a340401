//! A box in the middle of the screen, with lines that scroll if they do not fit.

use super::panel::{centred, panel};
use super::scroll::Scroll;
use crate::tui::context::Context;
use crate::tui::keys::Motion;
use ratatui::Frame;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph};

/// Scrolls a box of `count` lines.
pub fn scroll(scroll: &mut Scroll, motion: Motion, cx: &Context, count: usize) {
    scroll.go(motion, count, rows(cx, count));
}

/// Draws the box on top of the screen.
pub fn draw(frame: &mut Frame, cx: &Context, title: &str, lines: Vec<Line<'static>>, scroll: Scroll) {
    let count = lines.len();
    let rows = rows(cx, count);
    let widest = lines.iter().map(Line::width).max().unwrap_or(0);
    let area = centred(cx.area, widest + 3, count + 2);
    let mut block = panel(cx.theme, Line::styled(format!(" {title} "), cx.theme.title(true)), true);
    if count > rows {
        block = block.title_bottom(Line::styled(" ↑↓ scroll ", cx.theme.muted()).right_aligned());
    }
    let from = scroll.first(count, rows);
    let visible: Vec<Line> = lines.into_iter().skip(from).take(rows).collect();
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(visible).block(block), area);
}

/// The number of rows for `count` lines.
fn rows(cx: &Context, count: usize) -> usize {
    count.min(usize::from(cx.area.height.saturating_sub(2)))
}
