//! Counts a sensor's events that did not arrive, by the numbers of those that did.

use std::collections::BTreeMap;

/// The most gaps to remember, for late batches to fill.
const MAX_GAPS: usize = 64;

/// Counts events that are missing.
#[derive(Clone, Default, Debug)]
pub struct Losses {
    /// The number of the next event; `None` before the first batch.
    next: Option<u64>,
    /// The gaps: first number → end.
    gaps: BTreeMap<u64, u64>,
    /// The number of the first event that can be missing; earlier ones were never expected.
    begin: u64,
    lost: u64,
}

impl Losses {
    /// Notes the numbers of a batch. Returns whether they are new.
    pub fn note(&mut self, first: u64, count: u64) -> bool {
        let end = first.saturating_add(count);
        if self.next.is_none() {
            self.begin = first;
            if first > 0 {
                self.gaps.insert(0, first);
            }
        }
        let next = *self.next.get_or_insert(first);
        if first >= next {
            if first > next {
                self.lost = self.lost.saturating_add(first - next);
                self.gaps.insert(next, first);
                if self.gaps.len() > MAX_GAPS {
                    self.gaps.pop_first();
                }
            }
            self.next = Some(end);
            return true;
        }
        // A late or a repeated batch.
        let Some((&start, &gap_end)) = self.gaps.range(..=first).next_back() else { return false };
        if end > gap_end {
            return false;
        }
        self.gaps.remove(&start);
        if start < first {
            self.gaps.insert(start, first);
        }
        if end < gap_end {
            self.gaps.insert(end, gap_end);
        }
        if first >= self.begin {
            self.lost = self.lost.saturating_sub(end - first);
        }
        true
    }

    /// Counts events whose numbers say nothing.
    pub fn miss(&mut self, count: u64) {
        self.lost = self.lost.saturating_add(count);
    }

    /// The number of missing events.
    pub fn lost(&self) -> u64 {
        self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_came_before_the_first_batch_is_not_lost() {
        let mut losses = Losses::default();
        assert!(losses.note(1_000, 10));
        assert_eq!(losses.lost(), 0);
        assert!(losses.note(1_015, 5));
        assert_eq!(losses.lost(), 5);
    }

    #[test]
    fn numbers_of_a_stranger_do_not_overflow() {
        let mut losses = Losses::default();
        assert!(losses.note(0, 1));
        assert!(losses.note(u64::MAX, u64::MAX));
        assert!(losses.note(u64::MAX - 1, u64::MAX), "it is in the gap");
        assert!(!losses.note(u64::MAX - 1, 1));
    }

    proptest! {
        #[test]
        fn every_batch_counts_once_in_whichever_order_they_come(
            counts in prop::collection::vec(1_u64..50, 2..40),
            order in prop::collection::vec(any::<prop::sample::Index>(), 80),
            left_out in prop::collection::btree_set(0_usize..40, 0..5),
            start in any::<prop::sample::Index>(),
        ) {
            let mut first = 7;
            let batches: Vec<(u64, u64)> = counts.iter().map(|&count| { first += count; (first - count, count) }).collect();
            let mut losses = Losses::default();
            let start = &batches[start.index(batches.len())];
            prop_assert!(losses.note(start.0, start.1));
            let sent: Vec<_> = (0..batches.len()).filter(|at| !left_out.contains(at)).map(|at| batches[at]).collect();
            let mut seen = std::collections::BTreeSet::from([*start]);
            let chosen = order.iter().filter(|_| !sent.is_empty()).map(|index| *index.get(&sent));
            for batch in chosen.chain(sent.iter().copied()) {
                prop_assert_eq!(losses.note(batch.0, batch.1), seen.insert(batch));
            }
            let end = seen.last().map_or(0, |last| last.0 + last.1);
            let arrived: u64 = seen.iter().filter(|batch| batch.0 >= start.0).map(|batch| batch.1).sum();
            prop_assert_eq!(losses.lost(), end - start.0 - arrived, "what came before the first is not missed");
        }
    }
}
