//! Clusters: transactions that spend each other, and the fee rates by which miners take them.
//!
//! Miners take a transaction with its unconfirmed ancestors or not at all: a child pays for its parent.
//! Which transactions are taken together depends on the whole cluster: all that spend each other,
//! directly or not. The chunk fee rates of a cluster are computed anew when a member comes or leaves, or
//! when a fee becomes known: once for each event, at its end ([`settle`]).
//!
//! **When a rate is certain.** More of any fee in a cluster never makes another member's rate lower (the
//! rates are the isotonic regression of the fee rates over the ancestry). So a rate that is the same
//! with every unknown fee at 0 and at all the money there is doesn't depend on those fees; only then it
//! is shown. A cluster consists of transactions in the mempool: what a transaction pays for a parent
//! that was evicted here is as unknown as a fee.

pub(super) mod chunk_fee_rate;
mod chunks;
mod flow;
pub(super) mod graph;
pub(crate) mod package;
pub(crate) mod relatives;
pub(super) mod set;
pub(super) mod settle;
pub(in crate::model) mod sigops;
#[cfg(test)]
mod tests;
