//! What to do when nobody can be reached.
//!
//! ```text
//! ┏ Nobody can be reached ━━━━━━━━━━━━━━━━━━━━━┓
//! ┃ seed.example.org: no such host              ┃
//! ┃ Try `mempulse demo`, which needs no network ┃
//! ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ Esc closes ━┛
//! ```

use super::super::app::App;
use super::super::text;
use super::{centred, panel};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph};

/// Draws the advice over the overview, until it is closed or a peer answers. Where it does not fit,
/// its beginning gives way: what to try stands at its end.
pub fn render(frame: &mut Frame, area: Rect, app: &App) {
    let Some(advice) = app.advice() else { return };
    let theme = app.theme();
    let widest = usize::from(area.width).saturating_sub(6).min(90);
    let rows = usize::from(area.height).saturating_sub(2);
    let mut lines: Vec<String> = advice.iter().flat_map(|line| text::wrap(line, widest)).collect();
    let surplus = lines.len().saturating_sub(rows);
    if surplus > 0 {
        let given_up = lines.len().min(surplus + 1);
        lines.splice(..given_up, ["…".to_owned()]);
    }
    let width = lines.iter().map(|line| text::width(line)).max().unwrap_or(0).max(34);
    let area = centred(area, width + 4, lines.len() + 2);
    let block = panel(app, Line::styled(" Nobody can be reached ", theme.bad()), true)
        .title_bottom(Line::styled(" Esc closes ", theme.muted()).right_aligned());
    let lines: Vec<Line> = lines.into_iter().map(|line| Line::raw(format!(" {line}"))).collect();
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}
