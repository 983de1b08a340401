//! The transactions of a list, 8 bytes each.

use crate::wire::{TxHash, Txid, Wtxid};

/// The most transactions of a list to keep: 4 MB. The mempools of default nodes are smaller.
const MAX_IDS: usize = 500_000;

/// Marks a transaction that has left the mempool.
const LEFT: u64 = 1;

/// How far from the estimated place a search looks first: ids are about the square root of the length away.
const FIRST_STEP: usize = 64;

/// The first 63 bits of the ids in a list. Two transactions that share them count as one.
#[derive(Debug, Default)]
pub(super) struct ListedIds {
    /// Each run is sorted, and more than twice as long as the next one.
    runs: Vec<Vec<u64>>,
    count: usize,
    left: usize,
}

/// Returns the first 63 bits of an id.
fn id(tx: TxHash) -> u64 {
    let (TxHash::Txid(Txid(hash)) | TxHash::Wtxid(Wtxid(hash))) = tx;
    hash.first_chunk().map_or(0, |first| u64::from_le_bytes(*first)) & !LEFT
}

/// Returns the position of an id in a sorted run. Ids are hashes, so it is close to the place estimated from
/// its value, and a search from there reads one or two cache lines. Made-up ids take up to twice as long as a
/// binary search.
fn position(run: &[u64], id: u64) -> Option<usize> {
    let guess = usize::try_from((u128::from(id) * run.len() as u128) >> u64::BITS).ok()?;
    let is_below = |index: usize| run.get(index).is_some_and(|listed| listed & !LEFT < id);
    let (mut low, mut high, mut step) = (guess, guess, FIRST_STEP);
    while low > 0 && !is_below(low) {
        (low, high, step) = (low.saturating_sub(step), low, step * 2);
    }
    while is_below(high) {
        (low, high, step) = (high, (high + step).min(run.len()), step * 2);
    }
    let within = run.get(low..(high + 1).min(run.len()))?;
    within.binary_search_by_key(&id, |listed| listed & !LEFT).ok().map(|index| low + index)
}

impl ListedIds {
    /// Adds a part of a list. Returns whether all of it fitted.
    pub(super) fn add(&mut self, txs: &[TxHash]) -> bool {
        let room = MAX_IDS - self.count;
        let mut run: Vec<u64> = txs.iter().take(room).map(|&tx| id(tx)).collect();
        run.sort_unstable();
        run.dedup();
        // A few runs are quick to search, and runs of growing length are seldom merged.
        while let Some(last) = self.runs.pop_if(|last| last.len() <= 2 * run.len()) {
            self.count -= last.len();
            run.extend(last);
            run.sort_unstable();
            run.dedup_by_key(|id| *id & !LEFT);
        }
        self.count += run.len();
        self.runs.push(run);
        txs.len() <= room
    }

    /// The number of transactions that have not left.
    pub(super) fn waiting(&self) -> u64 {
        (self.count - self.left.min(self.count)) as u64
    }

    pub(super) fn contains(&self, tx: TxHash) -> bool {
        let id = id(tx);
        self.runs.iter().any(|run| position(run, id).is_some())
    }

    /// Notes that a transaction left the mempool, or that it returned.
    pub(super) fn set_left(&mut self, tx: TxHash, has_left: bool) {
        if self.left == 0 && !has_left {
            return;
        }
        let id = id(tx);
        for run in &mut self.runs {
            let Some(listed) = position(run, id).and_then(|index| run.get_mut(index)) else { continue };
            match (*listed & LEFT != 0, has_left) {
                (false, true) => self.left += 1,
                (true, false) => self.left -= 1,
                _ => {}
            }
            *listed = id | u64::from(has_left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tx(number: u64) -> TxHash {
        let mut hash = [9; 32];
        hash[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
        TxHash::Wtxid(Wtxid(hash))
    }

    #[test]
    fn a_list_in_any_parts_contains_what_was_listed() {
        for part in [1, 7, 1_000] {
            let mut ids = ListedIds::default();
            let all: Vec<_> = (0..1_000).map(tx).collect();
            for part in all.chunks(part) {
                assert!(ids.add(part));
            }
            assert!(all.iter().all(|tx| ids.contains(*tx)) && !ids.contains(tx(1_000)));
            assert_eq!(ids.waiting(), 1_000);
            assert!(ids.runs.len() < 12, "{} runs", ids.runs.len());
        }
    }

    #[test]
    fn made_up_ids_are_found_wherever_they_crowd() {
        let crowd = |first: u64| (0..3_000).map(move |number| first + 2 * number);
        let run: Vec<u64> = [0, 1 << 20, 1 << 62, u64::MAX - 6_001].into_iter().flat_map(crowd).collect();
        for (index, &id) in run.iter().enumerate() {
            assert_eq!(position(&run, id), Some(index));
        }
        let absent = [6_000, (1 << 20) - 2, (1 << 61), (1 << 62) + 6_000, u64::MAX - 1, (1 << 20) + 6_000];
        assert!(absent.into_iter().all(|id| position(&run, id).is_none()));
        assert!(position(&[], 0).is_none() && position(&[2], 0).is_none() && position(&[2], 4).is_none());
        assert_eq!((position(&[2], 2), position(&[0, u64::MAX - 1], u64::MAX - 1)), (Some(0), Some(1)));
    }

    #[test]
    fn what_left_is_no_longer_awaited() {
        let mut ids = ListedIds::default();
        ids.add(&[tx(1), tx(2), tx(3)]);
        ids.set_left(tx(2), true);
        ids.set_left(tx(2), true);
        ids.set_left(tx(9), true);
        assert_eq!(ids.waiting(), 2);
        ids.add(&[tx(4), tx(5), tx(6)]);
        assert_eq!(ids.waiting(), 5, "the mark survives a merge");
        ids.set_left(tx(2), false);
        assert_eq!(ids.waiting(), 6);
    }

    #[test]
    fn an_endless_list_takes_no_more_memory_than_a_long_one() {
        let mut ids = ListedIds::default();
        let parts =
            (0..=MAX_IDS as u64 / 50_000).map(|part| (part * 50_000..).take(50_000).map(tx).collect());
        let fit: Vec<bool> = parts.map(|part: Vec<_>| ids.add(&part)).collect();
        assert_eq!(fit.iter().filter(|fit| !**fit).count(), 1);
        assert_eq!(ids.waiting(), MAX_IDS as u64);
    }
}
