//! Clusters: transactions that spend each other, and the fee rates by which miners take them.
//!
//! Miners take a transaction with its unconfirmed ancestors or not at all: a child pays for its parent.
//! Which transactions are taken together depends on the whole cluster: all that spend each other,
//! directly or not. The chunk fee rates of a cluster are computed again when a member arrives or leaves,
//! or when a fee becomes known: once per event, at its end ([`settle`]).
//!
//! **When a rate is certain.** A higher fee of one member never lowers the rate of another (the rates are
//! the isotonic regression of the fee rates over the ancestry). So if a rate is the same whether every
//! unknown fee is 0 or all the money there is, it does not depend on these fees. Only such a rate is
//! shown. A cluster contains only what is in this mempool: how much of its fee a transaction pays for a
//! parent that was evicted here is as unknown as a missing fee.

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
