//! Tests of the model as a whole.

mod conflicts;
mod eviction;
mod fees;
mod health;
mod mempool;
pub(crate) mod properties;
mod vouch;
mod watchlist;
