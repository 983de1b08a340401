//! Clusters: transactions connected through spends, and the fee rates by which miners take them.
//!
//! Miners take a transaction with its unconfirmed ancestors or not at all: a child pays for its parent. Which
//! transactions are taken together depends on the whole cluster of transactions connected through spends,
//! directly or not. A cluster's chunk fee rates are recomputed when a member arrives or leaves, or when a fee
//! becomes known: once per event, at its end ([`settle`]).
//!
//! **When a rate is certain.** A higher fee of one member never lowers the rate of another (the rates are the
//! isotonic regression of the fee rates over the ancestry). If a rate is the same with every unknown fee at 0
//! and at the maximum, it therefore does not depend on these fees. Only such a rate is shown. A cluster
//! contains only what is in this mempool: how much a transaction pays for a parent that was evicted here is
//! treated like an unknown fee.

pub(super) mod changed;
pub(super) mod chunk_fee_rate;
pub(in crate::model::mempool) mod chunks;
pub(super) mod fee_range;
mod flow;
pub(super) mod graph;
pub(crate) mod package;
pub(crate) mod relatives;
pub(in crate::model::mempool) mod set;
pub(super) mod settle;
pub(in crate::model) mod sigops;
#[cfg(test)]
mod tests;
