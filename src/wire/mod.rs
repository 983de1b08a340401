//! The Bitcoin P2P protocol: bytes ↔ messages.
//!
//! No I/O, no clock, and no allocation larger than what is left of the frame. Limits are those of Bitcoin
//! Core unless a BIP is named.

pub mod block;
pub mod codec;
mod command;
pub mod compact_block;
mod compact_size;
pub(crate) mod hash;
pub(crate) mod inventory;
mod known_address;
pub(crate) mod mempool_dat;
pub mod message;
mod payload;
mod reader;
pub(crate) mod sha256d;
mod summary;
pub mod transaction;
pub(crate) mod v2;
pub mod version;

pub use block::{Block, BlockHeader};
pub use codec::{Decoded, Decoder, Dropped, FrameError};
pub use command::Command;
pub use compact_block::{BlockTransactions, BlockTransactionsRequest, CompactBlock};
pub use hash::{BlockHash, Txid, Wtxid};
pub use inventory::{Inventory, TxHash};
pub(crate) use known_address::decode_addresses;
pub use message::Message;
pub use reader::WireError;
pub use summary::Digest;
pub use transaction::{OutPoint, Transaction};
pub use version::{Services, Version};

use reader::Reader;
