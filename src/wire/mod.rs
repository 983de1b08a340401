//! The Bitcoin P2P format: bytes ↔ messages.
//!
//! No IO, no clock, and no allocation beyond what remains in the frame. Numbers behind limits come
//! from Bitcoin Core unless a BIP is named.

pub mod block;
pub mod hash;
pub mod inventory;
pub mod message;
pub mod transaction;
pub mod version;

pub use block::{Block, BlockHeader};
pub use hash::{BlockHash, Txid, Wtxid};
pub use inventory::{Inventory, TxHash};
pub use message::Message;
pub use transaction::{OutPoint, Transaction};
pub use version::{Services, Version};
