//! Many connections: whom to dial, whom to ask for what, when to give up.
//!
//! [`PeerManager`] owns the peer tasks. What it does is decided by small values without IO:
//!
//! | module | what it decides |
//! |---|---|
//! | `dialer` | whom to dial when, whom to let go; with it `netgroup`, `backoff`, `usefulness` |
//! | `address_book` | which addresses are worth knowing; `keeper` keeps them on disk |
//! | `gossip` | how much of what peers tell of others is taken |
//! | `seeds`, `fixed_seeds` | whom to ask when the book is empty; the last resort |
//! | `tx_requests` | whom to ask for which transaction; with it `seen` |
//! | `parent_requests` | which unconfirmed parents to ask for |
//! | `header_sync`, `header_chain` | whom to ask for headers; which chain is the best |
//! | `difficulty` | how much work a block must have done |
//! | `block_requests` | whom to ask for which block, in which form |
//! | `backfill` | whom to ask for which past block, when there is time for it |
//! | `high_bandwidth`, `held` | who sends compact blocks unasked; what they are filled with |

mod address_book;
mod backfill;
mod backoff;
mod block_requests;
mod dialer;
mod difficulty;
mod fixed_seeds;
mod gossip;
mod header_chain;
mod header_sync;
mod held;
mod high_bandwidth;
mod keeper;
mod manager;
mod parent_requests;
mod seeds;
mod seen;
mod settings;
mod starting_point;
mod tx_requests;
mod usefulness;

pub use crate::peer::{IpFamilies, Resolve, Resolving, Routes, SystemResolver, TransportChoice};
pub use address_book::file::default_state_dir;
pub use manager::PeerManager;
pub use settings::{DEFAULT_BACKFILL, Discovery, MAX_BACKFILL, PeerChoice, Settings};

use crate::address::netgroup;
