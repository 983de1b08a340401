//! What the model as a whole must hold.

mod conflicts;
mod fees;
mod health;
mod mempool;
mod properties;
mod watching;
mod windows;
