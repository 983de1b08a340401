//! Records about blocks.

use super::values::{PeerFields, milliseconds};
use super::words::UnseenReason;
use crate::event::{MissingBlocks, Tip};
use crate::model::{BlockFigures, Model};
use crate::util::time::{Rfc3339, Timestamp};
use crate::wire::{BlockHash, Txid};
use serde::Serialize;

/// A block joined the best chain. Rates are in sat/vB.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct BlockRecord {
    pub(super) hash: BlockHash,
    pub(super) height: u32,
    pub(super) block_time: Rfc3339,
    pub(super) tx_count: usize,
    pub(super) size_bytes: u32,
    pub(super) weight_wu: u64,
    pub(super) paying_weight_wu: u64,
    pub(super) subsidy_sat: u64,
    pub(super) fees_sat: Option<u64>,
    pub(super) fee_rate: Option<f64>,
    pub(super) fee_rate_min: Option<f64>,
    pub(super) fee_rate_median: Option<f64>,
    pub(super) fee_rate_max: Option<f64>,
    pub(super) known_fee_count: usize,
    pub(super) tag: String,
    pub(super) pool: Option<&'static str>,
    pub(super) seen_count: usize,
    pub(super) seen_weight_wu: u64,
    pub(super) unseen: Vec<UnseenTx>,
    pub(super) conflict_count: usize,
    pub(super) median_wait_ms: Option<f64>,
    pub(super) expected_count: usize,
    pub(super) missing: Vec<MissingTx>,
    pub(super) unexpected_count: usize,
    pub(super) unexpected: Vec<UnexpectedTx>,
    pub(super) match_share: Option<f32>,
    pub(super) left_count: u64,
    pub(super) left_vsize: u64,
    pub(super) arrived_after_ms: Option<f64>,
    #[serde(flatten)]
    pub(super) peer: PeerFields,
}

/// A transaction of the block that had not been received before.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct UnseenTx {
    pub(super) txid: Txid,
    pub(super) reason: UnseenReason,
}

/// A transaction that the block left out although it pays more than the block's lowest rate.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct MissingTx {
    pub(super) txid: Txid,
    pub(super) chunk_fee_rate: f64,
}

/// A transaction of the block that pays less than the projected block would have taken.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct UnexpectedTx {
    pub(super) txid: Txid,
    pub(super) chunk_fee_rate: f64,
}

impl BlockRecord {
    /// `None` for a block from before startup.
    pub(super) fn new(figures: &BlockFigures, model: &Model) -> Option<Self> {
        let arrival = figures.arrival.as_ref()?;
        let [min, median, max] = match arrival.fee_rates {
            Some(rates) => rates.map(Some),
            None => [None; 3],
        };
        let unseen = arrival.unseen.iter();
        let unseen = unseen.map(|&(txid, why)| UnseenTx { txid, reason: why.into() });
        let missing = arrival.missing.listed.iter();
        let missing = missing.map(|tx| MissingTx { txid: tx.txid, chunk_fee_rate: tx.chunk_fee_rate });
        let unexpected = arrival.unexpected.listed.iter();
        let unexpected =
            unexpected.map(|tx| UnexpectedTx { txid: tx.txid, chunk_fee_rate: tx.chunk_fee_rate });
        Some(Self {
            hash: figures.hash,
            height: figures.height,
            block_time: Timestamp::from_secs(figures.time.into()).rfc3339(),
            tx_count: figures.transactions,
            size_bytes: figures.size,
            weight_wu: figures.weight,
            paying_weight_wu: figures.paying_weight,
            subsidy_sat: figures.subsidy,
            fees_sat: figures.fees,
            fee_rate: figures.fee_rate(),
            fee_rate_min: min,
            fee_rate_median: median,
            fee_rate_max: max,
            known_fee_count: arrival.fees_known,
            tag: figures.tag.clone(),
            pool: figures.pool,
            seen_count: arrival.seen,
            seen_weight_wu: arrival.seen_weight,
            unseen: unseen.collect(),
            conflict_count: arrival.conflicted,
            median_wait_ms: arrival.median_wait.map(milliseconds),
            expected_count: arrival.missing.count,
            missing: missing.collect(),
            unexpected_count: arrival.unexpected.count,
            unexpected: unexpected.collect(),
            match_share: figures.match_share(),
            left_count: arrival.left.count,
            left_vsize: arrival.left.vsize,
            arrived_after_ms: arrival.after.map(milliseconds),
            peer: PeerFields::new(arrival.peer, model),
        })
    }
}

/// Blocks are missing, or no longer are.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct MissingRecord {
    pub(super) height: Option<u32>,
    pub(super) hash: Option<BlockHash>,
    pub(super) block_count: u32,
    pub(super) since: Option<Rfc3339>,
}

impl MissingRecord {
    pub(super) fn new(missing: Option<MissingBlocks>, model: &Model) -> Self {
        Self {
            height: missing.map(|missing| missing.height),
            hash: missing.map(|missing| missing.hash),
            block_count: missing.map_or(0, |missing| missing.count),
            since: missing.map(|missing| model.wall_offset().wall(missing.since).rfc3339()),
        }
    }
}

/// A reorg disconnected blocks.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct ReorgRecord {
    pub(super) disconnected: Vec<DisconnectedBlock>,
    pub(super) from_height: Option<u32>,
    pub(super) tip_height: u32,
    pub(super) tip_hash: BlockHash,
}

/// A block that is no longer in the best chain.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct DisconnectedBlock {
    pub(super) height: u32,
    pub(super) hash: BlockHash,
}

impl ReorgRecord {
    /// `blocks` are heights and hashes, newest first; `tip` is the new tip of the best chain.
    pub(super) fn new(blocks: &[(u32, BlockHash)], tip: &Tip) -> Self {
        let block = |&(height, hash): &(u32, BlockHash)| DisconnectedBlock { height, hash };
        Self {
            disconnected: blocks.iter().map(block).collect(),
            from_height: blocks.last().map(|&(height, _)| height),
            tip_height: tip.height,
            tip_hash: tip.hash,
        }
    }
}
