//! How the model maintains the list of transactions.

use crate::model::Model;
use crate::model::list::index::{TxIndex, TxList};
use crate::model::list::listed::Around;
use crate::model::mempool::key::TxKey;
use crate::util::time::Timestamp;

/// The work of one slice, in transactions and outputs examined: a few ms.
const SLICE: usize = 6_000;

impl Model {
    /// Lists transactions in this way from here on. [`Model::index_more`] builds the list.
    pub fn list_transactions(&mut self, list: &TxList) {
        if self.list.as_ref().is_none_or(|index| index.list() != list) {
            self.list = Some(TxIndex::new(list.clone()));
        }
    }

    /// Whether the list is still incomplete.
    pub fn is_indexing(&self) -> bool {
        self.list.as_ref().is_some_and(|index| !index.is_complete())
    }

    /// Adds some of the transactions to the list, in a few ms.
    pub fn index_more(&mut self, now: Timestamp) {
        self.index_some(SLICE, now);
    }

    pub(super) fn index_some(&mut self, work: usize, now: Timestamp) {
        self.with_list(now, |index, around| index.advance(work, around));
    }

    /// Re-examines some transactions if the filter depends on the time.
    pub(crate) fn recheck_list(&mut self, now: Timestamp) {
        self.with_list(now, |index, around| index.recheck(SLICE, around));
    }

    /// Updates the list after an event.
    pub(in crate::model) fn follow_list(&mut self, now: Timestamp, touched: &[TxKey]) {
        self.with_list(now, |index, around| index.follow(touched, around));
    }

    fn with_list(&mut self, now: Timestamp, change: impl FnOnce(&mut TxIndex, Around)) {
        let Some(mut index) = self.list.take() else { return };
        let Self { mempool, peers, watchlist, .. } = self;
        change(&mut index, Around { network: self.settings.network, mempool, peers, watchlist, now });
        self.list = Some(index);
    }

    /// The list, if it is the current one.
    pub(crate) fn listed(&self, list: &TxList) -> Option<&TxIndex> {
        self.list.as_ref().filter(|index| index.list() == list)
    }
}
