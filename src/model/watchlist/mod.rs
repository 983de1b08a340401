//! What happens with what the user watches: found by comparing scripts, outpoints and txids.

mod coins;
mod search;
mod touching;
mod watch_match;

pub use watch_match::{WatchEvent, WatchMatch};

use crate::event::{MAX_TARGETS, WatchKey, WatchTarget};
use crate::model::mempool::Mempool;
use crate::model::mempool::RemovalReason;
use crate::util::time::Timestamp;
use crate::wire::{Block, BlockHash, OutPoint, Transaction, Txid};
use coins::WatchedCoins;
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, HashMap, HashSet};
use touching::{InBlock, Touch, Touched};

/// Up to how many confirmations are told: what most take for final.
const FINAL: u32 = 6;

/// Which target.
type TargetId = u64;

/// The targets, and what touches them.
#[derive(Debug, Default)]
pub(crate) struct Watchlist {
    targets: BTreeMap<TargetId, (WatchTarget, Option<(Timestamp, WatchMatch)>)>,
    next: TargetId,
    scripts: HashMap<Vec<u8>, TargetId, RandomState>,
    txids: HashMap<Txid, TargetId, RandomState>,
    coins: WatchedCoins,
    touched: Touched,
    /// Notices since the start.
    count: u64,
}

impl Watchlist {
    /// Watches it no longer.
    pub(crate) fn remove(&mut self, target: &WatchTarget) {
        let found = self.targets.iter().find(|(_, (known, _))| known.key() == target.key());
        let Some(id) = found.map(|(&id, _)| id) else { return };
        self.targets.remove(&id);
        self.scripts.retain(|_, known| *known != id);
        self.txids.retain(|_, known| *known != id);
        self.coins.forget(id);
        self.touched.forget(id);
    }

    /// A transaction is held from now on.
    pub(crate) fn arrive(&mut self, now: Timestamp, tx: &Transaction, mempool: &Mempool) -> Vec<WatchMatch> {
        if self.targets.is_empty() {
            return Vec::new();
        }
        let learned = self.learn(tx);
        let new = self.touch(tx);
        let mut notices = self.tell_of_arrival(now, tx.txid(), new);
        notices.extend(self.tell_of_spenders(now, &learned, mempool));
        notices
    }

    /// A block came.
    pub(crate) fn block(
        &mut self,
        now: Timestamp,
        block: &Block,
        height: u32,
        mempool: &Mempool,
    ) -> Vec<WatchMatch> {
        if self.targets.is_empty() {
            return Vec::new();
        }
        let mut notices = Vec::new();
        for tx in &block.transactions {
            let learned = self.learn(tx);
            self.touch(tx);
            if let Some(touching) = self.touched.get(tx.txid())
                && touching.block.is_none_or(|known| known.hash != block.hash)
            {
                let all = self.all_targets(tx.txid());
                notices.extend(self.confirm(now, tx.txid(), &all, (block.hash, height), height));
            }
            notices.extend(self.tell_of_spenders(now, &learned, mempool));
        }
        for (txid, known) in self.touched.in_blocks() {
            if !known.is_final && height >= known.height.saturating_add(FINAL - 1) {
                let all = self.all_targets(txid);
                notices.extend(self.confirm(now, txid, &all, (known.hash, known.height), height));
            }
        }
        notices
    }

    /// What a past block paid to watched scripts, so that what spends it is noticed.
    pub(crate) fn past_block(&mut self, now: Timestamp, block: &Block, mempool: &Mempool) -> Vec<WatchMatch> {
        let mut notices = Vec::new();
        for tx in &block.transactions {
            let learned = self.learn(tx);
            notices.extend(self.tell_of_spenders(now, &learned, mempool));
        }
        notices
    }

    /// A transaction is no longer held.
    pub(crate) fn remove_transaction(
        &mut self,
        now: Timestamp,
        txid: Txid,
        why: RemovalReason,
    ) -> Vec<WatchMatch> {
        let (Some(event), Some(touching)) = (WatchEvent::of_removal(why), self.touched.get_mut(txid)) else {
            return Vec::new();
        };
        touching.is_gone = true;
        let all = self.all_targets(txid);
        self.tell(now, txid, &all, event)
    }

    /// Blocks are not in the best chain any more.
    pub(crate) fn disconnect(
        &mut self,
        now: Timestamp,
        blocks: &[(u32, BlockHash)],
        mempool: &Mempool,
    ) -> Vec<WatchMatch> {
        let undone: HashSet<BlockHash> = blocks.iter().map(|&(_, hash)| hash).collect();
        let mut notices = Vec::new();
        for (txid, _) in
            self.touched.in_blocks().into_iter().filter(|(_, block)| undone.contains(&block.hash))
        {
            if let Some(touching) = self.touched.get_mut(txid) {
                touching.block = None;
                // A coinbase never returns, nor does what was in a block that is not kept.
                touching.is_gone = mempool.by_txid(txid).is_none();
            }
            let all = self.all_targets(txid);
            notices.extend(self.tell(now, txid, &all, WatchEvent::Unconfirmed));
        }
        notices
    }

    /// Two transactions that spend the same are alive.
    pub(crate) fn double_spend(&mut self, now: Timestamp, held: Txid, lost: Txid) -> Vec<WatchMatch> {
        let mut notices = Vec::new();
        for (txid, by) in [(held, lost), (lost, held)] {
            let all = self.all_targets(txid);
            notices.extend(self.tell(now, txid, &all, WatchEvent::DoubleSpent { by, height: None }));
        }
        notices
    }

    /// How many notices there have been.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The targets with their latest match, oldest target first.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &(WatchTarget, Option<(Timestamp, WatchMatch)>)> {
        self.targets.values()
    }

    /// Remembers the outputs to watched scripts. Those that were not known.
    fn learn(&mut self, tx: &Transaction) -> Vec<OutPoint> {
        if self.scripts.is_empty() {
            return Vec::new();
        }
        let txid = tx.txid();
        let mut learned = Vec::new();
        for (vout, output) in (0..).zip(tx.outputs()) {
            let Some(&target) = self.scripts.get(output.script_pubkey) else { continue };
            let outpoint = OutPoint { txid, vout };
            // What was forgotten meanwhile counts for its spender already.
            let was_known = self.touched.is_known(txid, target);
            if self.coins.insert(outpoint, target, output.value) && !was_known {
                learned.push(outpoint);
            }
        }
        learned
    }

    /// Finds what a transaction does to targets, and remembers it. Those that it was not known to touch.
    fn touch(&mut self, tx: &Transaction) -> Vec<TargetId> {
        let mut found: BTreeMap<TargetId, (u64, u64)> = BTreeMap::new();
        if !self.scripts.is_empty() {
            for output in tx.outputs() {
                if let Some(&target) = self.scripts.get(output.script_pubkey) {
                    found.entry(target).or_default().0 += output.value;
                }
            }
        }
        if !self.coins.is_empty() {
            for (target, value) in tx.inputs().filter_map(|input| self.coins.get(&input.prevout)) {
                found.entry(target).or_default().1 += value;
            }
        }
        if let Some(&target) = self.txids.get(&tx.txid()) {
            found.entry(target).or_default();
        }
        let mut new = Vec::new();
        for (target, (received, spent)) in found {
            // Some of what it spends may be forgotten since it was counted.
            if self.touched.note(tx.txid(), Touch { target, received, spent }, u64::max) {
                new.push(target);
            }
        }
        new
    }

    /// Who spends coins that have just become known came before them. Each is looked at by itself: to go
    /// through all that its spender spends would let a stranger make every one of them dear.
    fn tell_of_spenders(
        &mut self,
        now: Timestamp,
        learned: &[OutPoint],
        mempool: &Mempool,
    ) -> Vec<WatchMatch> {
        let mut new: Vec<(Txid, TargetId)> = Vec::new();
        for outpoint in learned {
            if let Some((target, spent)) = self.coins.get(outpoint)
                && let Some(spender) = mempool.spender(outpoint)
            {
                let txid = spender.tx().txid();
                if self.touched.note(txid, Touch { target, received: 0, spent }, u64::saturating_add) {
                    new.push((txid, target));
                }
            }
        }
        new.into_iter().flat_map(|(txid, target)| self.tell_of_arrival(now, txid, vec![target])).collect()
    }

    /// A transaction is held that was not known to touch these targets.
    fn tell_of_arrival(&mut self, now: Timestamp, txid: Txid, new: Vec<TargetId>) -> Vec<WatchMatch> {
        let Some(touching) = self.touched.get_mut(txid) else { return Vec::new() };
        let is_news_to = if std::mem::take(&mut touching.is_gone) { self.all_targets(txid) } else { new };
        self.tell(now, txid, &is_news_to, WatchEvent::Arrived)
    }

    /// A block contains a transaction; the best chain ends at `tip`.
    fn confirm(
        &mut self,
        now: Timestamp,
        txid: Txid,
        targets: &[TargetId],
        (hash, height): (BlockHash, u32),
        tip: u32,
    ) -> Vec<WatchMatch> {
        let confirmations = tip.saturating_sub(height) + 1;
        let Some(touching) = self.touched.get_mut(txid) else { return Vec::new() };
        touching.is_gone = false;
        touching.block = Some(InBlock { hash, height, is_final: confirmations >= FINAL });
        self.tell(now, txid, targets, WatchEvent::Confirmed { height, confirmations })
    }

    /// All that a transaction touches.
    fn all_targets(&self, txid: Txid) -> Vec<TargetId> {
        let touches = self.touched.get(txid).map_or(&[][..], |touching| &touching.touches);
        touches.iter().map(|touch| touch.target).collect()
    }

    fn tell(
        &mut self,
        now: Timestamp,
        txid: Txid,
        targets: &[TargetId],
        event: WatchEvent,
    ) -> Vec<WatchMatch> {
        let Some(touching) = self.touched.get(txid) else { return Vec::new() };
        let mut notices = Vec::new();
        for &Touch { target, received, spent } in &touching.touches {
            if !targets.contains(&target) {
                continue;
            }
            let Some((text, last)) = self.targets.get_mut(&target) else { continue };
            let notice = WatchMatch { target: text.text().to_owned(), txid, received, spent, event };
            *last = Some((now, notice.clone()));
            self.count += 1;
            notices.push(notice);
        }
        notices
    }
}
