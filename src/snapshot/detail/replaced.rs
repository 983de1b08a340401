//! The transactions that a transaction replaced.

use crate::event::PeerId;
use crate::model::FeeRate;
use crate::model::mempool::Mempool;
use crate::model::mempool::MempoolEntry;
use crate::model::mempool::conflicts::replaced::ReplacedTx;
use crate::util::time::Timestamp;
use crate::wire::Txid;
use std::time::Duration;

/// A replaced transaction.
#[derive(Clone, PartialEq, Debug)]
pub struct ReplacedRow {
    /// The txid.
    pub txid: Txid,
    /// The number of replacements from it to the current transaction; 1 if it was replaced directly.
    pub steps: usize,
    /// The time since its replacement.
    pub age: Duration,
    /// The size, in vB.
    pub vsize: u32,
    /// The fee rate.
    pub fee_rate: FeeRate,
    /// The number of live peers that announced it.
    pub announced_by: usize,
    /// The number of live peers that announced it but not the current transaction.
    pub announced_only: usize,
}

/// Takes the transactions that `entry` replaced, directly or indirectly, nearest first.
pub(super) fn take(
    entry: &MempoolEntry,
    mempool: &Mempool,
    is_live: impl Fn(PeerId) -> bool,
    now: Timestamp,
) -> Vec<ReplacedRow> {
    let row = |(steps, replaced): (usize, &ReplacedTx)| {
        let announcers = || replaced.announcers().filter(|&peer| is_live(peer));
        ReplacedRow {
            txid: replaced.txid,
            steps,
            age: now.since(replaced.since),
            vsize: replaced.vsize,
            fee_rate: replaced.fee_rate,
            announced_by: announcers().count(),
            announced_only: announcers().filter(|&peer| !entry.is_announced_by(peer)).count(),
        }
    };
    mempool.replaced_by(entry.tx().txid()).into_iter().map(row).collect()
}
