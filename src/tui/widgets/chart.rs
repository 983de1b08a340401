//! Text charts: sparklines, bars with an axis, progress, moments on a time line.

use crate::tui::widgets::text;

use std::time::Duration;

/// Eighths of a cell, filled from below.
const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Marks the foot of a bar where nothing was measured.
const GAP: char = '·';

/// A sparkline of the newest `cells` values, in at most `cells` cells. Its scale starts at zero.
///
/// Every value shows at least the lowest block, as a gap means missing data. No value fills its cell, so that
/// sparklines in adjacent rows do not touch.
pub fn sparkline(values: &[Option<f32>], cells: usize) -> String {
    let values = &values[values.len().saturating_sub(cells)..];
    let top = highest(values.iter().flatten());
    let block = |value: &Option<f32>| value.map_or(0, |value| level(value, top, 7).max(1));
    values.iter().map(|value| EIGHTHS[block(value)]).collect()
}

/// Bars of the newest `columns` values over `rows` rows, top row first. Each row has `columns` cells, with
/// the newest value on the right. A dot in the lowest row marks a missing value.
pub fn bars(values: &[Option<f32>], columns: usize, rows: usize) -> Vec<String> {
    let values = &values[values.len().saturating_sub(columns)..];
    let top = highest(values.iter().flatten());
    let missing = columns - values.len();
    (0..rows)
        .rev()
        .map(|row| {
            let bar = |value: &Option<f32>| match value {
                Some(value) => EIGHTHS[level(*value, top, rows * 8).saturating_sub(row * 8).min(8)],
                None if row == 0 => GAP,
                None => ' ',
            };
            " ".repeat(missing).chars().chain(values.iter().map(bar)).collect()
        })
        .collect()
}

/// The axis of bars over `rows` rows, top row first: a label at the top, at zero and, if there is room, in
/// the middle. `label` gets a share (0–1) of the top; each line has `cells` cells and ends in a tick.
pub fn axis(rows: usize, cells: usize, label: impl Fn(f32) -> String) -> Vec<String> {
    let line = |row: usize| {
        let (text, tick) = match row {
            _ if row + 1 == rows => (label(1.0), '┤'),
            0 => ("0".to_owned(), '┤'),
            _ if rows >= 8 && row == rows / 2 => (label(0.5), '┤'),
            _ => (String::new(), '│'),
        };
        format!("{} {tick}", text::right(&text, cells.saturating_sub(2)))
    };
    (0..rows).rev().map(line).collect()
}

/// A share (0–1) as a bar filled from the left: `██▌░` for 5 of 8 in four cells. A share above 0 is always
/// visible.
pub fn progress(share: f32, cells: usize) -> String {
    let halves = level(share, 1.0, 2 * cells);
    let cell = |cell: usize| match halves.saturating_sub(2 * cell) {
        0 => '░',
        1 => '▌',
        _ => '█',
    };
    (0..cells).map(cell).collect()
}

/// The length in cells of a bar for `value` on a scale up to `top`, at least one for a value above 0.
pub fn length(value: f32, top: f32, cells: usize) -> usize {
    level(value, top, cells)
}

/// A moment on a time line of length `whole`: `──●─────`.
pub fn moment(at: Duration, whole: Duration, cells: usize) -> String {
    let Some(last) = cells.checked_sub(1) else { return String::new() };
    let place = at.as_millis() * last as u128 / whole.as_millis().max(1);
    let place = usize::try_from(place).unwrap_or(last).min(last);
    format!("{}●{}", "─".repeat(place), "─".repeat(last - place))
}

/// The highest of the values; 0 if there is none.
pub fn highest<'a>(values: impl IntoIterator<Item = &'a f32>) -> f32 {
    values.into_iter().copied().fold(0.0, f32::max)
}

/// Scales `value` so that `top` is `steps` steps; at least one for a positive value.
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
        assert_eq!(sparkline(&[9.0, 0.0, 4.0, 8.0].map(Some), 3), "▁▄▇");
        assert_eq!(sparkline(&[0.0, 0.0].map(Some), 5), "▁▁");
        assert_eq!(sparkline(&[], 5), "");
        assert_eq!(sparkline(&[f32::NAN, f32::INFINITY, -1.0].map(Some), 3).chars().count(), 3);
        assert_eq!(sparkline(&[Some(8.0), None, Some(0.0)], 3), "▇ ▁");
    }

    #[test]
    fn bars_grow_from_below() {
        assert_eq!(bars(&[1.0, 2.0, 4.0].map(Some), 4, 2), ["   █", " ▄██"]);
        assert_eq!(bars(&[0.01, 100.0].map(Some), 2, 1), ["▁█"]);
        assert_eq!(bars(&[Some(1.0)], 1, 0), Vec::<String>::new());
        assert_eq!(bars(&[Some(4.0), None, Some(0.0), Some(4.0)], 4, 2), ["█  █", "█· █"]);
    }

    #[test]
    fn progress_is_empty_at_nothing_and_full_at_all() {
        assert_eq!(progress(0.0, 4), "░░░░");
        assert_eq!(progress(0.01, 4), "▌░░░");
        assert_eq!(progress(0.625, 4), "██▌░");
        assert_eq!(progress(1.0, 4), "████");
        assert_eq!(progress(f32::NAN, 4), "░░░░");
        assert_eq!(progress(1.2, 4), "████");
        assert_eq!(progress(0.5, 0), "");
    }

    #[test]
    fn an_axis_names_its_top_and_zero_and_the_middle_where_there_is_room() {
        let label = |part: f32| format!("{:.0}", part * 10.0);
        assert_eq!(axis(3, 5, label), [" 10 ┤", "    │", "  0 ┤"]);
        assert_eq!(axis(8, 4, label)[3], " 5 ┤");
        assert_eq!(axis(1, 4, label), ["10 ┤"]);
        assert_eq!(axis(0, 4, label), Vec::<String>::new());
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
