//! The help: every key of the table, and what the marks mean.
//!
//! ```text
//! ┏ Help ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┓
//! ┃  q  Ctrl-C   quit                            ┃
//! ┃  Esc         close the innermost layer       ┃
//! ┃                                              ┃
//! ┃  ●           live                            ┃
//! ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
//! ```

use super::super::action::BINDINGS;
use super::super::app::{App, LayerKind};
use super::super::text;
use super::{centred, panel};
use crate::snapshot::Liveness;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};
use std::time::Duration;

/// Draws the help if it is the innermost layer.
pub fn render(frame: &mut Frame, area: Rect, app: &App) {
    let Some(layer) = app.layers().last().filter(|layer| layer.kind == LayerKind::Help) else { return };
    let lines = lines(app);
    let (count, rows) = extent(area, app);
    let widest = lines.iter().map(Line::width).max().unwrap_or(0);
    let area = centred(area, widest + 3, count + 2);
    let mut block = panel(app, Line::styled(" Help ", app.theme().title(true)), true);
    if count > rows {
        block = block.title_bottom(Line::styled(" ↑↓ scroll ", app.theme().muted()).right_aligned());
    }
    let from = layer.scroll.min(count.saturating_sub(rows));
    let visible: Vec<Line> = lines.into_iter().skip(from).take(rows).collect();
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(visible).block(block), area);
}

/// The number of lines, and of rows to show them in.
pub fn extent(area: Rect, app: &App) -> (usize, usize) {
    let count = lines(app).len();
    (count, count.min(usize::from(area.height.saturating_sub(2))))
}

fn lines(app: &App) -> Vec<Line<'static>> {
    let theme = app.theme();
    let line = |keys: &str, style, what: &'static str| {
        Line::from(vec![
            Span::raw(" "),
            Span::styled(text::left(keys, 16), style),
            Span::styled(what, theme.text()),
        ])
    };
    let mut lines: Vec<Line> =
        BINDINGS.iter().map(|binding| line(binding.help.0, theme.key(), binding.help.1)).collect();
    lines.push(Line::default());
    for (liveness, what) in marks() {
        let (mark, style) = theme.liveness(&liveness);
        lines.push(line(mark, style, what));
    }
    lines.push(line("?", theme.muted(), "not known, e.g. a fee of unseen inputs"));
    lines.push(line("▇▇▅▁ 5/8", theme.chart(), "announced by 5 of 8 peers that could"));
    lines
}

fn marks() -> [(Liveness, &'static str); 5] {
    let elapsed = Duration::ZERO;
    [
        (Liveness::Dialling { elapsed, attempt: 1 }, "a connection is being opened"),
        (Liveness::Handshake { elapsed }, "the handshake is under way"),
        (Liveness::Live, "live"),
        (Liveness::Late { waiting: elapsed }, "late: a ping has waited for over 5 s"),
        (Liveness::Gone { reason: String::new(), retry_in: None }, "gone, with the reason"),
    ]
}
