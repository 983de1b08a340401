//! What a block does to the mempool.

use crate::model::blocks::Kept;
use crate::model::blocks::figures::{BlockFigures, Unseen};
use crate::model::mempool::Mempool;
use crate::model::mempool::{BlockConflict, RemovalReason};
use crate::util::time::Timestamp;
use crate::wire::{Block, Transaction, TxHash, Txid};
use std::time::Duration;

/// What the mempool says of a block.
#[derive(Debug, Default)]
pub(crate) struct Confirmed {
    pub(crate) seen: usize,
    pub(crate) seen_weight: u64,
    pub(crate) unseen: Vec<(Txid, Unseen)>,
    /// Held transactions that the block made impossible.
    pub(crate) conflicted: usize,
    /// For how long each held one was known.
    pub(crate) waits: Vec<Duration>,
    /// The exact fee rates, in sat/vB.
    pub(crate) fee_rates: Vec<f64>,
    /// The rates by which miners sort those that were held, in sat/vB.
    pub(crate) chunk_fee_rates: Vec<f64>,
    /// What was known of those that were held.
    pub(crate) kept: Vec<(Txid, Kept)>,
}

impl Mempool {
    /// A block came: its transactions go, with all that they make impossible. None of them comes
    /// back from a slow peer.
    pub(crate) fn confirm(&mut self, now: Timestamp, block: &Block, height: u32) -> Confirmed {
        let mut confirmed = Confirmed::default();
        let reason = RemovalReason::Confirmed { height, block: block.hash };
        for tx in block.transactions.iter().skip(1) {
            let unseen = self.take_confirmed(now, tx, reason, &mut confirmed);
            let rivals: std::collections::BTreeSet<_> = self.spends.rivals(tx).collect();
            match unseen {
                None => {
                    confirmed.seen += 1;
                    confirmed.seen_weight += u64::from(tx.weight());
                }
                Some(why) if confirmed.unseen.len() < BlockFigures::LISTED => {
                    let why = if rivals.is_empty() { why } else { Unseen::Conflicting };
                    confirmed.unseen.push((tx.txid(), why));
                }
                Some(_) => {}
            }
            let why =
                RemovalReason::Conflict(Some(BlockConflict { by: tx.txid(), height, block: block.hash }));
            confirmed.conflicted += self.refuse_with_descendants(rivals, why);
            self.unsettle_children_of_dropped(tx);
            self.departed.mine(tx.txid(), tx.wtxid());
            tx.inputs().for_each(|input| self.departed.spend(input.prevout));
        }
        self.evict();
        confirmed
    }

    /// Takes out a transaction of a block. Why it had not been seen, if so.
    fn take_confirmed(
        &mut self,
        now: Timestamp,
        tx: &Transaction,
        reason: RemovalReason,
        confirmed: &mut Confirmed,
    ) -> Option<Unseen> {
        let [stripped, whole] = [TxHash::Txid(tx.txid()), TxHash::Wtxid(tx.wtxid())];
        let was_announced = [stripped, whole].map(|hash| self.pending.take(hash).is_some()).contains(&true);
        let rate = self.key(stripped).and_then(|key| self.get(key)?.chunk_fee_rate());
        let Some(entry) = self.key(stripped).and_then(|key| self.remove(key, reason)) else {
            let unseen = if was_announced { Unseen::NotReceived } else { Unseen::NeverAnnounced };
            return (!self.departed.is_barred(stripped)).then_some(unseen);
        };
        confirmed.waits.push(now.since(entry.first_seen()));
        confirmed.fee_rates.extend(entry.fee_rate().exact());
        confirmed.chunk_fee_rates.extend(rate);
        confirmed.kept.push((tx.txid(), Kept::of(&entry)));
        None
    }
}
