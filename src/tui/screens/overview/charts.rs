//! The charts of the last ten minutes, both with the same time axis.
//!
//! ```text
//! ╭ Arrivals  tx per 13 s ──────────────────────────────────╮
//! │     12 ┤          ▂▅█▃▁                             ▁▃  │
//! │      0 ┤ ▂▃▅▆▅▇▆▅██████▇▅▃▂▂▃▅▆▅▇▆▅▃▂▂▃▅▆▅▇▆▅▃▂▂▃▅▆▅██  │
//! ╰ 10 min ago ──────────────────────────────────────── now ╯
//! ```

use crate::tui::context::Context;
use crate::tui::widgets::panel::{panel, title};
use crate::tui::widgets::{chart, format};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use std::time::Duration;

/// The span of every chart.
const SPAN: Duration = Duration::from_mins(10);

/// The width of the axis in cells: six digits with their comma, and the tick.
const AXIS: usize = 9;

/// A chart of the recent past.
struct Chart<'a> {
    name: &'static str,
    /// What the bars count.
    unit: String,
    /// Newest value last; fewer than `full` soon after startup. `None` is a gap.
    values: &'a [Option<f32>],
    /// The number of values in a full history.
    full: usize,
}

/// The number of bars of a chart in `area`.
pub fn columns(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(2)).saturating_sub(AXIS)
}

/// Arrivals in slices of the last ten minutes. The incomplete current slice is not drawn: it would always
/// look like a collapse.
pub fn arrival(frame: &mut Frame, area: Rect, cx: &Context, focused: bool) {
    let slices = &cx.snapshot.overview.arrival;
    #[expect(clippy::cast_precision_loss, reason = "the height of a bar")]
    let values: Vec<_> = slices.iter().map(|count| count.map(|count| count as f32)).collect();
    // Slices are whole seconds, as short as lets ten minutes fit into the columns.
    let step = SPAN.as_secs().div_ceil(columns(area).clamp(1, 600) as u64);
    let unit = format!("tx per {}", format::span(Duration::from_secs(step)));
    draw(frame, area, cx, &Chart { name: "Arrivals", unit, values: &values, full: slices.len() }, focused);
}

/// The number of transactions in the mempool.
pub fn mempool(frame: &mut Frame, area: Rect, cx: &Context, focused: bool) {
    let values = &cx.snapshot.overview.mempool_size;
    draw(frame, area, cx, &Chart { name: "Mempool", unit: "tx".to_owned(), values, full: 60 }, focused);
}

fn draw(frame: &mut Frame, area: Rect, cx: &Context, chart: &Chart, focused: bool) {
    if area.height < 3 {
        return;
    }
    let theme = cx.theme;
    let columns = columns(area);
    let past = format!(" {} ago ", format::span(SPAN));
    let block = panel(theme, title(theme, chart.name, &chart.unit, focused), focused)
        .title_bottom(Line::styled(past, theme.muted()))
        .title_bottom(Line::styled(" now ", theme.muted()).right_aligned());
    let rows = usize::from(block.inner(area).height);
    let top = chart::highest(chart.values.iter().flatten());
    let axis = chart::axis(rows, AXIS, |part| format::whole(top * part));
    let bars = chart::bars(&stretch(chart.values, chart.full, columns), columns, rows);
    let line = |(label, bars)| {
        Line::from(vec![Span::styled(label, theme.muted()), Span::styled(bars, theme.chart())])
    };
    let lines: Vec<Line> = axis.into_iter().zip(bars).map(line).collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// Fits the values to this number of columns, repeating or omitting some, but never the newest. The missing
/// part of the history stays empty.
fn stretch(values: &[Option<f32>], full: usize, columns: usize) -> Vec<Option<f32>> {
    let missing = full.saturating_sub(values.len());
    let value = |column: usize| {
        let index = ((column + 1) * full).div_ceil(columns).checked_sub(1 + missing);
        index.and_then(|index| values.get(index)).copied().unwrap_or(Some(0.0))
    };
    (0..columns).map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_history_stands_at_the_right_and_the_newest_value_is_always_there() {
        assert_eq!(stretch(&[1.0, 2.0].map(Some), 4, 8), [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2.0].map(Some));
        assert_eq!(stretch(&[1.0, 2.0].map(Some), 2, 3), [1.0, 2.0, 2.0].map(Some));
        assert_eq!(stretch(&[1.0, 2.0, 3.0].map(Some), 3, 2), [2.0, 3.0].map(Some));
        assert_eq!(stretch(&[], 0, 2), [0.0, 0.0].map(Some));
        assert_eq!(stretch(&[None, Some(1.0)], 2, 4), [None, None, Some(1.0), Some(1.0)]);
    }
}
