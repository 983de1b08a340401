//! Sorted items with their ranks: a list of short sorted lists.
//!
//! With n items, inserting, removing and finding a rank each take two binary searches and one walk over at
//! most n / 256 lengths: about 1,200 for 300,000 items.

use crate::model::mempool::key::TxKey;

/// The most items in a bucket; a fuller one is split in half.
const MAX_BUCKET: usize = 512;

/// Sorted by value, and by arrival for equal values.
pub(super) type Item = (u64, TxKey);

/// Items in ascending order.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// No bucket is empty.
    buckets: Vec<Vec<Item>>,
    len: usize,
}

impl Sorted {
    /// The number of items.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds an item that is not there yet.
    pub(super) fn insert(&mut self, item: Item) {
        self.len += 1;
        let number = self.bucket_of(item);
        let Some(bucket) = self.buckets.get_mut(number) else {
            self.buckets.push(vec![item]);
            return;
        };
        let at = bucket.partition_point(|other| *other < item);
        bucket.insert(at, item);
        if bucket.len() > MAX_BUCKET {
            let upper = bucket.split_off(MAX_BUCKET / 2);
            self.buckets.insert(number + 1, upper);
        }
    }

    /// Removes an item, if it is there.
    pub(super) fn remove(&mut self, item: Item) {
        let number = self.bucket_of(item);
        let Some(bucket) = self.buckets.get_mut(number) else { return };
        let Ok(at) = bucket.binary_search(&item) else { return };
        bucket.remove(at);
        self.len -= 1;
        let is_empty = bucket.is_empty();
        let left = bucket.len();
        if is_empty {
            self.buckets.remove(number);
        } else if self.buckets.get(number + 1).is_some_and(|next| left + next.len() <= MAX_BUCKET / 2) {
            let next = self.buckets.remove(number + 1);
            self.buckets[number].extend(next);
        }
    }

    /// The number of items below `item`.
    pub(super) fn rank(&self, item: Item) -> usize {
        let number = self.bucket_of(item);
        let before: usize = self.buckets.iter().take(number).map(Vec::len).sum();
        before + self.buckets.get(number).map_or(0, |bucket| bucket.partition_point(|other| *other < item))
    }

    /// Up to `count` items from `rank` on, in ascending order.
    pub(super) fn range(&self, rank: usize, count: usize) -> impl Iterator<Item = Item> {
        let mut skipped = 0;
        let first = self.buckets.iter().position(|bucket| {
            let is_before = skipped + bucket.len() <= rank;
            if is_before {
                skipped += bucket.len();
            }
            !is_before
        });
        let buckets = self.buckets.get(first.unwrap_or(self.buckets.len())..).unwrap_or_default();
        buckets.iter().flatten().copied().skip(rank - skipped.min(rank)).take(count)
    }

    /// The bucket that contains `item`, or should.
    fn bucket_of(&self, item: Item) -> usize {
        self.buckets
            .partition_point(|bucket| bucket.first().is_some_and(|first| *first <= item))
            .saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn item(value: u64) -> Item {
        (value / 3, TxKey::new(value, 0))
    }

    proptest! {
        #[test]
        fn items_and_ranks_are_those_of_a_sorted_set(
            steps in vec((any::<bool>(), 0_u64..4_000), 0..6_000),
            at in 0_usize..4_000,
        ) {
            let (mut sorted, mut oracle) = (Sorted::default(), BTreeSet::new());
            for (inserts, value) in steps {
                if !inserts {
                    sorted.remove(item(value));
                    oracle.remove(&item(value));
                } else if oracle.insert(item(value)) {
                    sorted.insert(item(value));
                }
            }
            prop_assert_eq!(sorted.len(), oracle.len());
            prop_assert!(sorted.range(0, usize::MAX).eq(oracle.iter().copied()));
            prop_assert!(sorted.range(at, 50).eq(oracle.iter().copied().skip(at).take(50)));
            let value = item(at as u64);
            prop_assert_eq!(sorted.rank(value), oracle.range(..value).count());
            prop_assert!(sorted.buckets.iter().all(|bucket| !bucket.is_empty() && bucket.len() <= MAX_BUCKET));
        }
    }
}
