//! Many connections: whom to dial, whom to ask for what, when to give up.
//!
//! [`PeerManager`] owns the peer tasks. What it does is decided by small values without IO:
//!
//! | module | what it decides |
//! |---|---|
//! | `dialer` | whom to dial when, whom to let go; with it `netgroup`, `backoff`, `usefulness` |
//! | `table` | which addresses are worth knowing; `keeper` keeps them on disk |
//! | `gossip` | how much of what peers tell of others is taken |
//! | `seeds`, `fixed_seeds` | whom to ask when the book is empty; the last resort |
//! | `tx_requests` | whom to ask for which transaction; with it `seen` |
//! | `parent_requests` | which unconfirmed parents to ask for |
//! | `header_sync`, `header_chain` | whom to ask for headers; which chain is the best |
//! | `difficulty` | how much work a block must have done |
//! | `block_requests` | whom to ask for which block, in which form |
//! | `backfill` | whom to ask for which past block, when there is time for it |
//! | `high_bandwidth`, `held` | who sends compact blocks unasked; what they are filled with |

#[allow(dead_code, reason = "the parts are moving to this contract")]
mod action;
mod addrman;
mod block_download;
mod connect;
#[allow(dead_code, reason = "the parts are moving to this contract")]
mod input;
mod manager;
#[allow(dead_code, reason = "the parts are moving to this contract")]
mod part;
pub(crate) mod peer;
mod settings;
mod tx_download;

pub use addrman::table::{AddrKey, AddrRecord, AddrSource, AddrTable, SavedAddresses};
pub use manager::PeerManager;
pub use peer::{IpFamilies, Resolve, Resolving, Routes, SystemResolver, TransportChoice};
pub use settings::{DEFAULT_BACKFILL, Discovery, MAX_BACKFILL, PeerChoice, Settings};
