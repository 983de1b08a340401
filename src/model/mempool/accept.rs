//! Announced and arriving transactions.

use crate::event::{PeerId, TxSource};
use crate::model::mempool::changes::Changes;
use crate::model::mempool::conflicts::decide::{Decision, decide};
use crate::model::mempool::conflicts::replaced::ReplacedTx;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::exact_fees::{MAX_OUTPUTS, input_values, learn_outputs};
use crate::model::mempool::key::TxKey;
use crate::model::mempool::relay::announcements::{Addition, Announcer, Sighting};
use crate::model::mempool::relay::credit::{RelayCredit, RelayPart};
use crate::model::mempool::vouch::spread::{inherited, vouch_for_parents};
use crate::model::mempool::vouch::state::Vouch;
use crate::model::mempool::vouch::voucher::Vouchers;
use crate::model::mempool::{Mempool, RemovalReason};
use crate::util::time::Timestamp;
use crate::wire::{OutPoint, Transaction, TxHash, Txid};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What happened to an arriving transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::model) enum Arrival {
    /// It is in the mempool.
    Accepted {
        /// The conflicting transactions that it replaced.
        replaced: Box<[Txid]>,
        /// The number of their descendants that were replaced with them.
        descendants: usize,
        /// What the arrival says about the peers that announced it.
        credits: Vec<RelayCredit>,
    },
    /// It already was in the mempool, perhaps with another witness: the first one stays, unless no peer had
    /// announced it.
    Known,
    /// It was replaced before, is in a block, or conflicts with a transaction that stays.
    Rejected,
    /// It conflicts with a transaction that counts, and only the netgroup that listed it vouches for it. It
    /// may turn out right once others announce it.
    Doubted,
}

/// A transaction from a peer.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct Delivery<'a> {
    pub(in crate::model) tx: &'a Arc<Transaction>,
    pub(in crate::model) source: TxSource,
    /// The sender, if it announced the transaction.
    pub(in crate::model) announcer: Option<Announcer>,
    /// The netgroups of the sender and of the peers whose lists contain the transaction.
    pub(in crate::model) vouchers: Vouchers,
}

impl Mempool {
    /// Records an announcement of transactions. Returns what it says about the peers' relay.
    pub(in crate::model) fn announce(
        &mut self,
        now: Timestamp,
        by: Announcer,
        hashes: &[TxHash],
        changes: &mut Changes,
    ) -> Vec<RelayCredit> {
        let mut credits = Vec::new();
        let mut order = Vec::new();
        for &hash in hashes {
            let is_new = self.announce_one(now, by, hash, &mut credits, changes) == Some(Addition::New);
            if is_new {
                order.push(hash);
            }
        }
        self.order_bounds.announce(now, by.peer, by.voucher, &order);
        self.pending.expire(now);
        self.expire(now, changes);
        credits
    }

    /// Records a part of a peer's whole-mempool list (BIP35).
    pub(in crate::model) fn list(
        &mut self,
        now: Timestamp,
        peer: PeerId,
        netgroup: Vouchers,
        txs: &[TxHash],
        is_complete: bool,
    ) {
        self.order_bounds.list(now, peer, netgroup, txs, is_complete);
    }

    fn announce_one(
        &mut self,
        now: Timestamp,
        by: Announcer,
        hash: TxHash,
        credits: &mut Vec<RelayCredit>,
        changes: &mut Changes,
    ) -> Option<Addition> {
        if let Some(key) = self.entries.key(hash) {
            self.vouch(key, by.voucher, changes);
            return self.entries.update(key, changes, |entry| entry.announce(now, by, credits));
        }
        let addition = if self.recent.is_excluded(hash) {
            self.replaced.announce(now, by.peer, hash)
        } else {
            Some(self.pending.announce(now, by, hash))
        };
        if addition == Some(Addition::Repeated) {
            credits.push(RelayCredit { peer: by.peer, part: RelayPart::Repeated });
        }
        addition
    }

    /// Handles an arriving transaction. `voucher` returns the netgroup of a peer.
    pub(in crate::model) fn receive(
        &mut self,
        now: Timestamp,
        delivery: Delivery<'_>,
        voucher: impl Fn(PeerId) -> Vouchers,
        changes: &mut Changes,
    ) -> Arrival {
        let Delivery { tx, source, announcer, vouchers } = delivery;
        let mut sighting = self.take_sighting(now, announcer, tx);
        let txid = tx.txid();
        if let Some(key) = self.entries.key(TxHash::Txid(txid)) {
            if self.entries.key(TxHash::Wtxid(tx.wtxid())).is_some() {
                self.vouch(key, vouchers, changes);
                return Arrival::Known;
            }
            self.received += 1;
            let Some(taken) = self.take_unannounced(key, source, changes) else { return Arrival::Known };
            sighting.first_seen = sighting.first_seen.min(taken);
        } else {
            self.received += 1;
        }
        if self.recent.is_excluded(TxHash::Txid(txid)) || self.is_in_past_block(tx, source) {
            return Arrival::Rejected;
        }
        let values = input_values(&self.entries, &self.prevouts, tx);
        let announcers = sighting.announcements.iter().map(|(peer, _)| voucher(peer));
        let own = Vouch::by(announcers.fold(vouchers, Vouchers::with)).relayed(source == TxSource::Relay);
        let vouch = inherited(&self.entries, tx, own).with(own, self.one_netgroup);
        let decision = decide(&self.entries, &self.recent, tx, &values, vouch.counts());
        let Decision::Accept { conflicts, replaced } = decision else {
            if !vouch.counts() {
                return Arrival::Doubted;
            }
            self.reject(now, tx, sighting, values.fee(|| tx.output_value()), changes);
            return Arrival::Rejected;
        };
        let conflicting = conflicts.iter().filter_map(|key| self.get(*key));
        let replaces: Box<[Txid]> = conflicting.map(|entry| entry.tx().txid()).collect();
        for key in &replaced {
            let with_ancestor = !conflicts.contains(key);
            let entry =
                self.remove_and_reject(*key, RemovalReason::Replaced { by: txid, with_ancestor }, changes);
            if let Some(entry) = entry.filter(|_| !with_ancestor) {
                self.replaced.insert(ReplacedTx::of(&entry, txid, now));
            }
        }
        let descendants = replaced.len() - conflicts.len();
        let entry = MempoolEntry::new(Arc::clone(tx), source, vouch, sighting, values, replaces.clone());
        let credits = entry.credits();
        self.entries.insert(entry, changes);
        changes.accepted.push(txid);
        vouch_for_parents(&mut self.entries, tx, vouch, self.one_netgroup, changes);
        learn_outputs(&mut self.entries, tx, changes);
        self.end_bounds_of_descendants(tx, changes);
        Arrival::Accepted { replaced: replaces, descendants, credits }
    }

    /// Returns whether a past block contains a transaction requested as a parent, as far as its unspent
    /// outputs show. An announced transaction is in no block.
    fn is_in_past_block(&self, tx: &Transaction, source: TxSource) -> bool {
        let txid = tx.txid();
        let is_known = |vout| self.prevouts.value(&OutPoint { txid, vout }).is_some();
        source == TxSource::Parent && (0..tx.output_count()).any(is_known)
    }

    /// Removes an entry that no peer announced, in favour of another witness that a peer relays: a parent is
    /// requested by txid, so the peer that serves it can choose the witness. Returns when it was first seen.
    fn take_unannounced(&mut self, key: TxKey, source: TxSource, changes: &mut Changes) -> Option<Timestamp> {
        let is_doubtful = |entry: &&MempoolEntry| {
            source == TxSource::Relay && entry.source() == TxSource::Parent && entry.announced_by() == 0
        };
        let first_seen = self.get(key).filter(is_doubtful)?.first_seen();
        self.entries.remove(key, changes);
        Some(first_seen)
    }

    /// Ends the bounds of transactions that arrived before their ancestor, as they were judged without it.
    fn end_bounds_of_descendants(&mut self, tx: &Transaction, changes: &mut Changes) {
        let children: BTreeSet<TxKey> = self.entries.spends().children(tx).collect();
        if !children.is_empty() {
            let descendants =
                self.entries.with_descendants(children.clone(), MAX_OUTPUTS).unwrap_or(children);
            for key in descendants {
                self.entries.update(key, changes, MempoolEntry::end_bounds);
            }
        }
    }

    /// Rejects a newcomer for good, along with descendants that arrived before it.
    fn reject(
        &mut self,
        now: Timestamp,
        tx: &Transaction,
        sighting: Sighting,
        fee: Option<u64>,
        changes: &mut Changes,
    ) {
        self.recent.reject(tx.txid(), tx.wtxid());
        let children = self.entries.spends().children(tx).collect();
        let winner = self.entries.spends().conflicts(tx).next().and_then(|key| self.get(key));
        let winner = winner.map(|winner| winner.tx().txid());
        let replaced = |by| RemovalReason::Replaced { by, with_ancestor: true };
        self.reject_with_descendants(
            children,
            winner.map_or(RemovalReason::Conflict(None), replaced),
            changes,
        );
        if let Some(by) = winner {
            self.replaced.insert(ReplacedTx::rejected(tx, sighting, fee, by, now));
        }
    }

    pub(super) fn take_sighting(
        &mut self,
        now: Timestamp,
        announcer: Option<Announcer>,
        tx: &Transaction,
    ) -> Sighting {
        let hashes = [TxHash::Wtxid(tx.wtxid()), TxHash::Txid(tx.txid())];
        let mut sighting = match hashes.map(|hash| self.pending.take(hash)).into() {
            (Some(one), Some(other)) => one.merged(other),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => Sighting::unannounced(now),
        };
        if let Some(by) = announcer {
            sighting.announcements.add(by, now.since(sighting.first_seen));
        }
        sighting
    }
}
