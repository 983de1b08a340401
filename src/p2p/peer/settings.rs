//! How one connection is opened and kept.

use crate::chain::Network;
use crate::p2p::peer::dial::Connector;
use crate::p2p::peer::session::Timing;
use crate::util::clock::Clock;

/// Which transport to speak.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransportChoice {
    /// v2 with peers that offer it or whose support is unknown, v1 with the others.
    Auto,
    /// The plain transport.
    V1,
    /// The encrypted transport (BIP324); peers that do not support it are dropped.
    V2,
}

impl TransportChoice {
    /// All choices, in the order in which help lists them.
    pub const ALL: &[Self] = &[Self::Auto, Self::V1, Self::V2];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }
}

/// What a peer's task needs to know.
#[derive(Clone, Debug)]
pub struct ConnectionSettings {
    pub connector: Connector,
    pub network: Network,
    pub transport: TransportChoice,
    pub timing: Timing,
    pub clock: Clock,
}

impl ConnectionSettings {
    /// The settings for a peer. If it is known to speak only v1, v2 is not tried.
    pub fn for_peer(&self, v1_only: bool) -> Self {
        let mut settings = self.clone();
        if v1_only && settings.transport == TransportChoice::Auto {
            settings.transport = TransportChoice::V1;
        }
        settings
    }
}
