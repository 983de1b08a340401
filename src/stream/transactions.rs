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
pub(super) struct FeeFields {
    pub(super) fee_sat: Option<u64>,
    pub(super) fee_rate: Option<f64>,
    pub(super) fee_rate_lower: Option<f64>,
    pub(super) fee_rate_upper: Option<f64>,
    pub(super) chunk_fee_rate: Option<f64>,
    pub(super) chunk_fee_rate_lower: Option<f64>,
    pub(super) chunk_fee_rate_upper: Option<f64>,
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
pub(super) struct TransactionRecord {
    pub(super) txid: Txid,
    pub(super) wtxid: Wtxid,
    pub(super) vsize_vb: u32,
    pub(super) weight_wu: u32,
    pub(super) input_count: u32,
    pub(super) output_count: u32,
    pub(super) output_value_sat: u64,
    #[serde(flatten)]
    pub(super) fee: FeeFields,
    pub(super) ancestor_count: usize,
    pub(super) replaceable: bool,
    pub(super) kinds: Vec<Kind>,
    pub(super) source: TxSource,
    pub(super) by_one_peer: bool,
    pub(super) first_seen: Rfc3339,
    #[serde(flatten)]
    pub(super) peer: PeerFields<Option<String>>,
    pub(super) raw: Option<String>,
}

impl TransactionRecord {
    /// `sender` delivered the transaction, unless an earlier run saved it; it becomes the record's peer only
    /// if no peer announced the transaction. `raw` adds the bytes of the transaction.
    pub(super) fn new(entry: &MempoolEntry, sender: Option<PeerId>, raw: bool, model: &Model) -> Self {
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
pub(super) struct FeeRecord {
    pub(super) txid: Txid,
    #[serde(flatten)]
    pub(super) fee: FeeFields,
}

impl FeeRecord {
    pub(super) fn new(entry: &MempoolEntry) -> Self {
        Self { txid: entry.tx().txid(), fee: FeeFields::new(entry) }
    }
}

/// A transaction left the mempool.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct RemovedRecord {
    pub(super) txid: Txid,
    pub(super) reason: RemovalReason,
    pub(super) by: Option<Txid>,
    pub(super) with_ancestor: Option<bool>,
    pub(super) height: Option<u32>,
    pub(super) block: Option<BlockHash>,
}

impl RemovedRecord {
    pub(super) fn new(txid: Txid, reason: model::RemovalReason) -> Self {
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
pub(super) struct ReturnedRecord {
    pub(super) txid: Txid,
    pub(super) height: u32,
    pub(super) block: BlockHash,
}

impl ReturnedRecord {
    pub(super) fn new(txid: Txid, height: u32, block: BlockHash) -> Self {
        Self { txid, height, block }
    }
}

/// Two transactions that spend the same output are relayed concurrently.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct DoubleSpendRecord {
    pub(super) txid: Txid,
    pub(super) conflict: Txid,
    pub(super) txid_peer_count: usize,
    pub(super) conflict_peer_count: usize,
}

impl DoubleSpendRecord {
    pub(super) fn new(spend: &model::DoubleSpend) -> Self {
        Self {
            txid: spend.txid,
            conflict: spend.conflict,
            txid_peer_count: spend.txid_peers,
            conflict_peer_count: spend.conflict_peers,
        }
    }
}
