//! Sorted runs of outputs, 16 bytes each, searched by interpolation. Runs of similar length are merged, so
//! that there are few (as in a log-structured merge tree); a merge drops removed outputs.

/// The number of bits for an output's value: all bitcoin together need 51.
const VALUE_BITS: u32 = 51;

/// The block number that marks a removed output.
const REMOVED: u16 = (1 << (64 - VALUE_BITS)) - 1;

/// The most runs: each is more than twice as long as the next, and the outputs of all blocks together are
/// fewer than 2³².
const MAX_RUNS: usize = 32;

/// How often a search interpolates: after that, it is within a cache line even in a run of a million outputs.
const STEPS: usize = 3;

/// An output: the tag of its outpoint, its value and the number of its block.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct TaggedOutput {
    tag: u64,
    packed: u64,
}

impl TaggedOutput {
    /// An output of `value` sat. An impossible value becomes the highest that fits, from which no valid fee
    /// can be computed.
    pub(super) fn new(tag: u64, value: u64, block: u16) -> Self {
        let value = value.min((1 << VALUE_BITS) - 1);
        Self { tag, packed: value | u64::from(block) << VALUE_BITS }
    }

    fn value(self) -> u64 {
        self.packed & ((1 << VALUE_BITS) - 1)
    }

    fn block(self) -> u16 {
        // The remaining 13 bits.
        (self.packed >> VALUE_BITS) as u16
    }
}

/// All outputs.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// Longest first. Each run is sorted.
    sorted: Vec<Vec<TaggedOutput>>,
    /// Removed blocks that may still be in some runs.
    removed: BlockNumbers,
    in_use: BlockNumbers,
}

/// A set of block numbers, fast because a merge looks up the number of every output, of which there are tens
/// of millions.
#[derive(Debug)]
struct BlockNumbers {
    is_member: Vec<bool>,
    count: usize,
}

impl Default for BlockNumbers {
    fn default() -> Self {
        Self { is_member: vec![false; usize::from(REMOVED)], count: 0 }
    }
}

impl BlockNumbers {
    fn set(&mut self, block: u16, is_member: bool) {
        if let Some(entry) = self.is_member.get_mut(usize::from(block))
            && std::mem::replace(entry, is_member) != is_member
        {
            self.count = if is_member { self.count + 1 } else { self.count - 1 };
        }
    }

    fn contains(&self, block: u16) -> bool {
        self.is_member.get(usize::from(block)).is_some_and(|&is_member| is_member)
    }
}

impl Runs {
    /// Reserves a block number that no output carries.
    pub(super) fn free_number(&mut self) -> u16 {
        if self.in_use.count + self.removed.count >= usize::from(REMOVED) {
            self.merge_all();
        }
        let is_free = |block: &u16| !self.in_use.contains(*block) && !self.removed.contains(*block);
        let block = (0..REMOVED).find(is_free).unwrap_or_default();
        self.in_use.set(block, true);
        block
    }

    /// Adds outputs sorted by tag.
    pub(super) fn push(&mut self, outputs: Vec<TaggedOutput>) {
        self.sorted.push(outputs);
        while let [.., longer, shorter] = self.sorted.as_slice()
            && longer.len() <= 2 * shorter.len()
        {
            self.merge_last_two();
        }
        // Once a fifth of the blocks is waiting to be dropped, all of these are dropped.
        if self.removed.count > 8 && self.removed.count * 5 > self.in_use.count {
            self.merge_all();
        }
    }

    /// Returns the value of an output, in sat.
    pub(super) fn get(&self, tag: u64) -> Option<u64> {
        let (run, index) = self.find(tag)?;
        self.sorted.get(run)?.get(index).map(|output| output.value())
    }

    /// Removes an output.
    pub(super) fn remove(&mut self, tag: u64) {
        if let Some((run, index)) = self.find(tag)
            && let Some(output) = self.sorted.get_mut(run).and_then(|run| run.get_mut(index))
        {
            *output = TaggedOutput::new(tag, output.value(), REMOVED);
        }
    }

    /// Removes the outputs of a block.
    pub(super) fn remove_block(&mut self, block: u16) {
        self.in_use.set(block, false);
        self.removed.set(block, true);
    }

    /// Returns the number of outputs in memory.
    pub(super) fn len(&self) -> usize {
        self.sorted.iter().map(Vec::len).sum()
    }

    /// Returns the bytes on the heap.
    pub(super) fn memory(&self) -> usize {
        self.sorted.iter().map(|run| run.capacity() * size_of::<TaggedOutput>()).sum()
    }

    /// Returns the run and the index of an output, unless that output was removed individually.
    ///
    /// Tags are hashes and therefore evenly spread: a search begins where the tag should be and hardly leaves
    /// that page. All runs are searched together, so that cache misses overlap: most runs are not in the
    /// processor's caches.
    fn find(&self, tag: u64) -> Option<(usize, usize)> {
        let mut places = [0; MAX_RUNS];
        for (run, place) in self.sorted.iter().zip(&mut places) {
            *place = outputs_in(run, tag);
        }
        for _ in 0..STEPS {
            for (run, place) in self.sorted.iter().zip(&mut places) {
                *place = step(run, *place, tag);
            }
        }
        let found = |((number, run), place): ((usize, &Vec<TaggedOutput>), usize)| {
            let index = find_near(run, place, tag)?;
            run.get(index).filter(|output| output.block() != REMOVED).map(|_| (number, index))
        };
        self.sorted.iter().enumerate().zip(places).find_map(found)
    }

    fn merge_all(&mut self) {
        while self.sorted.len() > 1 {
            self.merge_last_two();
        }
        let last = self.sorted.pop().unwrap_or_default();
        let kept = merge(last, Vec::new(), &self.removed);
        self.sorted.push(kept);
        self.removed = BlockNumbers::default();
    }

    fn merge_last_two(&mut self) {
        if let (Some(shorter), Some(longer)) = (self.sorted.pop(), self.sorted.pop()) {
            self.sorted.push(merge(longer, shorter, &self.removed));
        }
    }
}

/// Returns how many outputs of a run to expect within a distance between tags.
fn outputs_in(run: &[TaggedOutput], distance: u64) -> usize {
    let outputs = (u128::from(distance) * run.len() as u128) >> u64::BITS;
    usize::try_from(outputs).unwrap_or(usize::MAX)
}

/// Returns a better estimate of a tag's place from an earlier one: from n outputs away to about √n outputs
/// away.
fn step(run: &[TaggedOutput], place: usize, tag: u64) -> usize {
    let Some(here) = run.get(place) else { return 0 };
    let away = outputs_in(run, here.tag.abs_diff(tag));
    if here.tag < tag { (place + away).min(run.len() - 1) } else { place.saturating_sub(away) }
}

/// Returns the index of a tag in a sorted run, wherever it is; fastest if it is near `place`.
fn find_near(run: &[TaggedOutput], place: usize, tag: u64) -> Option<usize> {
    let last = run.len().checked_sub(1)?;
    let tag_at = |index: usize| run.get(index).map_or(u64::MAX, |output| output.tag);
    let (mut low, mut high) = (place, place);
    let mut step = 1;
    while low > 0 && tag_at(low) > tag {
        low = low.saturating_sub(step);
        step *= 2;
    }
    step = 1;
    while high < last && tag_at(high) < tag {
        high = (high + step).min(last);
        step *= 2;
    }
    let found = run.get(low..=high)?.binary_search_by_key(&tag, |output| output.tag);
    found.ok().map(|index| low + index)
}

/// Merges two sorted runs, leaving out removed outputs.
fn merge(
    mut one: Vec<TaggedOutput>,
    mut other: Vec<TaggedOutput>,
    removed: &BlockNumbers,
) -> Vec<TaggedOutput> {
    for run in [&mut one, &mut other] {
        run.retain(|output| output.block() != REMOVED && !removed.contains(output.block()));
    }
    one.reserve_exact(other.len());
    one.append(&mut other);
    // The standard library's stable sort detects the two runs and merges them.
    one.sort();
    one.shrink_to_fit();
    one
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Tags that are evenly spread, at both extremes, or close together.
    fn tag() -> impl Strategy<Value = u64> {
        prop_oneof![4 => any::<u64>(), 1 => 0_u64..9, 1 => u64::MAX - 9..=u64::MAX, 2 => 1_u64 << 40..1 << 41]
    }

    proptest! {
        #[test]
        fn a_tag_is_found_wherever_it_lies(
            tags in prop::collection::btree_set(tag(), 0..300),
            others in prop::collection::vec(tag(), 30),
        ) {
            let run: Vec<_> = tags.iter().map(|tag| TaggedOutput::new(*tag, 5, 1)).collect();
            let runs = Runs { sorted: vec![run], ..Runs::default() };
            for tag in tags.iter().chain(&others) {
                prop_assert_eq!(runs.get(*tag).is_some(), tags.contains(tag));
            }
        }
    }
}
