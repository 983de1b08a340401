//! What the user watches: addresses, scripts and transactions. Nothing of it leaves the machine.

pub mod runner;
mod target;

pub use target::{MAX_TARGETS, Target, TargetError, Watched};
