//! The Bitcoin network: many connections as one stream of events.
//!
//! ```text
//!  sockets ── peer ──▶ driver ──▶ node ──▶ connect · addrman · tx_download · block_download
//!                        │   ◀── Output ──┘                  (protocol parts, all pure)
//!                        └──▶ Event
//! ```
//!
//! | module | what it answers |
//! |---|---|
//! | [`driver`](Driver) | sockets, tasks and timers; no decisions |
//! | `node` | joins the parts, and routes what they ask for; pure |
//! | `part`, `input`, `action` | the contract of a part: what comes in, what goes out |
//! | `connect` | which connections to open, and which peers to keep |
//! | `addrman` | which addresses are known, and where to get more |
//! | `seed_lookup` | asks DNS seeds for addresses |
//! | `tx_download` | which transaction to request from which peer |
//! | `block_download` | which headers and blocks to request from which peer |
//! | `backlog` | detects when more arrives than we can process |
//! | `peer` | one connection: dial, transport, handshake, keepalive |
//! | `settings` | what the user may choose |
//! | `starting_point` | the block after which headers are requested |

mod action;
mod addrman;
mod backlog;
mod block_download;
mod connect;
mod driver;
mod input;
mod node;
mod part;
mod peer;
mod seed_lookup;
mod settings;
mod starting_point;
#[cfg(test)]
mod testing;
mod tx_download;

#[cfg(test)]
pub(crate) use addrman::table::AddrSource;
pub(crate) use addrman::table::{AddrKey, AddrRecord};
pub use addrman::table::{AddrTable, SavedAddresses};
pub use driver::Driver;
pub use peer::{IpFamilies, Resolve, Resolving, Routes, SystemResolver, TransportChoice};
pub use settings::{BootstrapMode, DEFAULT_BACKFILL, Discovery, MAX_BACKFILL, PeerChoice, Settings};
pub use starting_point::StartingPoint;
#[cfg(test)]
pub(crate) use testing::{Deed, Judge, Unplugged};
