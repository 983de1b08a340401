//! Headers, blocks and past blocks: which peer to request them from.

pub(crate) mod backfill;
pub(crate) mod block_requests;
pub(crate) mod header_chain;
pub(crate) mod header_sync;
pub(crate) mod held;
pub(crate) mod high_bandwidth;
pub(crate) mod starting_point;
