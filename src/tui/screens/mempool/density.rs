//! The transactions by size and chunk fee rate: where the mempool is dense.
//!
//! ```text
//! ╭ Size × fee rate · up to 1,204 tx a cell ────────────╮
//! │   100 ┤          ░                                  │
//! │    10 ┤     ░▒▓█▓▒░░                                │
//! │     1 ┤    ▒████▓▒░░░░   ░                          │
//! │       └ 64 vB ──── 256 ──── 1k ──── 4k ──── 16k ──  │
//! ╰─────────────────────────────────────────────────────╯
//! ```

use super::lines::lines;
use crate::snapshot::{Density, MempoolScreen, RATE_CLASSES, SIZE_CLASSES};
use crate::tui::context::Context;
use crate::tui::widgets::{format, text};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use std::ops::Range;

/// The picture is useful from this height on.
pub const MIN_ROWS: u16 = 10;

/// The widths of the axis labels and of the axis, in cells.
const AXIS: usize = 8;

/// From empty to the densest cell.
const SHADES: [&str; 5] = [" ", "░", "▒", "▓", "█"];

/// Size classes per label: each label is four times the previous one.
const LABEL_EVERY: usize = 8;

/// Draws the picture.
pub fn draw(frame: &mut Frame, area: Rect, cx: &Context, screen: &MempoolScreen, focused: bool) {
    let empty = Density::default();
    let density = screen.density.as_deref().unwrap_or(&empty);
    let rows = usize::from(area.height.saturating_sub(3));
    let cells = usize::from(area.width.saturating_sub(2)).saturating_sub(AXIS);
    let counts: Vec<Vec<u32>> = (0..rows)
        .map(|row| {
            (0..cells)
                .map(|cell| count(density, part(cell, cells, SIZE_CLASSES), part(row, rows, RATE_CLASSES)))
                .collect()
        })
        .collect();
    let most = counts.iter().flatten().copied().max().unwrap_or(0);
    let theme = cx.theme;
    let mut drawn: Vec<Line> = (0..rows)
        .rev()
        .map(|row| {
            let shades: String = counts[row].iter().map(|count| SHADES[shade(*count, most)]).collect();
            let axis = rate_label(row, rows);
            Line::from(vec![Span::styled(axis, theme.muted()), Span::styled(shades, theme.chart())])
        })
        .collect();
    drawn.push(Line::styled(size_axis(cells), theme.muted()));
    let most = format::grouped(most.into());
    lines(
        frame,
        area,
        cx,
        &format!("Size × fee rate (vB, sat/vB) · at most {most} tx a cell"),
        drawn,
        focused,
    );
}

/// The classes that a cell stands for, at least one.
fn part(cell: usize, cells: usize, classes: usize) -> Range<usize> {
    let from = cell * classes / cells.max(1);
    from..((cell + 1) * classes / cells.max(1)).max(from + 1)
}

fn count(density: &Density, sizes: Range<usize>, rates: Range<usize>) -> u32 {
    let pairs = sizes.flat_map(|size| rates.clone().map(move |rate| (size, rate)));
    pairs.map(|(size, rate)| density.count(size, rate)).fold(0, u32::saturating_add)
}

/// The shade of a count on a logarithmic scale, so that one transaction is visible beside a thousand.
fn shade(count: u32, most: u32) -> usize {
    let steps = SHADES.len() - 1;
    let position = f64::from(count).ln_1p() / f64::from(most.max(1)).ln_1p();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a few shades"
    )]
    let shade = (position * steps as f64).ceil() as usize;
    shade.min(steps)
}

/// The label of a row, counted from the bottom, where a power of ten begins.
fn rate_label(row: usize, rows: usize) -> String {
    let classes = part(row, rows, RATE_CLASSES);
    let [from, to] = [classes.start, classes.end].map(Density::rate);
    let is_first = row == 0 || part(row - 1, rows, RATE_CLASSES).start != classes.start;
    let power =
        [0.1, 1.0, 10.0, 100.0].into_iter().find(|power| from <= power * 1.000_1 && power * 1.000_1 < to);
    match power.filter(|_| is_first) {
        Some(power) => format!("{} ┤", text::right(&power.to_string(), AXIS - 2)),
        None => format!("{} │", text::blank(AXIS - 2)),
    }
}

/// The size axis below the picture.
fn size_axis(cells: usize) -> String {
    let mut axis = format!("{} └", text::blank(AXIS - 2));
    for class in (0..SIZE_CLASSES).step_by(LABEL_EVERY) {
        let at = AXIS + class * cells / SIZE_CLASSES;
        let used = text::width(&axis);
        let label = label(Density::vsize(class));
        if at >= used && at + text::width(&label) <= AXIS + cells {
            axis.push_str(&"─".repeat(at - used));
            axis.push_str(&label);
        }
    }
    let rest = (AXIS + cells).saturating_sub(text::width(&axis));
    axis + &"─".repeat(rest)
}

fn label(vsize: f64) -> String {
    if vsize < 1_000.0 { format!("{vsize:.0} ") } else { format!("{:.0}k ", vsize / 1_000.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_in_a_cell_and_every_cell_has_a_class() {
        for (cells, classes) in [(1, 44), (10, 44), (44, 44), (130, 44), (7, 40), (90, 40)] {
            let parts: Vec<_> = (0..cells).map(|cell| part(cell, cells, classes)).collect();
            assert!(parts.iter().all(|part| !part.is_empty() && part.end <= classes), "{cells} {parts:?}");
            let covered: std::collections::BTreeSet<_> = parts.into_iter().flatten().collect();
            assert_eq!(covered.len(), classes, "{cells} of {classes}");
        }
    }

    #[test]
    fn one_transaction_is_seen_and_only_the_densest_cell_is_full() {
        assert_eq!([0, 1, 30, 999, 1_000].map(|count| shade(count, 1_000)), [0, 1, 2, 4, 4]);
        assert_eq!((shade(0, 0), shade(1, 1)), (0, 4));
    }

    #[test]
    fn the_axes_name_powers() {
        let rows: Vec<_> = (0..20).map(|row| rate_label(row, 20)).collect();
        let named = rows.iter().filter(|label| label.contains('┤')).count();
        assert_eq!(named, 4, "{rows:?}");
        let axis = size_axis(88);
        assert_eq!(text::width(&axis), AXIS + 88);
        assert!(axis.contains("└64 ") && axis.contains("─256 ") && axis.contains("─16k "), "{axis}");
    }
}
