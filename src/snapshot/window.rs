//! The visible part of a list.

/// The most rows of a window; no terminal is that high.
pub(super) const MAX_ROWS: usize = 1_000;

/// The visible part of a list.
#[derive(Clone, PartialEq, Debug)]
pub struct Window<T> {
    /// The length of the whole list.
    pub total: usize,
    /// The index of the first row; `None` if finding it would cost too much.
    pub offset: Option<usize>,
    /// Whether there are rows above the first one.
    pub more_above: bool,
    /// Whether there are rows below the last one.
    pub more_below: bool,
    /// The rows.
    pub rows: Vec<T>,
    /// The index of the selected row in `rows`.
    pub selected: Option<usize>,
}

impl<T> Default for Window<T> {
    fn default() -> Self {
        Self {
            total: 0,
            offset: None,
            more_above: false,
            more_below: false,
            rows: Vec::new(),
            selected: None,
        }
    }
}

impl<T> Window<T> {
    /// The window of at most `height` rows of a complete list, at `offset`, unless that would leave the
    /// selected row outside or rows empty.
    pub(super) fn of_list(list: Vec<T>, offset: usize, height: usize, selected: Option<usize>) -> Self {
        let (total, height) = (list.len(), height.min(MAX_ROWS));
        let offset = visible_offset(offset, height, total, selected);
        let rows: Vec<T> = list.into_iter().skip(offset).take(height).collect();
        Self {
            total,
            offset: Some(offset),
            more_above: offset > 0,
            more_below: offset + rows.len() < total,
            selected: selected.and_then(|index| index.checked_sub(offset)).filter(|&row| row < rows.len()),
            rows,
        }
    }

    /// Converts each row.
    pub(super) fn map<U>(self, mut row: impl FnMut(T) -> U) -> Window<U> {
        self.filter_map(|it| Some(row(it)))
    }

    /// Converts each row, dropping those without a result.
    pub(super) fn filter_map<U>(self, row: impl FnMut(T) -> Option<U>) -> Window<U> {
        let Self { total, offset, more_above, more_below, rows, selected } = self;
        let rows = rows.into_iter().filter_map(row).collect();
        Window { total, offset, more_above, more_below, rows, selected }
    }
}

/// Returns `offset`, moved so that the selected row is visible and no row is empty.
fn visible_offset(offset: usize, height: usize, total: usize, selected: Option<usize>) -> usize {
    let offset = offset.min(total.saturating_sub(height));
    match selected {
        Some(selected) if selected < offset => selected,
        Some(selected) if selected >= offset.saturating_add(height) => {
            selected.saturating_add(1).saturating_sub(height)
        }
        _ => offset,
    }
}
