//! Which columns are shown, and their order.

use super::columns::COLUMNS;
use std::fmt;

/// The prefix of a hidden column's name.
const HIDDEN: char = '!';

/// The columns from left to right, as indexes into [`COLUMNS`], each with whether it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chosen(Vec<(usize, bool)>);

impl Default for Chosen {
    /// All columns, in the order of the table.
    fn default() -> Self {
        Self((0..COLUMNS.len()).map(|column| (column, true)).collect())
    }
}

impl Chosen {
    /// All columns with whether they are shown, from left to right.
    pub fn all(&self) -> &[(usize, bool)] {
        &self.0
    }

    /// The columns that are shown, from left to right.
    pub fn shown(&self) -> Vec<usize> {
        self.0.iter().filter(|(_, is_shown)| *is_shown).map(|(column, _)| *column).collect()
    }

    /// Shows or hides the column at an index. Returns false if it is the last one shown, which must stay.
    pub fn toggle(&mut self, at: usize) -> bool {
        let is_last = self.shown().len() == 1;
        match self.0.get_mut(at) {
            Some((_, is_shown)) if !(*is_shown && is_last) => {
                *is_shown = !*is_shown;
                true
            }
            _ => false,
        }
    }

    /// Swaps the columns at two indexes, if both exist.
    pub fn swap(&mut self, one: usize, other: usize) {
        if one.max(other) < self.0.len() {
            self.0.swap(one, other);
        }
    }

    /// Parses the output of `Display`. Unknown names are skipped; unnamed columns come last and are shown.
    pub fn of(text: &str) -> Self {
        let mut chosen: Vec<(usize, bool)> = Vec::new();
        for name in text.split(',') {
            let shown_name = name.trim_start_matches(HIDDEN);
            let column = COLUMNS.iter().position(|column| column.sort.name == shown_name);
            if let Some(column) = column.filter(|column| chosen.iter().all(|(known, _)| known != column)) {
                chosen.push((column, shown_name == name));
            }
        }
        let missing = (0..COLUMNS.len()).filter(|column| chosen.iter().all(|(known, _)| known != column));
        let missing: Vec<_> = missing.map(|column| (column, true)).collect();
        let all = Self([chosen, missing].concat());
        if all.shown().is_empty() { Self::default() } else { all }
    }
}

impl fmt::Display for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |(column, is_shown): &(usize, bool)| {
            let name = COLUMNS[*column].sort.name;
            if *is_shown { name.to_owned() } else { format!("{HIDDEN}{name}") }
        };
        f.write_str(&self.0.iter().map(name).collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_comes_back_from_its_words() {
        let mut chosen = Chosen::default();
        chosen.swap(3, 9);
        assert!(chosen.toggle(5) && chosen.toggle(0));
        assert_eq!(Chosen::of(&chosen.to_string()), chosen);
        assert_eq!(chosen.shown().len(), COLUMNS.len() - 2);
    }

    #[test]
    fn words_of_another_version_leave_every_column_once() {
        for text in ["", "fame,!glory", "address,address,!address", "last ping", "!state"] {
            let mut columns: Vec<usize> = Chosen::of(text).all().iter().map(|(column, _)| *column).collect();
            columns.sort_unstable();
            assert!(columns.into_iter().eq(0..COLUMNS.len()), "{text}");
        }
        assert_eq!(COLUMNS[Chosen::of("last ping").all()[0].0].sort.name, "last ping");
        let none: Vec<_> = COLUMNS.iter().map(|column| format!("!{}", column.sort.name)).collect();
        assert_eq!(Chosen::of(&none.join(",")), Chosen::default());
    }

    #[test]
    fn the_last_column_cannot_be_hidden() {
        let mut chosen = Chosen::default();
        assert!((1..COLUMNS.len()).all(|at| chosen.toggle(at)));
        assert!(!chosen.toggle(0) && !chosen.toggle(99));
        assert_eq!(chosen.shown(), [0]);
        chosen.swap(0, 99);
        assert_eq!(chosen.shown(), [0]);
    }
}
