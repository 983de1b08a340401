//! The `version` message.

use std::fmt;

/// The longest user agent (Core: `MAX_SUBVERSION_LENGTH`), in bytes.
pub const MAX_USER_AGENT: usize = 256;

/// The protocol version that we speak: the last one before BIP434's `feature` (70017).
pub const PROTOCOL_VERSION: i32 = 70_016;

/// The oldest protocol version that Core keeps (`MIN_PEER_PROTO_VERSION`).
pub const MIN_PROTOCOL_VERSION: i32 = 31_800;

/// What a node offers, as bits.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub struct Services(pub u64);

impl Services {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The whole block chain.
    pub const NETWORK: Self = Self(1);
    /// Bloom filters (BIP111), and with them the `mempool` message (BIP35).
    pub const BLOOM: Self = Self(1 << 2);
    /// Blocks and transactions with witnesses (BIP144).
    pub const WITNESS: Self = Self(1 << 3);
    /// Compact block filters (BIP157).
    pub const COMPACT_FILTERS: Self = Self(1 << 6);
    /// The last 288 blocks (BIP159).
    pub const NETWORK_LIMITED: Self = Self(1 << 10);
    /// The v2 transport (BIP324).
    pub const P2P_V2: Self = Self(1 << 11);

    const NAMES: [(Self, &'static str); 6] = [
        (Self::NETWORK, "NETWORK"),
        (Self::BLOOM, "BLOOM"),
        (Self::WITNESS, "WITNESS"),
        (Self::COMPACT_FILTERS, "COMPACT_FILTERS"),
        (Self::NETWORK_LIMITED, "NETWORK_LIMITED"),
        (Self::P2P_V2, "P2P_V2"),
    ];

    /// Whether every bit of `other` is set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets of bits.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The names of the set bits, unnamed ones as `BIT_n`, lowest first.
    pub fn names(self) -> Vec<String> {
        (0..64)
            .filter(|bit| self.0 >> bit & 1 == 1)
            .map(|bit| {
                let named = Self::NAMES.iter().find(|(service, _)| service.0 == 1 << bit);
                named.map_or_else(|| format!("BIT_{bit}"), |(_, name)| (*name).to_owned())
            })
            .collect()
    }
}

impl fmt::Display for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(" "))
    }
}

/// The first message of each side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// The newest protocol version that the sender speaks.
    pub version: i32,
    /// What the sender offers.
    pub services: Services,
    /// The sender's clock, in s since the UNIX epoch.
    pub time: i64,
    /// Random, to recognise a connection to oneself.
    pub nonce: u64,
    /// The sender's software (BIP14), as sent; at most [`MAX_USER_AGENT`] bytes.
    pub user_agent: Vec<u8>,
    /// The height of the sender's best block.
    pub start_height: i32,
    /// Whether the sender wants transactions announced (BIP37).
    pub relay: bool,
}
