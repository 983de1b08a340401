//! What is asked of the model, and how it is written.

pub(super) mod figures;
pub(super) mod mempool_space;
pub(super) mod peers;
pub(super) mod transactions;
