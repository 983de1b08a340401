//! The behaviours of dishonest nodes.

use rand::RngExt;
use rand::rngs::StdRng;

/// How a node behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Manner {
    /// As the protocol demands.
    Honest,
    /// Answers no request for transactions.
    Silent,
    /// Answers requests for transactions after the time limit.
    Late,
    /// Has none of the transactions that it announces.
    Empty,
    /// Serves transactions with another witness.
    Malleating,
    /// Announces transactions that do not exist.
    Inventing,
    /// Announces and serves blocks of forks, ahead of others.
    Forking,
    /// Keeps sending the headers of a chain that no other node has.
    FloodingHeaders,
    /// Sends made-up addresses.
    FloodingAddresses,
    /// Serves blocks that do not match their headers.
    Corrupting,
    /// Closes the connection instead of answering, now and then.
    Quitting,
}

const DISHONEST: [Manner; 10] = [
    Manner::Silent,
    Manner::Late,
    Manner::Empty,
    Manner::Malleating,
    Manner::Inventing,
    Manner::Forking,
    Manner::FloodingHeaders,
    Manner::FloodingAddresses,
    Manner::Corrupting,
    Manner::Quitting,
];

impl Manner {
    /// Draws a manner; `liars` is the share of dishonest nodes.
    pub(super) fn draw(rng: &mut StdRng, liars: f64) -> Self {
        if rng.random_bool(liars) { DISHONEST[rng.random_range(0..DISHONEST.len())] } else { Self::Honest }
    }

    /// Whether it serves each transaction that it announces, as long as that is unconfirmed.
    pub(super) fn serves(self) -> bool {
        matches!(
            self,
            Self::Honest | Self::Inventing | Self::Forking | Self::FloodingHeaders | Self::FloodingAddresses
        )
    }
}
