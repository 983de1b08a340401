//! What is known already of something that the user begins to watch.

use crate::model::blocks::Blocks;
use crate::model::mempool::Mempool;
use crate::model::mempool::RemovalReason;
use crate::model::watchlist::{
    MAX_TARGETS, TargetId, Touch, WatchEvent, WatchKey, WatchMatch, WatchTarget, Watchlist,
};
use crate::util::time::Timestamp;
use crate::wire::Txid;

impl Watchlist {
    /// Watches something from now on. What is held, and the blocks that are kept whole, are looked at
    /// once. Refused beyond [`MAX_TARGETS`], and if it is watched already.
    pub(crate) fn add(
        &mut self,
        now: Timestamp,
        target: &WatchTarget,
        mempool: &Mempool,
        blocks: &Blocks,
    ) -> Vec<WatchMatch> {
        let is_known = self.targets.values().any(|(known, _)| known.key() == target.key());
        if is_known || self.targets.len() >= MAX_TARGETS {
            return Vec::new();
        }
        let id = self.next;
        self.next += 1;
        self.targets.insert(id, (target.clone(), None));
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

    /// All outputs come before all inputs: what spends them may have come before them.
    fn look_for_script(&mut self, now: Timestamp, mempool: &Mempool, blocks: &Blocks) -> Vec<WatchMatch> {
        for tx in blocks.whole().flat_map(|(_, block)| &block.transactions) {
            self.learn(tx);
        }
        for entry in mempool.entries().values() {
            self.learn(entry.tx());
        }
        let mut notices = Vec::new();
        let tip = blocks.tip();
        for (height, block) in blocks.whole() {
            for tx in &block.transactions {
                let new = self.touch(tx);
                if !new.is_empty() {
                    notices.extend(self.confirm(now, tx.txid(), &new, (block.hash, height), tip));
                }
            }
        }
        for entry in mempool.entries().values() {
            let new = self.touch(entry.tx());
            notices.extend(self.tell_of_arrival(now, entry.tx().txid(), new));
        }
        notices
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
        let in_block =
            blocks.whole().find(|(_, block)| block.transactions.iter().any(|tx| tx.txid() == txid));
        if mempool.by_txid(txid).is_some() {
            self.touched.note(txid, touch, u64::max);
            return self.tell_of_arrival(now, txid, new);
        }
        if let Some((height, block)) = in_block {
            self.touched.note(txid, touch, u64::max);
            return self.confirm(now, txid, &new, (block.hash, height), blocks.tip());
        }
        match mempool.last_removal(txid) {
            Some(RemovalReason::Confirmed { height, .. }) => {
                let Some(hash) = blocks.hash_at(height) else { return Vec::new() };
                self.touched.note(txid, touch, u64::max);
                self.confirm(now, txid, &new, (hash, height), blocks.tip())
            }
            Some(why) => {
                let Some(event) = WatchEvent::of_removal(why) else { return Vec::new() };
                self.touched.note(txid, touch, u64::max);
                if let Some(touching) = self.touched.get_mut(txid) {
                    touching.is_gone = true;
                }
                self.tell(now, txid, &new, event)
            }
            None => Vec::new(),
        }
    }
}
