//! The sorted and filtered list of transactions: an index built in slices and then kept up to date.

use crate::model::list::filter::TxFilter;
use crate::model::list::listed::{Around, Listed};
use crate::model::list::order::TxOrder;
use crate::model::list::sorted::{Item, Sorted};
use crate::model::mempool::key::TxKey;

/// Which transactions are listed, and in which order.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct TxList {
    /// The sort order.
    pub order: TxOrder,
    /// The filter; `None`: all transactions.
    pub filter: Option<TxFilter>,
}

/// The index of one list. It takes about 50 B per mempool transaction.
#[derive(Debug)]
pub(crate) struct TxIndex {
    list: TxList,
    sorted: Sorted,
    /// By slot: the item in `sorted`.
    placed: Vec<Option<Item>>,
    /// The next slot to examine.
    next: u32,
    is_complete: bool,
}

impl TxIndex {
    /// An empty index.
    pub(super) fn new(list: TxList) -> Self {
        Self { list, sorted: Sorted::default(), placed: Vec::new(), next: 0, is_complete: false }
    }

    /// What it lists.
    pub(crate) fn list(&self) -> &TxList {
        &self.list
    }

    /// Whether every transaction has been examined.
    pub(crate) fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// The number of slots examined so far.
    pub(crate) fn progress(&self) -> u32 {
        self.next
    }

    /// The number of listed transactions.
    pub(crate) fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Examines more slots, until all are done. `work` limits the transactions and outputs examined.
    pub(super) fn advance(&mut self, work: usize, around: Around) {
        if !self.is_complete {
            self.scan(work, around);
        }
    }

    /// Re-examines some slots if the filter depends on the time.
    pub(super) fn recheck(&mut self, work: usize, around: Around) {
        if self.is_complete && self.list.filter.as_ref().is_some_and(TxFilter::is_timed) {
            self.scan(work, around);
        }
    }

    fn scan(&mut self, work: usize, around: Around) {
        let slots = around.mempool.entries().slot_count();
        let mut done = 0;
        while done < work && self.next < slots {
            done += 1 + self.look(self.next, around);
            self.next += 1;
        }
        if self.next >= slots {
            self.is_complete = true;
            self.next = 0;
        }
    }

    /// Updates transactions that arrived, left or changed.
    pub(super) fn follow(&mut self, touched: &[TxKey], around: Around) {
        for &key in touched {
            self.look_again(key, around);
            // In oversized clusters, the numbers of relatives may be updated late.
            if self.list.order.counts_relatives() {
                let [up, down] = [around.mempool.ancestors(key), around.mempool.descendants(key)];
                up.rows.iter().chain(&down.rows).for_each(|relative| self.look_again(relative.key, around));
            }
        }
    }

    /// Re-examines a transaction, unless its slot has not been reached yet.
    fn look_again(&mut self, key: TxKey, around: Around) {
        if self.is_complete || key.slot() < self.next {
            self.look(key.slot(), around);
        }
    }

    /// Examines a slot. Returns the work beyond the slot itself.
    fn look(&mut self, slot: u32, around: Around) -> usize {
        let found = around.mempool.entries().at(slot).map(|(key, entry)| Listed { key, entry, around });
        let filter = self.list.filter.as_ref();
        let listed = found.filter(|tx| filter.is_none_or(|filter| filter.matches(tx)));
        let item = listed.map(|tx| (self.list.order.value(&tx), tx.key));
        let work = found.filter(|_| filter.is_some()).map_or(0, |tx| tx.entry.tx().output_count() as usize);
        self.place(slot as usize, item);
        work
    }

    fn place(&mut self, slot: usize, item: Option<Item>) {
        if self.placed.len() <= slot {
            self.placed.resize(slot + 1, None);
        }
        let before = std::mem::replace(&mut self.placed[slot], item);
        if before != item {
            if let Some(before) = before {
                self.sorted.remove(before);
            }
            if let Some(item) = item {
                self.sorted.insert(item);
            }
        }
    }

    /// The place of a transaction in the list, from its first row.
    pub(crate) fn position(&self, key: TxKey, descending: bool) -> Option<usize> {
        let item = (*self.placed.get(key.slot() as usize)?)?;
        (item.1 == key).then(|| self.row_of(self.sorted.rank(item), descending))
    }

    /// The transactions in rows `first..first + count`. Those with unknown values come last.
    pub(crate) fn rows(&self, first: usize, count: usize, descending: bool) -> Vec<TxKey> {
        let (len, unknown) = (self.len(), self.unknown());
        let count = count.min(len.saturating_sub(first));
        if descending {
            // Unknown values have the lowest rank.
            let mut rows: Vec<_> = self.keys(len - first - count, count).collect();
            rows.reverse();
            return rows;
        }
        let known = (len - unknown).saturating_sub(first).min(count);
        let first_unknown = first.saturating_sub(len - unknown);
        self.keys(unknown + first, known).chain(self.keys(first_unknown, count - known)).collect()
    }

    fn keys(&self, rank: usize, count: usize) -> impl Iterator<Item = TxKey> {
        self.sorted.range(rank, count).map(|(_, key)| key)
    }

    fn row_of(&self, rank: usize, descending: bool) -> usize {
        let (len, unknown) = (self.len(), self.unknown());
        match (descending, rank.checked_sub(unknown)) {
            (true, _) => len - 1 - rank,
            (false, Some(known)) => known,
            (false, None) => len - unknown + rank,
        }
    }

    /// The number of listed transactions whose value is unknown.
    fn unknown(&self) -> usize {
        self.sorted.rank((1, TxKey::new(0, 0)))
    }
}
