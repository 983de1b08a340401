//! How connecting and disconnecting blocks changes the mempool.

use crate::event::TxSource;
use crate::model::blocks::arrival::{Mismatch, Unseen};
use crate::model::fees::input_values::InputValues;
use crate::model::fees::prevouts::BlockOutputs;
use crate::model::mempool::changes::Changes;
use crate::model::mempool::conflicts::decide::{Decision, decide};
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::exact_fees::{input_values, learn_outputs};
use crate::model::mempool::relay::announcements::Sighting;
use crate::model::mempool::vouch::state::Vouch;
use crate::model::mempool::vouch::voucher::Vouchers;
use crate::model::mempool::{BlockConflict, Mempool, RemovalReason};
use crate::util::time::Timestamp;
use crate::wire::{Block, Transaction, TxHash, Txid};
use foldhash::fast::RandomState;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

/// What the mempool knew about a block's transactions, excluding the coinbase.
#[derive(Debug, Default)]
pub(in crate::model) struct ConnectedBlock {
    /// The number of transactions received before the block.
    pub(in crate::model) seen: usize,
    /// Their weight, in WU.
    pub(in crate::model) seen_weight: u64,
    /// The transactions not received before.
    pub(in crate::model) unseen: Vec<(Txid, Unseen)>,
    /// The number of transactions that the block made invalid.
    pub(in crate::model) conflicted: usize,
    /// The time that each confirmed entry was in the mempool.
    pub(in crate::model) waits: Vec<Duration>,
    /// The exact fee rates of the confirmed entries, in sat/vB.
    pub(in crate::model) fee_rates: Vec<f64>,
    /// The confirmed entries whose chunk fee rate is certain.
    pub(in crate::model) rated: Vec<Mismatch>,
    /// The confirmed entries.
    pub(in crate::model) confirmed: HashMap<Txid, ConfirmedEntry, RandomState>,
}

/// What was known about a block's transaction before the block.
enum Before {
    InMempool,
    /// It was received, but left the mempool or did not enter it.
    Left,
    Unseen(Unseen),
}

/// What is kept of an entry confirmed by a block, in case the block is disconnected.
#[derive(Clone, Debug)]
pub(in crate::model) struct ConfirmedEntry {
    source: TxSource,
    sighting: Sighting,
    replaces: Box<[Txid]>,
    /// Kept here because the prevout cache drops spent outputs. `None` if the transaction was not in the
    /// mempool.
    input_values: Option<InputValues>,
}

impl ConfirmedEntry {
    fn of(entry: MempoolEntry) -> Self {
        let (source, replaces) = (entry.source(), entry.replaces().into());
        let (sighting, input_values) = entry.into_parts();
        Self { source, sighting, replaces, input_values: Some(input_values) }
    }

    /// A transaction of a block that was not in the mempool.
    pub(in crate::model) fn unannounced(now: Timestamp) -> Self {
        let source = TxSource::Relay;
        Self { source, sighting: Sighting::unannounced(now), replaces: Box::default(), input_values: None }
    }
}

impl Mempool {
    /// Learns the outputs of a block, past or new. Returns those to be stored, if the block is new to the
    /// prevout cache.
    pub(in crate::model) fn learn_block(
        &mut self,
        block: &Block,
        height: u32,
        changes: &mut Changes,
    ) -> Option<Arc<BlockOutputs>> {
        for tx in &block.transactions {
            // The children of a transaction in the mempool already know its outputs.
            if self.by_txid(tx.txid()).is_none() {
                learn_outputs(&mut self.entries, tx, changes);
            }
        }
        let outputs = self.prevouts.connect(block, height);
        self.prevouts.spend(block);
        outputs
    }

    /// Removes a block's transactions and those that it makes invalid. Slow peers cannot bring them back.
    pub(in crate::model) fn connect_block(
        &mut self,
        now: Timestamp,
        block: &Block,
        height: u32,
        changes: &mut Changes,
    ) -> ConnectedBlock {
        let mut connected = ConnectedBlock::default();
        // Most of a block is in a mempool that has as much.
        connected.confirmed.reserve(block.transactions.len().min(self.len()));
        let reason = RemovalReason::Confirmed { height, block: block.hash };
        for tx in block.transactions.iter().skip(1) {
            let before = self.confirm(now, tx, reason, &mut connected, changes);
            let conflicts: BTreeSet<_> = match before {
                // No two entries spend the same output.
                Before::InMempool => BTreeSet::new(),
                Before::Left | Before::Unseen(_) => self.entries.spends().conflicts(tx).collect(),
            };
            if let Before::Unseen(unseen) = before {
                let unseen = if conflicts.is_empty() { unseen } else { Unseen::Conflicting };
                connected.unseen.push((tx.txid(), unseen));
            } else {
                connected.seen += 1;
                connected.seen_weight += u64::from(tx.weight());
            }
            let conflict = BlockConflict { by: tx.txid(), height, block: block.hash };
            let reason = RemovalReason::Conflict(Some(conflict));
            connected.conflicted += self.reject_with_descendants(conflicts, reason, changes);
            self.unsettle_children_of_missing(tx, changes);
            self.recent.confirm(tx.txid(), tx.wtxid());
            tx.prevouts().for_each(|prevout| self.recent.spend(prevout));
        }
        connected
    }

    /// Removes what a past block confirms, and what it makes invalid. A node serves the newest block's
    /// transactions when asked for a parent, so one of them may arrive before the block is known.
    pub(in crate::model) fn confirm_past(&mut self, block: &Block, height: u32, changes: &mut Changes) {
        let reason = RemovalReason::Confirmed { height, block: block.hash };
        for tx in block.transactions.iter().skip(1) {
            if let Some(key) = self.key(TxHash::Txid(tx.txid())) {
                self.remove(key, reason, changes);
            }
            let conflicts: BTreeSet<_> = self.entries.spends().conflicts(tx).collect();
            let conflict = BlockConflict { by: tx.txid(), height, block: block.hash };
            self.reject_with_descendants(conflicts, RemovalReason::Conflict(Some(conflict)), changes);
        }
    }

    /// Removes a transaction of a block. Returns what was known about it.
    fn confirm(
        &mut self,
        now: Timestamp,
        tx: &Transaction,
        reason: RemovalReason,
        connected: &mut ConnectedBlock,
        changes: &mut Changes,
    ) -> Before {
        let [txid, wtxid] = [TxHash::Txid(tx.txid()), TxHash::Wtxid(tx.wtxid())];
        let was_announced = [txid, wtxid].map(|hash| self.pending.take(hash).is_some()).contains(&true);
        let key = self.key(txid);
        let entry = key.and_then(|key| Some((key, self.remove(key, reason, changes)?)));
        let Some((key, entry)) = entry else {
            changes.left.push([wtxid, txid]);
            let unseen = if was_announced { Unseen::NotReceived } else { Unseen::NeverAnnounced };
            return if self.recent.is_excluded(txid) { Before::Left } else { Before::Unseen(unseen) };
        };
        let waited = now.since(entry.first_seen());
        connected.waits.push(waited);
        connected.fee_rates.extend(entry.fee_rate().exact());
        connected.rated.extend(entry.chunk_fee_rate().map(|chunk_fee_rate| Mismatch {
            key,
            txid: tx.txid(),
            chunk_fee_rate,
            vsize: tx.vsize(),
            waited,
        }));
        connected.confirmed.insert(tx.txid(), ConfirmedEntry::of(entry));
        Before::InMempool
    }

    /// Undoes a block's confirmations and spends (Core: `UpdateMempoolForReorg`). The outputs of its coinbase
    /// no longer exist.
    pub(in crate::model) fn disconnect_block(&mut self, block: &Block, changes: &mut Changes) {
        if let Some(coinbase) = block.transactions.first() {
            self.remove_descendants(coinbase, changes);
        }
        for tx in block.transactions.iter().skip(1) {
            self.recent.unconfirm(tx.txid(), tx.wtxid());
            tx.prevouts().for_each(|prevout| self.recent.unspend(&prevout));
        }
    }

    /// Returns a transaction of a disconnected block to the mempool, unless it conflicts with another one.
    /// Returns whether it did.
    pub(in crate::model) fn restore(
        &mut self,
        tx: &Transaction,
        confirmed: ConfirmedEntry,
        changes: &mut Changes,
    ) -> bool {
        if self.by_txid(tx.txid()).is_some() {
            return false;
        }
        let mut values = input_values(&self.entries, &self.prevouts, tx);
        if let Some(known) = &confirmed.input_values {
            values.learn_all(tx.input_count(), known);
        }
        match decide(&self.entries, &self.recent, tx, &values, true) {
            Decision::Accept { conflicts, .. } if conflicts.is_empty() => {}
            _ => {
                self.remove_descendants(tx, changes);
                return false;
            }
        }
        let ConfirmedEntry { source, sighting, replaces, .. } = confirmed;
        // It was in a block, so it was not made up.
        let vouch = Vouch::by(Vouchers::SEVERAL).with(Vouch::by(Vouchers::NOBODY), false);
        let entry = MempoolEntry::new(Arc::new(tx.clone()), source, vouch, sighting, values, replaces);
        self.entries.insert(entry, changes);
        learn_outputs(&mut self.entries, tx, changes);
        true
    }

    /// Removes the transactions that spend outputs of `tx`, which a reorg has removed.
    fn remove_descendants(&mut self, tx: &Transaction, changes: &mut Changes) {
        let children = self.entries.spends().children(tx).collect();
        for key in self.entries.with_descendants(children, usize::MAX).unwrap_or_default() {
            self.remove(key, RemovalReason::Reorg, changes);
        }
    }

    /// Marks the children of a transaction that was evicted or expired here and is now in a block: what they pay for
    /// it changes.
    fn unsettle_children_of_missing(&self, tx: &Transaction, changes: &mut Changes) {
        if self.recent.is_elsewhere(tx.txid()) {
            changes.unsettled.extend(self.entries.spends().children(tx));
        }
    }
}
