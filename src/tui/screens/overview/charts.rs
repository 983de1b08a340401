//! The charts below the peers.
//!
//! ```text
//! ╭ Arrivals  max 12 tx per 13 s ──────────────────────╮
//! │          ▂▅█▃▁                             ▁▃      │
//! │ ▂▃▅▆▅▇▆▅██████▇▅▃▂▂▃▅▆▅▇▆▅▃▂▂▃▅▆▅▇▆▅▃▂▂▃▅▆▅██▅▃▂▂ │
//! ╰ 10 min ago ─────────────────────────────────── now ╯
//! ```

use crate::tui::context::Context;
use crate::tui::widgets::panel::{panel, title};
use crate::tui::widgets::{chart, format};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;
use std::time::Duration;

/// A chart of the recent past.
struct Chart<'a> {
    name: &'static str,
    /// The value of the highest bar.
    top: String,
    /// The newest value last; fewer than `full` soon after the start.
    values: &'a [f32],
    /// The number of values that the history has once it is full.
    full: usize,
    /// The time between two values.
    step: Duration,
}

/// Transactions that arrived, in slices of the last ten minutes.
pub fn arrival(frame: &mut Frame, area: Rect, cx: &Context) {
    let slices = &cx.snapshot.overview.arrival;
    #[expect(clippy::cast_precision_loss, reason = "the height of a bar")]
    let values: Vec<f32> = slices.iter().map(|count| *count as f32).collect();
    let most = slices.iter().max().copied().unwrap_or(0);
    // The slices are whole seconds, as few as make ten minutes fit into the columns.
    let step = Duration::from_secs(u64::from(600_u16.div_ceil(area.width.saturating_sub(2).clamp(1, 600))));
    let top = format!("max {most} tx per {}", format::span(step));
    draw(frame, area, cx, &Chart { name: "Arrivals", top, values: &values, full: slices.len(), step });
}

/// The number of transactions in the mempool.
pub fn mempool(frame: &mut Frame, area: Rect, cx: &Context) {
    let values = &cx.snapshot.overview.mempool_size;
    let top = format!("max {} tx", format::whole(chart::highest(values)));
    let step = Duration::from_secs(10);
    draw(frame, area, cx, &Chart { name: "Mempool", top, values, full: 60, step });
}

/// Bytes received per second.
pub fn bandwidth(frame: &mut Frame, area: Rect, cx: &Context) {
    let values = &cx.snapshot.overview.download_rate;
    let top = format!("max {}", format::byte_rate(chart::highest(values)));
    let step = Duration::from_secs(1);
    draw(frame, area, cx, &Chart { name: "Received", top, values, full: 60, step });
}

fn draw(frame: &mut Frame, area: Rect, cx: &Context, chart: &Chart) {
    if area.height < 3 {
        return;
    }
    let theme = cx.theme;
    let columns = usize::from(area.width.saturating_sub(2));
    let shown = u32::try_from(chart.full.min(columns)).unwrap_or(u32::MAX);
    let past = format!(" {} ago ", format::span(rounded(chart.step.saturating_mul(shown))));
    let block = panel(theme, title(theme, chart.name, &chart.top, false), false)
        .title_bottom(Line::styled(past, theme.muted()))
        .title_bottom(Line::styled(" now ", theme.muted()).right_aligned());
    let rows = usize::from(block.inner(area).height);
    let lines: Vec<Line> = chart::bars(&stretch(chart.values, chart.full, columns), columns, rows)
        .into_iter()
        .map(|bars| Line::styled(bars, theme.chart()))
        .collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// Rounds to the minute, unless the span is shown in seconds.
fn rounded(past: Duration) -> Duration {
    if past < Duration::from_secs(100) { past } else { past + Duration::from_secs(30) }
}

/// The values for that many columns. If a full history has fewer values, each gets several columns;
/// the part of the history that is still missing stays empty.
fn stretch(values: &[f32], full: usize, columns: usize) -> Vec<f32> {
    if full >= columns {
        return values.to_vec();
    }
    let missing = full.saturating_sub(values.len());
    let value = |column: usize| {
        let index = column * full / columns;
        index.checked_sub(missing).and_then(|index| values.get(index)).copied().unwrap_or(0.0)
    };
    (0..columns).map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_history_stands_at_the_right() {
        assert_eq!(stretch(&[1.0, 2.0], 4, 8), [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2.0]);
        assert_eq!(stretch(&[1.0, 2.0], 2, 3), [1.0, 1.0, 2.0]);
        assert_eq!(stretch(&[1.0, 2.0, 3.0], 3, 2), [1.0, 2.0, 3.0]);
        assert_eq!(stretch(&[], 0, 2), [0.0, 0.0]);
    }
}
