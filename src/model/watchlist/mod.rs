//! The watch list: the user's targets and the transactions that touch them, found by comparing scripts,
//! outpoints and txids.

mod outputs;
mod search;
mod touches;
mod watch_match;
mod watched;

pub use touches::{BalanceChange, Balances};
pub use watch_match::{WatchEvent, WatchMatch};
pub use watched::PastMatch;
pub(crate) use {touches::TargetId, touches::TouchingTx, watched::Watched};

use crate::event::WatchTarget;
use crate::model::mempool::Mempool;
use crate::model::mempool::RemovalReason;
use crate::util::time::Timestamp;
use crate::wire::{Block, BlockHash, OutPoint, Transaction, TxHash, Txid};
use foldhash::fast::RandomState;
use outputs::WatchedOutputs;
use std::collections::{BTreeMap, HashMap, HashSet};
use touches::{InBlock, Touch, Touches};

/// The number of confirmations that is reported last: most users consider it final.
const FINAL: u32 = 6;

/// The targets of the watch list, and the transactions that touch them.
#[derive(Debug, Default)]
pub(crate) struct Watchlist {
    targets: BTreeMap<TargetId, Watched>,
    next: TargetId,
    scripts: HashMap<Vec<u8>, TargetId, RandomState>,
    txids: HashMap<Txid, TargetId, RandomState>,
    outputs: WatchedOutputs,
    touches: Touches,
    /// Number of matches since startup.
    count: u64,
}

impl Watchlist {
    /// Removes a target.
    pub(in crate::model) fn remove(&mut self, target: &WatchTarget) {
        let found = self.targets.iter().find(|(_, known)| known.target.key() == target.key());
        let Some(id) = found.map(|(&id, _)| id) else { return };
        self.targets.remove(&id);
        self.scripts.retain(|_, known| *known != id);
        self.txids.retain(|_, known| *known != id);
        self.outputs.forget(id);
        self.touches.forget(id);
    }

    /// Whether the watch list has targets.
    pub(in crate::model) fn has_targets(&self) -> bool {
        !self.targets.is_empty()
    }

    /// A transaction entered the mempool.
    pub(in crate::model) fn arrive(
        &mut self,
        now: Timestamp,
        tx: &Transaction,
        mempool: &Mempool,
    ) -> Vec<WatchMatch> {
        if self.targets.is_empty() {
            return Vec::new();
        }
        let learned = self.learn(tx);
        let new = self.touch(tx);
        let mut matches = self.report_arrival(now, tx.txid(), new, mempool);
        matches.extend(self.report_spenders(now, &learned, mempool));
        matches
    }

    /// A block was connected to the best chain.
    pub(in crate::model) fn block(
        &mut self,
        now: Timestamp,
        block: &Block,
        height: u32,
        mempool: &Mempool,
    ) -> Vec<WatchMatch> {
        if self.targets.is_empty() {
            return Vec::new();
        }
        let mut matches = Vec::new();
        for tx in &block.transactions {
            let learned = self.learn(tx);
            self.touch(tx);
            if let Some(touching) = self.touches.get(tx.txid())
                && touching.block.is_none_or(|known| known.hash != block.hash)
            {
                let all = self.all_targets(tx.txid());
                matches.extend(self.confirm(now, tx.txid(), &all, (block.hash, height), height));
            }
            matches.extend(self.report_spenders(now, &learned, mempool));
        }
        for (txid, known) in self.touches.in_blocks() {
            if !known.is_final && height >= known.height.saturating_add(FINAL - 1) {
                let all = self.all_targets(txid);
                matches.extend(self.confirm(now, txid, &all, (known.hash, known.height), height));
            }
        }
        matches
    }

    /// A block from before startup was downloaded. Its outputs to watched scripts are recorded, so that
    /// transactions that spend them are found.
    pub(in crate::model) fn past_block(
        &mut self,
        now: Timestamp,
        block: &Block,
        mempool: &Mempool,
    ) -> Vec<WatchMatch> {
        let mut matches = Vec::new();
        for tx in &block.transactions {
            let learned = self.learn(tx);
            matches.extend(self.report_spenders(now, &learned, mempool));
        }
        matches
    }

    /// A transaction left the mempool.
    pub(in crate::model) fn remove_transaction(
        &mut self,
        now: Timestamp,
        txid: Txid,
        why: RemovalReason,
    ) -> Vec<WatchMatch> {
        let (Some(event), Some(touching)) = (WatchEvent::of_removal(why), self.touches.get_mut(txid)) else {
            return Vec::new();
        };
        touching.is_removed = true;
        let all = self.all_targets(txid);
        self.report(now, txid, &all, event)
    }

    /// Blocks were disconnected from the best chain.
    pub(in crate::model) fn disconnect(
        &mut self,
        now: Timestamp,
        blocks: &[(u32, BlockHash)],
        mempool: &Mempool,
    ) -> Vec<WatchMatch> {
        let undone: HashSet<BlockHash> = blocks.iter().map(|&(_, hash)| hash).collect();
        let mut matches = Vec::new();
        for (txid, _) in
            self.touches.in_blocks().into_iter().filter(|(_, block)| undone.contains(&block.hash))
        {
            if let Some(touching) = self.touches.get_mut(txid) {
                touching.block = None;
                // A coinbase never returns, nor do transactions of a block that is no longer kept.
                touching.is_removed = mempool.by_txid(txid).is_none();
            }
            let all = self.all_targets(txid);
            matches.extend(self.report(now, txid, &all, WatchEvent::Unconfirmed));
        }
        matches
    }

    /// Two conflicting transactions are being relayed concurrently.
    pub(in crate::model) fn double_spend(
        &mut self,
        now: Timestamp,
        txid: Txid,
        conflict: Txid,
    ) -> Vec<WatchMatch> {
        let mut matches = Vec::new();
        for (txid, by) in [(txid, conflict), (conflict, txid)] {
            let all = self.all_targets(txid);
            matches.extend(self.report(now, txid, &all, WatchEvent::DoubleSpent { by, height: None }));
        }
        matches
    }

    /// Whether a transaction touches a target.
    pub(crate) fn is_watched(&self, txid: Txid) -> bool {
        self.touches.get(txid).is_some()
    }

    /// The targets with their history, oldest target first.
    pub(crate) fn targets(&self) -> impl ExactSizeIterator<Item = (TargetId, &Watched)> {
        self.targets.iter().map(|(&id, watched)| (id, watched))
    }

    /// Whether a target is on the list.
    pub(crate) fn contains(&self, target: &WatchTarget) -> bool {
        self.targets.values().any(|known| known.target.key() == target.key())
    }

    /// The balance changes of each target, from the last transactions that touch it.
    pub(crate) fn balances(&self) -> HashMap<TargetId, Balances, RandomState> {
        self.touches.balances()
    }

    /// Returns what is known about a transaction that touches a target, if it is a recent one.
    pub(crate) fn touching(&self, txid: Txid) -> Option<&TouchingTx> {
        self.touches.get(txid)
    }

    /// Records outputs to watched scripts. Returns the new ones.
    fn learn(&mut self, tx: &Transaction) -> Vec<OutPoint> {
        if self.scripts.is_empty() {
            return Vec::new();
        }
        let txid = tx.txid();
        let mut learned = Vec::new();
        for (vout, output) in (0..).zip(tx.outputs()) {
            let Some(&target) = self.scripts.get(output.script_pubkey) else { continue };
            let outpoint = OutPoint { txid, vout };
            // If the output was forgotten meanwhile, its spender already counts it.
            let was_known = self.touches.is_known(txid, target);
            if self.outputs.insert(outpoint, target, output.value) && !was_known {
                learned.push(outpoint);
            }
        }
        learned
    }

    /// Records what a transaction does to targets. Returns the targets that it was not known to touch.
    fn touch(&mut self, tx: &Transaction) -> Vec<TargetId> {
        let mut found: BTreeMap<TargetId, (u64, u64)> = BTreeMap::new();
        if !self.scripts.is_empty() {
            for output in tx.outputs() {
                if let Some(&target) = self.scripts.get(output.script_pubkey) {
                    found.entry(target).or_default().0 += output.value;
                }
            }
        }
        if !self.outputs.is_empty() {
            for (target, value) in tx.inputs().filter_map(|input| self.outputs.get(&input.prevout)) {
                found.entry(target).or_default().1 += value;
            }
        }
        if let Some(&target) = self.txids.get(&tx.txid()) {
            found.entry(target).or_default();
        }
        let mut new = Vec::new();
        for (target, (received, spent)) in found {
            // Some of the outputs that it spends may have been forgotten since they were counted.
            if self.touches.note(tx.txid(), Touch { target, received, spent }, u64::max) {
                new.push(target);
            }
        }
        new
    }

    /// Reports the transactions whose spent outputs became known only after they arrived. Each output is
    /// handled separately: if all inputs of its spender were read for each output, an attacker could make
    /// every output expensive.
    fn report_spenders(
        &mut self,
        now: Timestamp,
        learned: &[OutPoint],
        mempool: &Mempool,
    ) -> Vec<WatchMatch> {
        let mut new: Vec<(Txid, TargetId)> = Vec::new();
        for outpoint in learned {
            if let Some((target, spent)) = self.outputs.get(outpoint)
                && let Some(spender) = mempool.spender(outpoint).and_then(|key| mempool.get(key))
            {
                let txid = spender.tx().txid();
                if self.touches.note(txid, Touch { target, received: 0, spent }, u64::saturating_add) {
                    new.push((txid, target));
                }
            }
        }
        let report = |(txid, target)| self.report_arrival(now, txid, vec![target], mempool);
        new.into_iter().flat_map(report).collect()
    }

    /// Reports a transaction in the mempool to the targets in `new`, or to all after a removal.
    fn report_arrival(
        &mut self,
        now: Timestamp,
        txid: Txid,
        new: Vec<TargetId>,
        mempool: &Mempool,
    ) -> Vec<WatchMatch> {
        let Some(touching) = self.touches.get_mut(txid) else { return Vec::new() };
        touching.key = mempool.key(TxHash::Txid(txid));
        let targets = if std::mem::take(&mut touching.is_removed) { self.all_targets(txid) } else { new };
        self.report(now, txid, &targets, WatchEvent::Arrived)
    }

    /// Reports a confirmation; `tip` is the height of the best chain.
    fn confirm(
        &mut self,
        now: Timestamp,
        txid: Txid,
        targets: &[TargetId],
        (hash, height): (BlockHash, u32),
        tip: u32,
    ) -> Vec<WatchMatch> {
        let confirmations = tip.saturating_sub(height) + 1;
        let Some(touching) = self.touches.get_mut(txid) else { return Vec::new() };
        touching.is_removed = false;
        touching.block = Some(InBlock { hash, height, is_final: confirmations >= FINAL });
        self.report(now, txid, targets, WatchEvent::Confirmed { height, confirmations })
    }

    /// Returns the targets that a transaction touches.
    fn all_targets(&self, txid: Txid) -> Vec<TargetId> {
        let touches = self.touches.get(txid).map_or(&[][..], |touching| &touching.touches);
        touches.iter().map(|touch| touch.target).collect()
    }

    fn report(
        &mut self,
        now: Timestamp,
        txid: Txid,
        targets: &[TargetId],
        event: WatchEvent,
    ) -> Vec<WatchMatch> {
        let Some(touching) = self.touches.get(txid) else { return Vec::new() };
        let block = touching.block.filter(|_| event.confirmations().is_some()).map(|block| block.hash);
        let mut matches = Vec::new();
        for &Touch { target, received, spent } in &touching.touches {
            if !targets.contains(&target) {
                continue;
            }
            let Some(watched) = self.targets.get_mut(&target) else { continue };
            self.count += 1;
            let number = self.count;
            watched.history.push(PastMatch { number, at: now, txid, received, spent, event, block });
            let target = watched.target.text().to_owned();
            matches.push(WatchMatch { target, txid, received, spent, event, block });
        }
        matches
    }
}
