//! The order of the list: one of the columns, up or down.

use super::columns::COLUMNS;
use crate::snapshot::PeerSort;

/// The column that the list is sorted by.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Order {
    /// The index of the column.
    pub by: usize,
    pub descending: bool,
}

impl Order {
    /// Sorts by the next column.
    pub fn next(&mut self) {
        self.by = (self.by + 1) % COLUMNS.len();
    }

    /// Sorts by the column with this index; reverses the order if it is sorted by that one.
    pub fn sort_by(&mut self, column: usize) {
        if column == self.by {
            self.reverse();
        }
        self.by = column;
    }

    /// Sorts by the previous column.
    pub fn previous(&mut self) {
        self.by = (self.by + COLUMNS.len() - 1) % COLUMNS.len();
    }

    pub fn reverse(&mut self) {
        self.descending = !self.descending;
    }

    /// The order as the model needs it.
    pub fn sort(self) -> PeerSort {
        PeerSort { by: COLUMNS[self.by].sort, descending: self.descending }
    }

    /// The mark of the order in the head and the title.
    pub const fn arrow(self) -> char {
        if self.descending { '▼' } else { '▲' }
    }
}
