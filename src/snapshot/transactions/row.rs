//! One transaction in a list.

use crate::model::classify::Kinds;
use crate::model::mempool::MempoolEntry;
use crate::model::{FeeRate, Model, TxKey};
use crate::util::time::Timestamp;
use crate::wire::Txid;
use std::time::Duration;

/// The relative difference between chunk fee rate and own fee rate above which relatives are considered to
/// share in it.
const SHARED: f64 = 0.001;

/// One transaction in a list.
#[derive(Clone, PartialEq, Debug)]
pub struct TransactionRow {
    /// The key of the mempool entry.
    pub key: TxKey,
    /// The txid.
    pub txid: Txid,
    /// The time since the first announcement.
    pub age: Duration,
    /// The size, in vB.
    pub vsize: u32,
    /// The number of inputs.
    pub inputs: u32,
    /// The number of outputs.
    pub outputs: u32,
    /// The sum of the outputs, in sat.
    pub output_value: u64,
    /// The fee, in sat; `None` if a prevout is unknown.
    pub fee: Option<u64>,
    /// The fee rate.
    pub fee_rate: FeeRate,
    /// The rate by which miners sort it.
    pub chunk_fee_rate: FeeRate,
    /// The number of unconfirmed ancestors, up to the cluster limit.
    pub ancestors: usize,
    /// The number of unconfirmed descendants, up to the cluster limit.
    pub descendants: usize,
    /// What is notable about it.
    pub flags: TxFlags,
    /// The number of live peers that announced it.
    pub announced_by: usize,
    /// The number of live peers that relay transactions.
    pub announcers: usize,
}

/// What is notable about a transaction.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct TxFlags {
    /// It or an unconfirmed ancestor signals that it may be replaced (BIP125).
    pub replaceable: bool,
    /// It pays for an ancestor, or a descendant pays for it (CPFP), so miners sort it by a rate other than
    /// its own.
    pub cpfp: bool,
    /// It touches a target of the watch list.
    pub watched: bool,
    /// Its kinds, as far as its bytes show.
    pub kinds: Kinds,
}

impl TransactionRow {
    /// Takes a row. The cost depends on the size of the cluster.
    pub(crate) fn take(
        model: &Model,
        key: TxKey,
        entry: &MempoolEntry,
        announcers: usize,
        now: Timestamp,
    ) -> Self {
        let (mempool, peers) = (model.mempool(), model.peers());
        let (tx, fee_rate, chunk_fee_rate) = (entry.tx(), entry.fee_rate(), entry.chunk_rate());
        Self {
            key,
            txid: tx.txid(),
            age: now.since(entry.first_seen()),
            vsize: tx.vsize(),
            inputs: tx.input_count(),
            outputs: tx.output_count(),
            output_value: tx.output_value(),
            fee: entry.fee(),
            fee_rate,
            chunk_fee_rate,
            ancestors: mempool.ancestors(key).rows.len(),
            descendants: mempool.descendants(key).rows.len(),
            flags: TxFlags {
                replaceable: mempool.is_replaceable(entry),
                cpfp: is_shared(fee_rate, chunk_fee_rate),
                watched: model.watchlist().is_watched(tx.txid()),
                kinds: mempool.kinds(tx),
            },
            announced_by: entry.announcements().filter(|(peer, _)| peers.is_live(*peer)).count(),
            announcers,
        }
    }
}

/// Whether the chunk's rate is known to differ from the transaction's own, exactly known rate. A bound of the
/// chunk's rate is enough.
fn is_shared(own: FeeRate, chunk: FeeRate) -> bool {
    own.exact().is_some_and(|own| {
        let is_lower = chunk.max().is_some_and(|chunk| own - chunk > own * SHARED);
        let is_higher = chunk.min().is_some_and(|chunk| chunk - own > own * SHARED);
        is_lower || is_higher
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Bounds;

    #[test]
    fn a_bound_is_enough_to_know_that_relatives_change_the_rate() {
        let within = |low, high| FeeRate::Within(Bounds { low, high, ..Bounds::default() });
        let own = FeeRate::Exact(104.8);
        for (chunk, is_other) in [
            (FeeRate::Exact(104.8), false),
            (FeeRate::Exact(22.3), true),
            (within(Some(22.1), Some(22.5)), true),
            (within(Some(120.0), None), true),
            (within(Some(100.0), Some(110.0)), false),
            (within(None, None), false),
        ] {
            assert_eq!(is_shared(own, chunk), is_other, "{chunk:?}");
        }
        assert!(!is_shared(within(Some(90.0), Some(110.0)), FeeRate::Exact(22.3)));
    }
}
