//! The columns of the Transactions screen, and the order that each of them sorts by.

use super::cells;
use crate::snapshot::{TransactionRow, TxOrder};
use crate::tui::widgets::table::{Column, Head};
use std::fmt;

/// The sort key of a column.
#[derive(Clone, Copy, Debug)]
pub struct Sort {
    pub order: TxOrder,
    /// The name completes "by …".
    pub name: &'static str,
    /// Whether sorting starts with the greatest values.
    pub descending: bool,
}

/// The columns from left to right; `None`: cannot be sorted by.
pub const COLUMNS: &[(Column<TransactionRow>, Option<Sort>)] = &[
    (cells::AGE, Some(Sort { order: TxOrder::Age, name: "age", descending: false })),
    (cells::TXID, None),
    (cells::FLAGS, None),
    (cells::KIND, None),
    (cells::VSIZE, Some(by(TxOrder::Vsize, "vsize"))),
    (cells::INPUTS, Some(by(TxOrder::Inputs, "inputs"))),
    (cells::OUTPUTS, Some(by(TxOrder::Outputs, "outputs"))),
    (cells::VALUE, Some(by(TxOrder::Value, "value"))),
    (cells::FEE, Some(by(TxOrder::Fee, "fee"))),
    (cells::FEE_RATE, Some(by(TxOrder::FeeRate, "fee rate"))),
    (cells::CHUNK, Some(by(TxOrder::ChunkFeeRate, "chunk fee rate"))),
    (cells::ANCESTORS, Some(by(TxOrder::Ancestors, "ancestors"))),
    (cells::DESCENDANTS, Some(by(TxOrder::Descendants, "descendants"))),
    (cells::PEERS, Some(by(TxOrder::Peers, "peers"))),
];

const fn by(order: TxOrder, name: &'static str) -> Sort {
    Sort { order, name, descending: true }
}

/// The sort column and direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sorting {
    /// The index of the column.
    by: usize,
    descending: bool,
}

impl Default for Sorting {
    /// Highest fee rates first.
    fn default() -> Self {
        let by = COLUMNS.iter().position(|(_, sort)| sort.is_some_and(|sort| sort.order == TxOrder::FeeRate));
        Self { by: by.unwrap_or(0), descending: true }
    }
}

impl fmt::Display for Sorting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.descending { '-' } else { '+' }, self.name())
    }
}

impl Sorting {
    /// Parses the output of `Display`: `+age` or `-fee rate`.
    pub fn of(text: &str) -> Option<Self> {
        let (sign, name) = text.split_at_checked(1)?;
        let by = COLUMNS.iter().position(|(_, sort)| sort.is_some_and(|sort| sort.name == name))?;
        ["+", "-"].contains(&sign).then_some(Self { by, descending: sign == "-" })
    }

    /// Sorts by the next or previous sortable column.
    pub fn step(&mut self, forward: bool) {
        let step = if forward { 1 } else { COLUMNS.len() - 1 };
        let mut at = self.by;
        loop {
            at = (at + step) % COLUMNS.len();
            if let Some(sort) = COLUMNS[at].1 {
                *self = Self { by: at, descending: sort.descending };
                return;
            }
        }
    }

    /// Sorts by the column with this index, or reverses the order if it already is the sort column.
    pub fn sort_by(&mut self, column: usize) {
        match COLUMNS.get(column).and_then(|(_, sort)| *sort) {
            Some(_) if column == self.by => self.reverse(),
            Some(sort) => *self = Self { by: column, descending: sort.descending },
            None => {}
        }
    }

    /// Sorts by the column of this order, if there is one.
    pub fn sort_in(&mut self, order: TxOrder, descending: bool) {
        let is_it = |sort: &Sort| sort.order == order;
        if let Some(by) = COLUMNS.iter().position(|(_, sort)| sort.as_ref().is_some_and(is_it)) {
            *self = Self { by, descending };
        }
    }

    pub fn reverse(&mut self) {
        self.descending = !self.descending;
    }

    pub const fn is_descending(self) -> bool {
        self.descending
    }

    /// The index of the column.
    pub const fn column(self) -> usize {
        self.by
    }

    pub fn order(self) -> TxOrder {
        COLUMNS[self.by].1.map_or_else(TxOrder::default, |sort| sort.order)
    }

    /// The order in words: `by fee rate ▼`.
    pub fn name(self) -> &'static str {
        COLUMNS[self.by].1.map_or("", |sort| sort.name)
    }

    /// The mark of the order in the head and the title.
    pub const fn arrow(self) -> char {
        if self.descending { '▼' } else { '▲' }
    }

    /// The heads. The sort column has the lowest rank, and one cell more for the arrow.
    pub fn heads(self) -> Vec<Head> {
        let mut heads: Vec<Head> = COLUMNS.iter().map(|(column, _)| *column.as_ref()).collect();
        let sorted = &mut heads[self.by];
        sorted.rank = 0;
        sorted.width = sorted.width.plus(1);
        heads
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_reached_in_both_directions() {
        let sortable = COLUMNS.iter().filter(|(_, sort)| sort.is_some()).count();
        for forward in [true, false] {
            let mut sorting = Sorting::default();
            let mut seen = Vec::new();
            for _ in 0..sortable {
                assert!(!seen.contains(&sorting.order()), "{:?}", sorting.order());
                seen.push(sorting.order());
                sorting.step(forward);
            }
            assert_eq!(sorting, Sorting::default());
        }
    }

    #[test]
    fn every_order_comes_back_from_its_words() {
        let mut sorting = Sorting::default();
        for _ in 0..COLUMNS.len() {
            for _ in 0..2 {
                assert_eq!(Sorting::of(&sorting.to_string()), Some(sorting));
                sorting.reverse();
            }
            sorting.step(true);
        }
        assert_eq!(["", "-", "-txid", "fee rate", "é"].map(Sorting::of), [None; 5]);
    }

    #[test]
    fn sorting_by_the_same_column_again_reverses_the_order() {
        let mut sorting = Sorting::default();
        sorting.sort_by(0);
        assert_eq!((sorting.order(), sorting.is_descending()), (TxOrder::Age, false));
        sorting.sort_by(0);
        assert_eq!((sorting.order(), sorting.is_descending()), (TxOrder::Age, true));
        sorting.sort_by(1);
        assert_eq!(sorting.order(), TxOrder::Age, "nothing is sorted by txid");
    }
}
