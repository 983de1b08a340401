//! The charts below the peers.
//!
//! ```text
//! ╭ Arrival  max 12 tx in 13 s ────────────────────────╮
//! │          ▂▅█▃▁                             ▁▃      │
//! │ ▂▃▅▆▅▇▆▅██████▇▅▃▂▂▃▅▆▅▇▆▅▃▂▂▃▅▆▅▇▆▅▃▂▂▃▅▆▅██▅▃▂▂ │
//! ╰ 10 min ago ─────────────────────────────────── now ╯
//! ```

use super::super::app::App;
use super::super::{chart, format, text};
use super::panel;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Transactions that arrived, in slices of the last ten minutes.
pub fn arrival(frame: &mut Frame, area: Rect, app: &App) {
    let slices = &app.snapshot().arrival;
    #[expect(clippy::cast_precision_loss, reason = "the height of a bar")]
    let values: Vec<f32> = slices.iter().map(|count| *count as f32).collect();
    let most = slices.iter().max().copied().unwrap_or(0);
    let top = match slices.len() {
        0 => String::new(),
        slices => format!("max {most} tx in {} s", 600_usize.div_ceil(slices)),
    };
    render(frame, area, app, "Arrival", &top, "10 min ago", &values);
}

/// The number of transactions in the mempool.
pub fn mempool(frame: &mut Frame, area: Rect, app: &App) {
    let sizes = &app.snapshot().mempool_size;
    let top = format!("max {} tx", format::whole(chart::highest(sizes)));
    render(frame, area, app, "Mempool", &top, "10 min ago", sizes);
}

/// Bytes received per second.
pub fn bandwidth(frame: &mut Frame, area: Rect, app: &App) {
    let rates = &app.snapshot().download_rate;
    let top = format!("max {}", format::byte_rate(chart::highest(rates)));
    render(frame, area, app, "Received", &top, "1 min ago", rates);
}

fn render(
    frame: &mut Frame,
    area: Rect,
    app: &App,
    name: &'static str,
    top: &str,
    past: &str,
    values: &[f32],
) {
    if area.height < 3 {
        return;
    }
    let theme = app.theme();
    let title = Line::from(vec![
        Span::styled(format!(" {name} "), theme.title(false)),
        Span::styled(format!(" {top} "), theme.muted()),
    ]);
    let block = panel(app, title, false)
        .title_bottom(Line::styled(format!(" {past} "), theme.muted()))
        .title_bottom(Line::styled(" now ", theme.muted()).right_aligned());
    let inner = block.inner(area);
    let (columns, rows) = (usize::from(inner.width), usize::from(inner.height));
    let stretched = stretch(values, columns);
    let lines: Vec<Line> = chart::bars(&stretched, columns, rows)
        .into_iter()
        .map(|bars| Line::styled(text::left(&bars, columns), theme.chart()))
        .collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// The values over all columns: each one several columns wide if there are more columns than values.
fn stretch(values: &[f32], columns: usize) -> Vec<f32> {
    if values.is_empty() || values.len() >= columns {
        return values.to_vec();
    }
    (0..columns).map(|column| values[column * values.len() / columns]).collect()
}
