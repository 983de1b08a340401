//! Records about transactions of the mempool.

use super::values::PeerFields;
use super::words::{Kind, RemovalReason, TxSource};
use crate::event::PeerId;
use crate::model::{self, MempoolEntry, Model};
use crate::util::text::hex;
use crate::util::time::Rfc3339;
use crate::wire::{BlockHash, Txid, Wtxid};
use serde::Serialize;

/// What is known about a transaction's fee. Rates are in sat/vB.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct FeeFields {
    pub(in crate::stream) fee_sat: Option<u64>,
    pub(in crate::stream) fee_rate: Option<f64>,
    pub(in crate::stream) fee_rate_lower: Option<f64>,
    pub(in crate::stream) fee_rate_upper: Option<f64>,
    pub(in crate::stream) chunk_fee_rate: Option<f64>,
    pub(in crate::stream) chunk_fee_rate_lower: Option<f64>,
    pub(in crate::stream) chunk_fee_rate_upper: Option<f64>,
}

impl FeeFields {
    fn new(entry: &MempoolEntry) -> Self {
        let (rate, chunk_rate) = (entry.fee_rate(), entry.chunk_rate());
        Self {
            fee_sat: entry.fee(),
            fee_rate: rate.exact(),
            fee_rate_lower: rate.min(),
            fee_rate_upper: rate.max(),
            chunk_fee_rate: chunk_rate.exact(),
            chunk_fee_rate_lower: chunk_rate.min(),
            chunk_fee_rate_upper: chunk_rate.max(),
        }
    }
}

/// A transaction entered the mempool.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct TransactionRecord {
    pub(in crate::stream) txid: Txid,
    pub(in crate::stream) wtxid: Wtxid,
    pub(in crate::stream) vsize_vb: u32,
    pub(in crate::stream) weight_wu: u32,
    pub(in crate::stream) input_count: u32,
    pub(in crate::stream) output_count: u32,
    pub(in crate::stream) output_value_sat: u64,
    #[serde(flatten)]
    pub(in crate::stream) fee: FeeFields,
    pub(in crate::stream) ancestor_count: usize,
    pub(in crate::stream) replaceable: bool,
    pub(in crate::stream) kinds: Vec<Kind>,
    pub(in crate::stream) source: TxSource,
    pub(in crate::stream) by_one_peer: bool,
    pub(in crate::stream) first_seen: Rfc3339,
    #[serde(flatten)]
    pub(in crate::stream) peer: PeerFields<Option<String>>,
    pub(in crate::stream) raw: Option<String>,
}

impl TransactionRecord {
    /// `sender` delivered the transaction, unless an earlier run saved it; it becomes the record's peer only
    /// if no peer announced the transaction. `raw` adds the bytes of the transaction.
    pub(in crate::stream) fn new(
        entry: &MempoolEntry,
        sender: Option<PeerId>,
        raw: bool,
        model: &Model,
    ) -> Self {
        let tx = entry.tx();
        Self {
            txid: tx.txid(),
            wtxid: tx.wtxid(),
            vsize_vb: tx.vsize(),
            weight_wu: tx.weight(),
            input_count: tx.input_count(),
            output_count: tx.output_count(),
            output_value_sat: tx.output_value(),
            fee: FeeFields::new(entry),
            ancestor_count: model.ancestors(entry),
            replaceable: model.is_replaceable(entry),
            kinds: model.kinds(entry).iter().map(Kind::from).collect(),
            source: entry.source().into(),
            by_one_peer: entry.is_unproven(),
            first_seen: model.wall_offset().wall(entry.first_seen()).rfc3339(),
            peer: PeerFields::optional(entry.first_announcer().or(sender), model),
            raw: raw.then(|| hex(tx.raw())),
        }
    }
}

/// More is known about the fee of a transaction in the mempool.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct FeeRecord {
    pub(in crate::stream) txid: Txid,
    #[serde(flatten)]
    pub(in crate::stream) fee: FeeFields,
}

impl FeeRecord {
    pub(in crate::stream) fn new(entry: &MempoolEntry) -> Self {
        Self { txid: entry.tx().txid(), fee: FeeFields::new(entry) }
    }
}

/// A transaction left the mempool.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct RemovedRecord {
    pub(in crate::stream) txid: Txid,
    pub(in crate::stream) reason: RemovalReason,
    pub(in crate::stream) by: Option<Txid>,
    pub(in crate::stream) with_ancestor: Option<bool>,
    pub(in crate::stream) height: Option<u32>,
    pub(in crate::stream) block: Option<BlockHash>,
}

impl RemovedRecord {
    pub(in crate::stream) fn new(txid: Txid, reason: model::RemovalReason) -> Self {
        use model::RemovalReason as Model;
        let (by, with_ancestor, block) = match reason {
            Model::Confirmed { height, block } => (None, None, Some((height, block))),
            Model::Replaced { by, with_ancestor } => (Some(by), Some(with_ancestor), None),
            Model::Conflict(Some(conflict)) => {
                (Some(conflict.by), None, Some((conflict.height, conflict.block)))
            }
            Model::Conflict(None) | Model::SizeLimit | Model::Expired | Model::Reorg | Model::NotRelayed => {
                (None, None, None)
            }
        };
        Self {
            txid,
            reason: reason.into(),
            by,
            with_ancestor,
            height: block.map(|(height, _)| height),
            block: block.map(|(_, hash)| hash),
        }
    }
}

/// A transaction of a disconnected block is in the mempool again.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct ReturnedRecord {
    pub(in crate::stream) txid: Txid,
    pub(in crate::stream) height: u32,
    pub(in crate::stream) block: BlockHash,
}

impl ReturnedRecord {
    pub(in crate::stream) fn new(txid: Txid, height: u32, block: BlockHash) -> Self {
        Self { txid, height, block }
    }
}

/// Two transactions that spend the same output are relayed concurrently.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct DoubleSpendRecord {
    pub(in crate::stream) txid: Txid,
    pub(in crate::stream) conflict: Txid,
    pub(in crate::stream) txid_peer_count: usize,
    pub(in crate::stream) conflict_peer_count: usize,
}

impl DoubleSpendRecord {
    pub(in crate::stream) fn new(spend: &model::DoubleSpend) -> Self {
        Self {
            txid: spend.txid,
            conflict: spend.conflict,
            txid_peer_count: spend.txid_peers,
            conflict_peer_count: spend.conflict_peers,
        }
    }
}
