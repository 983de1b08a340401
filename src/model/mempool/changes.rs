//! Collects what an event changes in the mempool.

use crate::model::fees::bounds::by_order::Verdict;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::removal::RemovalReason;
use crate::wire::{TxHash, Txid};

/// The changes made by an event, collected by the mempool's operations. [`Mempool::settle`] completes them at
/// the end of the event.
///
/// [`Mempool::settle`]: super::Mempool::settle
#[derive(Debug, Default)]
#[must_use = "clusters and fee rates are settled by `Mempool::settle`"]
pub(in crate::model) struct Changes {
    /// The transactions that left, in order.
    pub(super) removed: Vec<(Txid, RemovalReason)>,
    /// The ids of the transactions that left the network's mempools, whether or not they were in ours.
    pub(super) left: Vec<[TxHash; 2]>,
    /// The transactions that arrived.
    pub(super) arrived: Vec<TxKey>,
    /// The accepted transactions, whose fee rates are news anyway.
    pub(super) accepted: Vec<Txid>,
    /// The transactions whose fee rate or chunk fee rate changed or became better known; possibly with
    /// duplicates.
    pub(super) fee_rates: Vec<Txid>,
    /// The transactions whose cluster changed otherwise: they arrived or started to count, for example.
    pub(super) unsettled: Vec<TxKey>,
    /// The transactions for which a fee or a bound became known.
    pub(super) learned: Vec<TxKey>,
    /// The transactions that arrived, left, lost a parent or child, or changed otherwise; possibly with
    /// duplicates.
    pub(super) touched: Vec<TxKey>,
    /// The transactions that lost a parent or child; possibly with duplicates.
    pub(super) bereaved: Vec<TxKey>,
    /// What fees that became exact say about peers' bounds.
    pub(super) verdicts: Vec<Verdict>,
}

/// The complete changes of an event.
#[derive(Debug, Default)]
pub(in crate::model) struct Settled {
    /// The transactions that left the mempool, in order.
    pub(in crate::model) removed: Vec<(Txid, RemovalReason)>,
    /// The ids of the transactions that left the network's mempools.
    pub(in crate::model) left: Vec<[TxHash; 2]>,
    /// The transactions, other than newly accepted ones, whose fee rate or chunk fee rate changed or became
    /// better known; sorted.
    pub(in crate::model) fee_rates: Vec<Txid>,
    /// The transactions that arrived, left, lost a parent or child, or changed otherwise; sorted.
    pub(in crate::model) touched: Vec<TxKey>,
}
