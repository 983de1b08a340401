//! What a line looks like.

use serde::Serialize;

/// What one line tells.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Record {
    #[serde(flatten)]
    pub(super) body: Body,
    /// RFC 3339, UTC, ms.
    pub(super) time: String,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Body {
    PeerConnected {
        peer: String,
        user_agent: String,
        version: i32,
        services: Vec<String>,
        start_height: i32,
        relay: bool,
        /// `v1` or `v2`.
        transport: Option<String>,
        /// In hexadecimal digits; of a v2 connection only.
        session_id: Option<String>,
    },
    PeerDisconnected {
        peer: String,
        reason: String,
    },
    Pong {
        peer: String,
        rtt_ms: f64,
    },
    Announced {
        peer: String,
        count: usize,
    },
    Transaction {
        txid: String,
        wtxid: String,
        vsize: u32,
        weight: u32,
        inputs: u32,
        outputs: u32,
        output_value: u64,
        #[serde(flatten)]
        pays: PaysBody,
        /// Held ones.
        ancestors: usize,
        replaceable: bool,
        kinds: Vec<&'static str>,
        peer: String,
    },
    /// What is known of what a held transaction pays changed since it was told.
    Fee {
        txid: String,
        #[serde(flatten)]
        pays: PaysBody,
    },
    /// A held transaction is in a block.
    Confirmed {
        txid: String,
        height: u32,
    },
    /// A held transaction gave way to another.
    Replaced {
        txid: String,
        by: String,
        /// Whether it was an ancestor of it that the other one conflicts with.
        descendant: bool,
    },
    /// Another transaction spends the same as a held one, and both are alive.
    Conflict {
        txid: String,
        with: String,
        /// Peers that announced only this one of the two.
        txid_peers: usize,
        with_peers: usize,
    },
    /// A held transaction was dropped for another reason.
    Evicted {
        txid: String,
        reason: String,
    },
    /// Something happened with what the user watches.
    Watch {
        what: &'static str,
        target: String,
        txid: String,
        received: u64,
        spent: u64,
        by: Option<String>,
        height: Option<u32>,
        confirmations: Option<u32>,
        reason: Option<String>,
    },
    /// Blocks left the best chain, newest first.
    Reorg {
        disconnected: Vec<String>,
    },
    /// A transaction of such a block is held again.
    Returned {
        txid: String,
    },
    Block(Box<BlockBody>),
    /// How far the fetching of past blocks is.
    Backfill {
        fetched: u32,
        wanted: u32,
        given_up: u32,
    },
    Warning {
        message: String,
    },
}

/// What is known of what a transaction pays; rates in sat/vB.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct PaysBody {
    /// In sat; null unless it is exact.
    pub(super) fee: Option<u64>,
    pub(super) fee_rate: Option<f64>,
    /// As the exact rate, where that is known.
    pub(super) fee_rate_min: Option<f64>,
    pub(super) fee_rate_max: Option<f64>,
    /// That of its package.
    pub(super) chunk_fee_rate: Option<f64>,
}

/// The figures of a block; see [`BlockFigures`](crate::snapshot::BlockFigures).
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct BlockBody {
    pub(super) hash: String,
    pub(super) height: u32,
    /// The miner's clock, RFC 3339.
    pub(super) block_time: String,
    pub(super) transactions: usize,
    pub(super) size: u32,
    pub(super) weight: u64,
    pub(super) paying_weight: u64,
    pub(super) subsidy: u64,
    pub(super) fees: Option<u64>,
    pub(super) fee_rate: Option<f64>,
    pub(super) fee_rate_min: Option<f64>,
    pub(super) fee_rate_median: Option<f64>,
    pub(super) fee_rate_max: Option<f64>,
    pub(super) fees_known: usize,
    pub(super) tag: String,
    pub(super) seen: usize,
    pub(super) seen_weight: u64,
    pub(super) unseen: Vec<UnseenBody>,
    pub(super) conflicted: usize,
    pub(super) median_wait_ms: Option<f64>,
    pub(super) expected: usize,
    pub(super) missing: Vec<MissingBody>,
    pub(super) arrived_after_ms: Option<f64>,
    pub(super) peer: String,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct UnseenBody {
    pub(super) txid: String,
    pub(super) why: &'static str,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct MissingBody {
    pub(super) txid: String,
    pub(super) chunk_fee_rate: f64,
}
