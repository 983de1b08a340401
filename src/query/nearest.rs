//! Suggests the name that was probably meant.

/// Returns the name nearest to `word`, unless all are too different.
pub(super) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    let limit = word.chars().count().div_ceil(3);
    let near = names.into_iter().filter_map(|name| {
        let contains = word.len() > 2 && (name.contains(&word) || word.contains(name));
        let distance = distance(&word, name);
        // A single slip is most likely, then a part of a name, then several slips.
        let rank = match distance {
            0 | 1 => 0,
            _ if contains => 1,
            _ => 2,
        };
        (contains || distance <= limit).then_some((rank, distance, name))
    });
    near.min_by_key(|&(rank, distance, _)| (rank, distance)).map(|(.., name)| name)
}

/// Returns the number of letters to add, remove, replace or swap with a neighbour (optimal string alignment).
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, with) in other.iter().enumerate() {
            let mut cost = (last[column] + usize::from(letter != with))
                .min(last[column + 1] + 1)
                .min(current[column] + 1);
            if row > 0 && column > 0 && *letter == other[column - 1] && one[row - 1] == *with {
                cost = cost.min(before[column - 1] + 1);
            }
            current.push(cost);
        }
        before = std::mem::replace(&mut last, current);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 5] = ["vsize", "fee_rate", "fee", "value", "age"];

    #[test]
    fn a_slip_or_a_part_of_a_name_suggests_it() {
        for (word, expected) in [
            ("szie", "vsize"),
            ("size", "vsize"),
            ("Fee_Rate", "fee_rate"),
            ("feerate", "fee_rate"),
            ("fee_rates", "fee_rate"),
            ("vlaue", "value"),
            ("rate", "fee_rate"),
        ] {
            assert_eq!(nearest(word, NAMES), Some(expected), "{word}");
        }
    }

    #[test]
    fn nothing_is_suggested_for_what_resembles_nothing() {
        assert_eq!(nearest("colour", NAMES), None);
        assert_eq!(nearest("", NAMES), None);
    }
}
