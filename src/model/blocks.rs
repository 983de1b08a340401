//! What a block does to the mempool.

use super::departed::Departure;
use super::mempool::Mempool;
use crate::wire::{Block, TxHash};

/// What a block turned out to contain.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Confirmed {
    /// Transactions, the coinbase included.
    pub(super) transactions: usize,
    /// Those that had been received before, the coinbase aside.
    pub(super) seen: usize,
    /// Held transactions that the block made impossible.
    pub(super) conflicted: usize,
}

impl Confirmed {
    /// The share of the transactions that had been seen before, 0–1; `None` if there is only a
    /// coinbase.
    pub(super) fn share_seen(&self) -> Option<f32> {
        let others = self.transactions.saturating_sub(1);
        #[expect(clippy::cast_precision_loss, reason = "a block has less than 2^24 transactions")]
        let share = self.seen as f32 / others as f32;
        (others > 0).then_some(share)
    }
}

impl Mempool {
    /// A block came: its transactions go, with all that they make impossible. None of them comes
    /// back from a slow peer.
    pub(super) fn confirm(&mut self, block: &Block, height: u32) -> Confirmed {
        let mut confirmed = Confirmed { transactions: block.transactions.len(), seen: 0, conflicted: 0 };
        for tx in block.transactions.iter().skip(1) {
            let [stripped, whole] = [TxHash::Txid(tx.txid()), TxHash::Wtxid(tx.wtxid())];
            let held = self.key(stripped);
            let seen = held.is_some() || self.departed.is_barred(stripped);
            confirmed.seen += usize::from(seen);
            if let Some(key) = held {
                self.remove(key, Departure::Mined(height));
            }
            let rivals = self.spenders.rivals(tx).collect();
            confirmed.conflicted += self.refuse_with_descendants(rivals, Departure::Conflicted(height));
            if self.departed.is_dropped(tx.txid()) {
                let children: Vec<_> = self.spenders.children(tx).collect();
                self.unsettled.extend(children);
            }
            self.departed.mine(tx.txid(), tx.wtxid());
            tx.inputs().for_each(|input| self.departed.spend(input.prevout));
            self.pending.take(stripped);
            self.pending.take(whole);
        }
        for tx in &block.transactions {
            self.learn_outputs(tx);
        }
        self.evict();
        confirmed
    }
}
