//! Tests of the model as a whole.

mod conflicts;
mod eviction;
mod fees;
mod health;
mod mempool;
pub(crate) mod properties;
pub(crate) mod scene;
mod vouch;
mod watchlist;
