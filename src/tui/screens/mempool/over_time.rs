//! The size of the mempool over the last hours, in bands of fee rates.
//!
//! ```text
//! ╭ Over time by sat/vB · max 2.90 MvB ─────────────────╮
//! │     ?888888888888777777????????????8888     8887777 │
//! │     21111111111111111111111112222221111     1111111 │
//! │ 1:<1 2:≥1 3:≥2 4:≥5 5:≥10 6:≥20 7:≥50 ?:not exact   │
//! ╰ 12 h ago ───────────────────────────────────── now ╯
//! ```

use crate::snapshot::{BAND_STARTS, BANDS, MempoolScreen};
use crate::tui::context::Context;
use crate::tui::widgets::format;
use crate::tui::widgets::panel::panel;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use std::time::Duration;

/// The marks of the bands, the lowest first, so that they differ without colours too.
const MARKS: [&str; BANDS + 1] = ["1", "2", "3", "4", "5", "6", "7", "8", "?"];

/// Draws the chart, its newest column at the right.
pub fn draw(frame: &mut Frame, area: Rect, cx: &Context, screen: &MempoolScreen) {
    let theme = cx.theme;
    let rows = usize::from(area.height.saturating_sub(3));
    let cells = usize::from(area.width.saturating_sub(2));
    let missing = cells.saturating_sub(screen.history.len());
    let most = screen.history.iter().flatten().map(|sizes| sizes.iter().sum()).fold(0.0, f32::max);
    let column = |sizes: &Option<[f32; BANDS + 1]>| -> Vec<Option<usize>> {
        let Some(sizes) = sizes else { return vec![None; rows] };
        (0..rows).map(|row| band_at(sizes, row, rows, most)).collect()
    };
    let columns: Vec<_> = screen.history.iter().map(column).collect();
    let mut drawn: Vec<Line> = (0..rows)
        .rev()
        .map(|row| {
            let cell = |column: &Vec<Option<usize>>| match column.get(row).copied().flatten() {
                Some(band) => Span::styled(MARKS[band], theme.band(band)),
                None => Span::raw(" "),
            };
            let blank = Span::raw(" ".repeat(missing));
            [blank].into_iter().chain(columns.iter().map(cell)).collect::<Line>()
        })
        .collect();
    drawn.push(legend(cx));
    let block = if columns.is_empty() {
        panel(cx.theme, Line::raw(" Over time by sat/vB · measured every minute "), false)
    } else {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "vB are positive and whole"
        )]
        let highest = format::vsize(most as u64);
        let minutes = u64::from(screen.column_minutes) * cells as u64;
        let past = format!(" {} ago ", format::span(Duration::from_mins(minutes)));
        panel(cx.theme, Line::raw(format!(" Over time by sat/vB · max {highest} ")), false)
            .title_bottom(Line::styled(past, theme.muted()))
            .title_bottom(Line::styled(" now ", theme.muted()).right_aligned())
    };
    frame.render_widget(Paragraph::new(drawn).block(block), area);
}

fn legend(cx: &Context) -> Line<'static> {
    let mark = |band: usize| Span::styled(MARKS[band], cx.theme.band(band));
    let mut legend = vec![mark(0), Span::raw(format!(":<{} ", BAND_STARTS[1]))];
    for (band, start) in BAND_STARTS.iter().enumerate().skip(1) {
        legend.extend([mark(band), Span::raw(format!(":≥{start} "))]);
    }
    legend.extend([mark(BANDS), Span::raw(":not exact")]);
    Line::from(legend)
}

/// Returns the band that a column shows in a row, counted from below.
fn band_at(sizes: &[f32; BANDS + 1], row: usize, rows: usize, most: f32) -> Option<usize> {
    #[expect(clippy::cast_precision_loss, reason = "a few rows")]
    let middle = (row as f32 + 0.5) / rows as f32 * most;
    let mut below = 0.0;
    sizes.iter().position(|size| {
        below += size;
        middle < below
    })
}
