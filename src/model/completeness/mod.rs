//! How complete the mempool is: compared with the lists of whole mempools that peers gave (BIP35), and with
//! what the last blocks contained.
//!
//! A list is kept as hashes of 8 bytes ([`ids`]) for two hours at most. Whatever arrives is looked up in the
//! lists, as a peer vouches for what it lists. The mempool is compared with them lazily: a walk takes a
//! thousand entries at a time ([`walk`]), as most of what is listed arrives minutes later. A list is compared
//! as of its time: what arrived later is not lacking in it, and what left the mempool since is not missing.

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

/// How many lists are kept: those that were begun last.
const MAX_LISTS: usize = 4;

/// How long a list is kept: an older one says little about the present.
const MAX_AGE: Duration = Duration::from_hours(2);

/// The lists of peers, and how the mempool differs from them.
#[derive(Debug, Default)]
pub(crate) struct Completeness {
    /// Oldest first; at most one of each peer.
    lists: Vec<List>,
    walk: Walk,
}

impl Completeness {
    /// Adds a part of the list of a peer in the netgroup `voucher`.
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

    /// Notes that a transaction left the mempool, or never was in it and is in a block.
    pub(in crate::model) fn left(&mut self, hashes: [TxHash; 2]) {
        self.lists.iter_mut().for_each(|list| list.left(hashes));
    }

    /// Forgets old lists, and compares some more entries with the others.
    pub(in crate::model) fn step(&mut self, now: Timestamp, mempool: &mut Mempool, changes: &mut Changes) {
        self.lists.retain(|list| now.since(list.taken) <= MAX_AGE);
        self.walk.step(now, &mut self.lists, mempool, changes);
    }

    /// Returns how the mempool differs from the list of a peer.
    pub(crate) fn of_peer(&self, peer: PeerId) -> Option<&ListComparison> {
        self.lists.iter().find(|list| list.peer == peer)?.compared.as_ref()
    }

    /// Returns how the mempool differs from each list that it was compared with, and the peer of the list.
    pub(crate) fn all(&self) -> impl Iterator<Item = (PeerId, &ListComparison)> {
        self.lists.iter().filter_map(|list| Some((list.peer, list.compared.as_ref()?)))
    }

    /// Returns how the mempool differs from the list with which it has most in common: neither a list of
    /// made-up transactions nor a short one hides what an honest one shows.
    pub(crate) fn best(&self) -> Option<&ListComparison> {
        self.lists.iter().filter_map(|list| list.compared.as_ref()).max_by_key(|compared| compared.here)
    }
}
