//! The figures of the title and of the Overview screen.

use crate::event::Tip;
use crate::model::peers::PeerTotals;
use crate::model::{Amount, Coverage, Model, RestoredStatus};
use std::time::Duration;

/// The figures of the title and of the Overview screen.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Totals {
    /// The number of live peers, whose handshake is complete.
    pub peers_live: usize,
    /// The median of the live peers' last pings.
    pub median_ping: Option<Duration>,
    /// The end of the best chain.
    pub tip: Option<Tip>,
    /// The mempool, excluding transactions that don't count.
    pub mempool: Amount,
    /// The listed transactions that only one netgroup vouches for.
    pub unproven: Amount,
    /// Whether [`Totals::mempool`] includes these, as there is no other netgroup to ask.
    pub one_netgroup: bool,
    /// The memory that the model attributes to them, in bytes (see `--max-mempool`).
    pub memory: u64,
    /// The number of transactions evicted since startup.
    pub evicted: u64,
    /// The number of transactions received since startup.
    pub received: u64,
    /// The bytes received since startup.
    pub bytes_received: u64,
    /// The bytes sent since startup.
    pub bytes_sent: u64,
    /// The lowest and the highest fee filter of the live peers, in sat/kvB.
    pub fee_floor: Option<(u64, u64)>,
    /// The number of past blocks in the prevouts cache.
    pub prevout_blocks: usize,
    /// The number of outputs in the prevouts cache.
    pub prevouts: usize,
    /// The status of an earlier run's mempool, until it is merged with today's.
    pub restored: Option<RestoredStatus>,
    /// How much of the mempool has a known fee; `None` if it is empty.
    pub fee_coverage: Option<Coverage>,
}

impl Totals {
    pub(super) fn take(model: &Model, peers: &PeerTotals) -> Self {
        let mempool = model.mempool();
        let sums = *mempool.sums();
        Self {
            peers_live: peers.live,
            median_ping: peers.median_ping,
            tip: model.tip().copied(),
            mempool: sums.counted,
            unproven: sums.unproven,
            one_netgroup: mempool.is_one_netgroup(),
            memory: sums.memory,
            evicted: mempool.evicted(),
            received: mempool.received(),
            bytes_received: model.bytes_received(),
            bytes_sent: model.bytes_sent(),
            fee_floor: peers.fee_floor,
            prevout_blocks: mempool.prevouts().block_count(),
            prevouts: mempool.prevouts().len(),
            restored: model.restored(),
            fee_coverage: Coverage::of(sums.fees_known, sums.counted),
        }
    }
}
