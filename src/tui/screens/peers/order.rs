//! The order of the list: one of the columns, up or down.

use super::columns::COLUMNS;
use crate::snapshot::PeerSort;
use std::fmt;

/// The sort column and direction.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Order {
    /// The index of the column.
    pub by: usize,
    pub descending: bool,
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.descending { '-' } else { '+' };
        write!(f, "{sign}{}", COLUMNS[self.by].sort.name)
    }
}

impl Order {
    /// Parses the output of `Display`: `+last ping` or `-last ping`.
    pub fn of(text: &str) -> Option<Self> {
        let (sign, name) = text.split_at_checked(1)?;
        let by = COLUMNS.iter().position(|column| column.sort.name == name)?;
        ["+", "-"].contains(&sign).then_some(Self { by, descending: sign == "-" })
    }

    /// Sorts by the next `shown` column.
    pub fn next(&mut self, shown: &[usize]) {
        self.step(1, shown);
    }

    /// Sorts by the column with this index, or reverses the order if it already is the sort column.
    pub fn sort_by(&mut self, column: usize) {
        if column == self.by {
            self.reverse();
        }
        self.by = column;
    }

    /// Sorts by the previous `shown` column.
    pub fn previous(&mut self, shown: &[usize]) {
        self.step(shown.len().saturating_sub(1), shown);
    }

    fn step(&mut self, by: usize, shown: &[usize]) {
        let at = shown.iter().position(|column| *column == self.by);
        let to = at.map_or(Some(0), |at| (at + by).checked_rem(shown.len()));
        self.by = to.and_then(|to| shown.get(to)).copied().unwrap_or(self.by);
    }

    pub fn reverse(&mut self) {
        self.descending = !self.descending;
    }

    /// The order in the model's terms.
    pub fn sort(self) -> PeerSort {
        PeerSort { by: COLUMNS[self.by].sort, descending: self.descending }
    }

    /// The mark of the order in the head and the title.
    pub const fn arrow(self) -> char {
        if self.descending { '▼' } else { '▲' }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_comes_back_from_its_words() {
        for by in 0..COLUMNS.len() {
            for descending in [false, true] {
                let order = Order { by, descending };
                assert_eq!(Order::of(&order.to_string()), Some(order));
            }
        }
        assert_eq!(["", "+", "-fame", "ping", "é"].map(Order::of), [None; 5]);
    }
}
