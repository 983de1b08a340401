//! Why a DNS seed or an address-fetching connection yields no addresses.

use super::peer::disconnect::DisconnectReason;
use std::time::Duration;

/// Why a seed gave no addresses.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SeedFailure {
    /// The name did not resolve. The message is the resolver's: `getaddrinfo` has its own codes, which
    /// the standard library passes on as text only.
    #[error("{0}")]
    Lookup(String),
    /// The resolver did not answer in time.
    #[error("no answer in {} s", .0.as_secs())]
    Timeout(Duration),
    /// The answer contains no address of the public internet.
    #[error("no usable address")]
    NoUsableAddress,
    /// The seed was dialled as a peer, through a proxy, and the connection ended early.
    #[error("{0}")]
    Connection(DisconnectReason),
}
