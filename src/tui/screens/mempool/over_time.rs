//! The size of the mempool over time, in bands of fee rates.
//!
//! ```text
//! ╭ Over time · last 3 h ───────────────────────────────╮
//! │ 2.90 MvB ┤     ?888888888888777777????????????8888  │
//! │          │     21111111111111111111111112222221111  │
//! │        0 ┤     11111111111111111111111111111111111  │
//! │ 1 <1 2 ≥1 3 ≥2 4 ≥5 5 ≥10 6 ≥20 7 ≥50 ? open         │
//! ╰ 3 h ago ────────────────────────────────────── now ╯
//! ```

use crate::snapshot::{BAND_STARTS, BANDS, MempoolScreen};
use crate::tui::context::Context;
use crate::tui::widgets::panel::panel;
use crate::tui::widgets::{chart, format};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use std::time::Duration;

/// The widths of the axis labels and of the axis, in cells.
const AXIS: usize = 11;

/// The number of columns of a chart in `area`.
pub fn columns(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(2)).saturating_sub(AXIS)
}

/// Draws the chart, with the newest column on the right.
pub fn draw(frame: &mut Frame, area: Rect, cx: &Context, screen: &MempoolScreen, focused: bool) {
    let theme = cx.theme;
    let history = &screen.history;
    let rows = usize::from(area.height.saturating_sub(3));
    let cells = columns(area);
    let most = history.sizes.iter().flatten().map(|sizes| sizes.iter().sum()).fold(0.0, f32::max);
    let column = |sizes: &Option<[f32; BANDS + 1]>| -> Vec<Option<usize>> {
        let Some(sizes) = sizes else { return vec![None; rows] };
        (0..rows).map(|row| band_at(sizes, row, rows, most)).collect()
    };
    let columns: Vec<_> = history.sizes.iter().map(column).collect();
    // A few samples are widened, so that the span fills the chart.
    let count = columns.len();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "vB are positive and whole")]
    let axis = chart::axis(rows, AXIS, |part| match most {
        0.0 => String::new(),
        _ => format::vsize((most * part) as u64),
    });
    let mut drawn: Vec<Line> = (0..rows)
        .rev()
        .zip(axis)
        .map(|(row, label)| {
            let cell =
                |cell: usize| match columns.get(cell * count / cells.max(1)).and_then(|column| column[row]) {
                    Some(band) => Span::styled(theme.band_mark(band), theme.band(band)),
                    None => Span::raw(" "),
                };
            [Span::styled(label, theme.muted())].into_iter().chain((0..cells).map(cell)).collect()
        })
        .collect();
    drawn.push(legend(cx));
    let span = format::span(Duration::from_mins(history.minutes.into()));
    let title = if count == 0 {
        " Over time · measured from the first minute on ".to_owned()
    } else {
        format!(" Over time · last {span} ")
    };
    let mut block = panel(theme, Line::styled(title, theme.title(focused)), focused);
    if count > 0 {
        block = block
            .title_bottom(Line::styled(format!(" {span} ago "), theme.muted()))
            .title_bottom(Line::styled(" now ", theme.muted()).right_aligned());
    }
    frame.render_widget(Paragraph::new(drawn).block(block), area);
}

fn legend(cx: &Context) -> Line<'static> {
    let mark = |band: usize| Span::styled(cx.theme.band_mark(band), cx.theme.band(band));
    let mut legend = vec![Span::raw(" "), mark(0), Span::raw(format!(" <{} ", BAND_STARTS[1]))];
    for (band, start) in BAND_STARTS.iter().enumerate().skip(1) {
        legend.extend([mark(band), Span::raw(format!(" ≥{start} "))]);
    }
    legend.extend([mark(BANDS), Span::raw(" open")]);
    Line::from(legend)
}

/// Returns the band of a column in a row, counted from the bottom.
fn band_at(sizes: &[f32; BANDS + 1], row: usize, rows: usize, most: f32) -> Option<usize> {
    #[expect(clippy::cast_precision_loss, reason = "a few rows")]
    let middle = (row as f32 + 0.5) / rows as f32 * most;
    let mut below = 0.0;
    sizes.iter().position(|size| {
        below += size;
        middle < below
    })
}
