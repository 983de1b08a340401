//! Searches for what is already known about a new target.

use crate::event::{MAX_TARGETS, WatchKey, WatchTarget};
use crate::model::blocks::Blocks;
use crate::model::mempool::Mempool;
use crate::model::mempool::RemovalReason;
use crate::model::watchlist::Watchlist;
use crate::model::watchlist::touches::{TargetId, Touch};
use crate::model::watchlist::watch_match::{WatchEvent, WatchMatch};
use crate::model::watchlist::watched::Watched;
use crate::util::time::Timestamp;
use crate::wire::Txid;

impl Watchlist {
    /// Adds targets, and searches the mempool and the last blocks for transactions that touch them. A target
    /// is refused if there are [`MAX_TARGETS`], or it is there already.
    pub(in crate::model) fn add(
        &mut self,
        now: Timestamp,
        targets: &[WatchTarget],
        mempool: &Mempool,
        blocks: &Blocks,
    ) -> Vec<WatchMatch> {
        targets.iter().flat_map(|target| self.add_one(now, target, mempool, blocks)).collect()
    }

    fn add_one(
        &mut self,
        now: Timestamp,
        target: &WatchTarget,
        mempool: &Mempool,
        blocks: &Blocks,
    ) -> Vec<WatchMatch> {
        if self.contains(target) || self.targets.len() >= MAX_TARGETS {
            return Vec::new();
        }
        let id = self.next;
        self.next += 1;
        self.targets.insert(id, Watched::new(target));
        match target.key() {
            WatchKey::Script(script) => {
                self.scripts.insert(script.clone(), id);
                self.look_for_script(now, mempool, blocks)
            }
            WatchKey::Transaction(txid) => {
                self.txids.insert(*txid, id);
                self.look_for_transaction(now, *txid, id, mempool, blocks)
            }
        }
    }

    /// All outputs are learned before any input is looked up, as a transaction may have arrived before its
    /// parent.
    fn look_for_script(&mut self, now: Timestamp, mempool: &Mempool, blocks: &Blocks) -> Vec<WatchMatch> {
        for tx in blocks.kept().flat_map(|(_, block)| &block.transactions) {
            self.learn(tx);
        }
        for (_, entry) in mempool.entries().iter() {
            self.learn(entry.tx());
        }
        let mut matches = Vec::new();
        let tip = blocks.tip();
        for (height, block) in blocks.kept() {
            for tx in &block.transactions {
                let new = self.touch(tx);
                if !new.is_empty() {
                    matches.extend(self.confirm(now, tx.txid(), &new, (block.hash, height), tip));
                }
            }
        }
        for (_, entry) in mempool.entries().iter() {
            let new = self.touch(entry.tx());
            matches.extend(self.report_arrival(now, entry.tx().txid(), new, mempool));
        }
        matches
    }

    fn look_for_transaction(
        &mut self,
        now: Timestamp,
        txid: Txid,
        target: TargetId,
        mempool: &Mempool,
        blocks: &Blocks,
    ) -> Vec<WatchMatch> {
        let touch = Touch { target, received: 0, spent: 0 };
        let new = vec![target];
        let in_block = blocks.kept().find(|(_, block)| block.transactions.iter().any(|tx| tx.txid() == txid));
        if mempool.by_txid(txid).is_some() {
            self.touches.note(txid, touch, u64::max);
            return self.report_arrival(now, txid, new, mempool);
        }
        if let Some((height, block)) = in_block {
            self.touches.note(txid, touch, u64::max);
            return self.confirm(now, txid, &new, (block.hash, height), blocks.tip());
        }
        match mempool.last_removal(txid) {
            Some(RemovalReason::Confirmed { height, .. }) => {
                let Some(hash) = blocks.hash_at(height) else { return Vec::new() };
                self.touches.note(txid, touch, u64::max);
                self.confirm(now, txid, &new, (hash, height), blocks.tip())
            }
            Some(why) => {
                let Some(event) = WatchEvent::of_removal(why) else { return Vec::new() };
                self.touches.note(txid, touch, u64::max);
                if let Some(touching) = self.touches.get_mut(txid) {
                    touching.is_removed = true;
                }
                self.report(now, txid, &new, event)
            }
            None => Vec::new(),
        }
    }
}
