//! The notice that no peer can be reached, with advice.
//!
//! ```text
//! ┏ No peer can be reached ━━━━━━━━━━━━━━━━━━━━━┓
//! ┃ seed.example.org: no such host              ┃
//! ┃ Try `mempulse demo`, which needs no network ┃
//! ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ Esc closes ━┛
//! ```

use crate::snapshot::Health;
use crate::tui::context::Context;
use crate::tui::widgets::panel::{centred, panel};
use crate::tui::widgets::text;
use crate::tui::wording;
use ratatui::Frame;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph};

/// The notice. Once closed, it reappears only after a peer was reached in between.
#[derive(Default, Debug)]
pub struct Unreachable {
    closed: bool,
}

impl Unreachable {
    /// Closes the notice. Returns whether it was open.
    pub fn close(&mut self, cx: &Context) -> bool {
        let was_open = self.advice(cx).is_some();
        self.closed |= was_open;
        was_open
    }

    /// Adjusts to a new snapshot.
    pub fn settle(&mut self, cx: &Context) {
        self.closed &= matches!(cx.snapshot.health, Health::Unreachable(_));
    }

    /// Draws the advice. If it does not fit, its beginning is cut off, as the end says what to try.
    pub fn draw(&self, frame: &mut Frame, cx: &Context) {
        let Some(advice) = self.advice(cx) else { return };
        let widest = usize::from(cx.area.width).saturating_sub(6).min(90);
        let rows = usize::from(cx.area.height).saturating_sub(2);
        let mut lines: Vec<String> = advice.iter().flat_map(|line| text::wrap(line, widest)).collect();
        let surplus = lines.len().saturating_sub(rows);
        if surplus > 0 {
            let given_up = lines.len().min(surplus + 1);
            lines.splice(..given_up, ["…".to_owned()]);
        }
        let width = lines.iter().map(|line| text::width(line)).max().unwrap_or(0).max(34);
        let area = centred(cx.area, width + 4, lines.len() + 2);
        let block = panel(cx.theme, Line::styled(" No peer can be reached ", cx.theme.bad()), true)
            .title_bottom(Line::styled(" Esc closes ", cx.theme.muted()).right_aligned());
        let lines: Vec<Line> = lines.into_iter().map(|line| Line::raw(format!(" {line}"))).collect();
        frame.render_widget(Clear, area);
        frame.render_widget(Paragraph::new(lines).block(block), area);
    }

    fn advice(&self, cx: &Context) -> Option<Vec<String>> {
        if cx.snapshot.from_sensors {
            return None;
        }
        match &cx.snapshot.health {
            // Once a peer was live, the banner below the title says what matters.
            Health::Unreachable(unreachable) if !self.closed && unreachable.lost.is_none() => {
                Some(wording::unreachable::advice(unreachable))
            }
            _ => None,
        }
    }
}
