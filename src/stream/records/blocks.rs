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
pub(in crate::stream) struct BlockRecord {
    pub(in crate::stream) hash: BlockHash,
    pub(in crate::stream) height: u32,
    pub(in crate::stream) block_time: Rfc3339,
    pub(in crate::stream) tx_count: usize,
    pub(in crate::stream) size_bytes: u32,
    pub(in crate::stream) weight_wu: u64,
    pub(in crate::stream) paying_weight_wu: u64,
    pub(in crate::stream) subsidy_sat: u64,
    pub(in crate::stream) fees_sat: Option<u64>,
    pub(in crate::stream) fee_rate: Option<f64>,
    pub(in crate::stream) fee_rate_min: Option<f64>,
    pub(in crate::stream) fee_rate_median: Option<f64>,
    pub(in crate::stream) fee_rate_max: Option<f64>,
    pub(in crate::stream) known_fee_count: usize,
    pub(in crate::stream) tag: String,
    pub(in crate::stream) pool: Option<&'static str>,
    pub(in crate::stream) seen_count: usize,
    pub(in crate::stream) seen_weight_wu: u64,
    pub(in crate::stream) unseen: Vec<UnseenTx>,
    pub(in crate::stream) conflict_count: usize,
    pub(in crate::stream) median_wait_ms: Option<f64>,
    pub(in crate::stream) expected_count: usize,
    pub(in crate::stream) missing: Vec<MissingTx>,
    pub(in crate::stream) unexpected_count: usize,
    pub(in crate::stream) unexpected: Vec<UnexpectedTx>,
    pub(in crate::stream) match_share: Option<f32>,
    pub(in crate::stream) left_count: u64,
    pub(in crate::stream) left_vsize: u64,
    pub(in crate::stream) arrived_after_ms: Option<f64>,
    #[serde(flatten)]
    pub(in crate::stream) peer: PeerFields,
}

/// A transaction of the block that had not been received before.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct UnseenTx {
    pub(in crate::stream) txid: Txid,
    pub(in crate::stream) reason: UnseenReason,
}

/// A transaction that the block left out although it pays more than the block's lowest rate.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct MissingTx {
    pub(in crate::stream) txid: Txid,
    pub(in crate::stream) chunk_fee_rate: f64,
}

/// A transaction of the block that pays less than the projected block would have taken.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct UnexpectedTx {
    pub(in crate::stream) txid: Txid,
    pub(in crate::stream) chunk_fee_rate: f64,
}

impl BlockRecord {
    /// `None` for a block from before startup.
    pub(in crate::stream) fn new(figures: &BlockFigures, model: &Model) -> Option<Self> {
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
pub(in crate::stream) struct MissingRecord {
    pub(in crate::stream) height: Option<u32>,
    pub(in crate::stream) hash: Option<BlockHash>,
    pub(in crate::stream) block_count: u32,
    pub(in crate::stream) since: Option<Rfc3339>,
}

impl MissingRecord {
    pub(in crate::stream) fn new(missing: Option<MissingBlocks>, model: &Model) -> Self {
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
pub(in crate::stream) struct ReorgRecord {
    pub(in crate::stream) disconnected: Vec<DisconnectedBlock>,
    pub(in crate::stream) from_height: Option<u32>,
    pub(in crate::stream) tip_height: u32,
    pub(in crate::stream) tip_hash: BlockHash,
}

/// A block that is no longer in the best chain.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct DisconnectedBlock {
    pub(in crate::stream) height: u32,
    pub(in crate::stream) hash: BlockHash,
}

impl ReorgRecord {
    /// `blocks` are heights and hashes, newest first; `tip` is the new tip of the best chain.
    pub(in crate::stream) fn new(blocks: &[(u32, BlockHash)], tip: &Tip) -> Self {
        let block = |&(height, hash): &(u32, BlockHash)| DisconnectedBlock { height, hash };
        Self {
            disconnected: blocks.iter().map(block).collect(),
            from_height: blocks.last().map(|&(height, _)| height),
            tip_height: tip.height,
            tip_hash: tip.hash,
        }
    }
}
