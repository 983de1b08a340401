//! What an event changed in the mempool.

use crate::model::fees::bounds::by_order::Verdict;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::removal::RemovalReason;
use crate::wire::{TxHash, Txid};

/// The changes that an event makes, collected by the operations of the mempool. [`Mempool::settle`]
/// completes them at the end of the event.
///
/// [`Mempool::settle`]: super::Mempool::settle
#[derive(Debug, Default)]
#[must_use = "clusters and fee rates are settled by `Mempool::settle`"]
pub(in crate::model) struct Changes {
    /// The transactions that left, in order.
    pub(super) removed: Vec<(Txid, RemovalReason)>,
    /// The ids of the transactions that left the mempools of the network, be it that they were in ours or not.
    pub(super) left: Vec<[TxHash; 2]>,
    /// The transactions that came.
    pub(super) arrived: Vec<TxKey>,
    /// The transactions that were accepted, whose fee rates are news anyway.
    pub(super) accepted: Vec<Txid>,
    /// The transactions whose fee rate or chunk fee rate, or knowledge of them, changed; perhaps more than once.
    pub(super) fee_rates: Vec<Txid>,
    /// The transactions whose cluster changed: they arrived, or a relative left.
    pub(super) unsettled: Vec<TxKey>,
    /// The transactions of which a fee, or a bound, became known.
    pub(super) learned: Vec<TxKey>,
    /// The transactions that came, went, lost a parent or child, or changed in any other way; perhaps more than
    /// once.
    pub(super) touched: Vec<TxKey>,
    /// The transactions that lost a parent or child.
    pub(super) bereaved: Vec<TxKey>,
    /// What fees that became exact say about the bounds that peers gave.
    pub(super) verdicts: Vec<Verdict>,
}

/// The changes of an event, complete.
#[derive(Debug, Default)]
pub(in crate::model) struct Settled {
    /// The transactions that left the mempool, in order.
    pub(in crate::model) removed: Vec<(Txid, RemovalReason)>,
    /// The ids of the transactions that left the mempools of the network.
    pub(in crate::model) left: Vec<[TxHash; 2]>,
    /// The transactions that were not accepted just now and whose fee rate or chunk fee rate, or knowledge of them,
    /// changed; sorted.
    pub(in crate::model) fee_rates: Vec<Txid>,
    /// The transactions that came, went, lost a parent or child, or changed in any other way; sorted.
    pub(in crate::model) touched: Vec<TxKey>,
}
