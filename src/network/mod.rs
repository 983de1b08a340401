//! Many connections: whom to dial, whom to ask for what, when to give up.
//!
//! [`PeerManager`] owns the peer tasks. What it does is decided by small values without IO:
//!
//! | module | what it decides |
//! |---|---|
//! | `dialer` | whom to dial when; with it `address_book`, `netgroup`, `backoff` |
//! | `seeds` | which DNS seeds to ask when |
//! | `tx_requests` | whom to ask for which transaction; with it `seen` |
//! | `header_sync`, `header_chain` | whom to ask for headers; which chain is the best |
//! | `block_requests` | whom to ask for which block |

mod address_book;
mod backoff;
mod block_requests;
mod dialer;
mod header_chain;
mod header_sync;
mod manager;
mod netgroup;
mod seeds;
mod seen;
mod settings;
mod starting_point;
mod tx_requests;

pub use crate::peer::{IpFamilies, Resolve, Resolving, Routes, SystemResolver, TransportChoice};
pub use manager::PeerManager;
pub use settings::{PeerChoice, Settings};
