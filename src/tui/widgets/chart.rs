//! Charts made of characters: sparklines, bars, progress, moments on a time line.

use std::time::Duration;

/// Eighths of a cell, from below.
const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A sparkline of the newest `cells` values, in at most `cells` cells. Its scale starts at zero.
///
/// Every value shows at least the lowest block, for a gap would read as missing data. No value fills
/// its cell, so that the sparklines of two rows do not run into each other.
pub fn sparkline(values: &[f32], cells: usize) -> String {
    let values = &values[values.len().saturating_sub(cells)..];
    let top = highest(values);
    values.iter().map(|value| EIGHTHS[level(*value, top, 7).max(1)]).collect()
}

/// Bars of the newest `columns` values over `rows` rows, the top row first. Each row has `columns`
/// cells; the newest value stands at the right.
pub fn bars(values: &[f32], columns: usize, rows: usize) -> Vec<String> {
    let values = &values[values.len().saturating_sub(columns)..];
    let top = highest(values);
    let missing = columns - values.len();
    (0..rows)
        .rev()
        .map(|row| {
            let bar = |value: &f32| {
                let filled = level(*value, top, rows * 8);
                EIGHTHS[filled.saturating_sub(row * 8).min(8)]
            };
            " ".repeat(missing).chars().chain(values.iter().map(bar)).collect()
        })
        .collect()
}

/// A share as a bar: `▇▇▅▁` for 5 of 8 in four cells.
pub fn progress(part: usize, whole: usize, cells: usize) -> String {
    let steps = 6 * cells;
    let filled = part.min(whole).saturating_mul(steps).checked_div(whole).unwrap_or(0);
    (0..cells).map(|cell| EIGHTHS[1 + filled.saturating_sub(cell * 6).min(6)]).collect()
}

/// A moment on a time line as long as `whole`: `──●─────`.
pub fn moment(at: Duration, whole: Duration, cells: usize) -> String {
    let Some(last) = cells.checked_sub(1) else { return String::new() };
    let place = at.as_millis() * last as u128 / whole.as_millis().max(1);
    let place = usize::try_from(place).unwrap_or(last).min(last);
    format!("{}●{}", "─".repeat(place), "─".repeat(last - place))
}

/// The highest of the values; 0 if there is none.
pub fn highest(values: &[f32]) -> f32 {
    values.iter().copied().fold(0.0, f32::max)
}

/// Scales `value` so that `top` has `steps` steps. A positive value has at least one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a few hundred steps, clamped before the cast"
)]
fn level(value: f32, top: f32, steps: usize) -> usize {
    if value > 0.0 && top > 0.0 {
        let exact = (value / top).clamp(0.0, 1.0) * steps as f32;
        (exact.round() as usize).max(1)
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sparklines_start_at_zero_and_keep_the_newest() {
        assert_eq!(sparkline(&[9.0, 0.0, 4.0, 8.0], 3), "▁▄▇");
        assert_eq!(sparkline(&[0.0, 0.0], 5), "▁▁");
        assert_eq!(sparkline(&[], 5), "");
        assert_eq!(sparkline(&[f32::NAN, f32::INFINITY, -1.0], 3).chars().count(), 3);
    }

    #[test]
    fn bars_grow_from_below() {
        assert_eq!(bars(&[1.0, 2.0, 4.0], 4, 2), ["   █", " ▄██"]);
        assert_eq!(bars(&[0.01, 100.0], 2, 1), ["▁█"]);
        assert_eq!(bars(&[1.0], 1, 0), Vec::<String>::new());
    }

    #[test]
    fn progress_is_empty_at_nothing_and_full_at_all() {
        assert_eq!(progress(0, 8, 4), "▁▁▁▁");
        assert_eq!(progress(5, 8, 4), "▇▇▄▁");
        assert_eq!(progress(8, 8, 4), "▇▇▇▇");
        assert_eq!(progress(3, 0, 4), "▁▁▁▁");
        assert_eq!(progress(9, 8, 4), "▇▇▇▇");
    }

    #[test]
    fn a_moment_stands_where_it_belongs_on_its_line() {
        let moment =
            |at, whole, cells| moment(Duration::from_millis(at), Duration::from_millis(whole), cells);
        assert_eq!(moment(0, 900, 5), "●────");
        assert_eq!(moment(450, 900, 5), "──●──");
        assert_eq!(moment(900, 900, 5), "────●");
        assert_eq!(moment(0, 0, 3), "●──");
        assert_eq!(moment(7, 3, 3), "──●", "beyond the end");
        assert_eq!(moment(1, 1, 0), "");
    }
}
