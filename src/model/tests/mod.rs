//! What the model as a whole must hold.

mod conflicts;
mod fees;
mod health;
mod mempool;
pub(crate) mod properties;
mod watching;
