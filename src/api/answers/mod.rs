//! Answers: what the model is asked for, and how it is formatted.

pub(super) mod figures;
pub(super) mod mempool_space;
pub(super) mod peers;
pub(super) mod transactions;
