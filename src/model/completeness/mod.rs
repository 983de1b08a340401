//! How complete our mempool is, compared with peers' whole-mempool lists (BIP35) and with the last blocks.
//!
//! A list is kept for two hours at most, as 8-byte hashes ([`ids`]). Every arriving transaction is looked up
//! in the lists, as a peer vouches for what it lists. The mempool is compared with them lazily, in walks of a
//! thousand entries at a time ([`walk`]), as most listed transactions arrive minutes later. A list is
//! compared as of its time: later arrivals do not count as absent from it, and transactions that have left
//! the mempool since do not count as missing.

pub(crate) mod blocks;
pub(crate) mod comparison;
mod ids;
mod list;
#[cfg(test)]
mod tests;
mod walk;

use crate::event::PeerId;
use crate::model::completeness::comparison::ListComparison;
use crate::model::completeness::list::List;
use crate::model::completeness::walk::Walk;
use crate::model::mempool::Mempool;
use crate::model::mempool::changes::Changes;
use crate::model::mempool::vouch::voucher::Vouchers;
use crate::util::time::Timestamp;
use crate::wire::{Transaction, TxHash};
use std::time::Duration;

/// How many lists are kept: the latest ones.
const MAX_LISTS: usize = 4;

/// How long a list is kept: an older one says little about the current state.
const MAX_AGE: Duration = Duration::from_hours(2);

/// Peers' lists, and how our mempool differs from them.
#[derive(Debug, Default)]
pub(crate) struct Completeness {
    /// Oldest first; at most one per peer.
    lists: Vec<List>,
    walk: Walk,
}

impl Completeness {
    /// Adds a part of the list of a peer in netgroup `voucher`.
    pub(in crate::model) fn listed(
        &mut self,
        now: Timestamp,
        peer: PeerId,
        voucher: Vouchers,
        txs: &[TxHash],
        is_complete: bool,
    ) {
        let is_growing = |list: &List| list.peer == peer && !list.is_complete;
        if !self.lists.iter().any(is_growing) {
            self.lists.retain(|list| list.peer != peer);
            if self.lists.len() == MAX_LISTS {
                self.lists.remove(0);
            }
            self.lists.push(List::new(peer, voucher, now));
        }
        if let Some(list) = self.lists.iter_mut().find(|list| list.peer == peer) {
            list.add(txs, is_complete);
        }
        self.walk.hurry();
    }

    /// Returns the netgroups of the peers whose lists contain a transaction.
    pub(in crate::model) fn vouchers(&self, tx: &Transaction) -> Vouchers {
        let lists = self.lists.iter().filter(|list| list.contains(tx));
        lists.fold(Vouchers::NOBODY, |vouchers, list| vouchers.with(list.voucher))
    }

    /// Notes that a transaction left the mempool, or is in a block without having been there.
    pub(in crate::model) fn left(&mut self, hashes: [TxHash; 2]) {
        self.lists.iter_mut().for_each(|list| list.left(hashes));
    }

    /// Drops old lists, and compares some more entries with the others.
    pub(in crate::model) fn step(&mut self, now: Timestamp, mempool: &mut Mempool, changes: &mut Changes) {
        self.lists.retain(|list| now.since(list.taken) <= MAX_AGE);
        self.walk.step(now, &mut self.lists, mempool, changes);
    }

    /// Returns the difference between our mempool and a peer's list.
    pub(crate) fn of_peer(&self, peer: PeerId) -> Option<&ListComparison> {
        self.lists.iter().find(|list| list.peer == peer)?.compared.as_ref()
    }

    /// Returns the differences from all compared lists, each with its peer.
    pub(crate) fn all(&self) -> impl Iterator<Item = (PeerId, &ListComparison)> {
        self.lists.iter().filter_map(|list| Some((list.peer, list.compared.as_ref()?)))
    }

    /// Returns the difference from the list that has most in common with our mempool, so that neither a
    /// made-up list nor a short one hides what an honest one shows.
    pub(crate) fn best(&self) -> Option<&ListComparison> {
        self.lists.iter().filter_map(|list| list.compared.as_ref()).max_by_key(|compared| compared.here)
    }
}
