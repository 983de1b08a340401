//! The rules of the chain: network parameters, limits, opcodes, scripts and proof of work.

pub(crate) mod difficulty;
pub(crate) mod limits;
mod network;
pub(crate) mod opcodes;
pub(crate) mod pools;
pub mod script;
mod target;

pub use network::Network;
pub use target::Target;
