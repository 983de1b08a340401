//! The `version` message.

use super::compact_size::put_bytes;
use super::{Reader, WireError};
use std::fmt;

/// The longest user agent, in bytes (Core: `MAX_SUBVERSION_LENGTH`).
pub const MAX_USER_AGENT: usize = 256;

/// Our protocol version: the last one before the `feature` message of BIP434 (70017).
pub const PROTOCOL_VERSION: i32 = 70_016;

/// The oldest protocol version that Core accepts (`MIN_PEER_PROTO_VERSION`).
pub const MIN_PROTOCOL_VERSION: i32 = 31_800;

/// The services that a node offers, as bits.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub struct Services(pub u64);

impl Services {
    /// No services.
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

    /// Returns the union of both sets.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the names of the set bits, lowest first; unnamed ones as `BIT_n`.
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

/// The payload of `version`, the first message of each side.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// The newest protocol version that the sender supports.
    pub version: i32,
    /// The services that the sender offers.
    pub services: Services,
    /// The sender's clock, in s since the UNIX epoch.
    pub time: i64,
    /// A random number, to recognise a connection to oneself.
    pub nonce: u64,
    /// The sender's software (BIP14), as sent; at most [`MAX_USER_AGENT`] bytes.
    pub user_agent: Vec<u8>,
    /// The height of the sender's best block.
    pub start_height: i32,
    /// Whether the sender asks for announcements of transactions (BIP37).
    pub relay: bool,
}

/// The length of an address without a time, in bytes: services, IP, port.
const ADDRESS_SIZE: usize = 8 + 16 + 2;

impl Version {
    /// Decodes the payload; fields that old versions leave out at the end have defaults, as in Core.
    pub(super) fn decode(reader: &mut Reader<'_>) -> Result<Self, WireError> {
        let mut version = Self {
            version: reader.i32()?,
            services: Services(reader.u64()?),
            time: reader.i64()?.max(0),
            nonce: 0,
            user_agent: Vec::new(),
            start_height: -1,
            relay: true,
        };
        reader.bytes(ADDRESS_SIZE)?; // ours, as the sender sees it
        if !reader.is_empty() {
            reader.bytes(ADDRESS_SIZE)?; // the sender's, as it sees itself
            version.nonce = reader.u64()?;
        }
        if !reader.is_empty() {
            version.user_agent = decode_user_agent(reader)?;
        }
        if !reader.is_empty() {
            version.start_height = reader.i32()?;
        }
        if !reader.is_empty() {
            version.relay = reader.u8()? != 0;
        }
        Ok(version)
    }

    /// Encodes the payload. The addresses of both ends are left blank, as no node uses them.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.version.to_le_bytes());
        out.extend_from_slice(&self.services.0.to_le_bytes());
        out.extend_from_slice(&self.time.to_le_bytes());
        out.extend_from_slice(&[0; 2 * ADDRESS_SIZE]);
        out.extend_from_slice(&self.nonce.to_le_bytes());
        put_bytes(out, &self.user_agent);
        out.extend_from_slice(&self.start_height.to_le_bytes());
        out.push(u8::from(self.relay));
    }
}

fn decode_user_agent(reader: &mut Reader<'_>) -> Result<Vec<u8>, WireError> {
    let length = reader.compact_size()?;
    match usize::try_from(length) {
        Ok(length) if length <= MAX_USER_AGENT => reader.bytes(length).map(<[u8]>::to_vec),
        _ => Err(WireError::UserAgentTooLong(length)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Version {
        Version {
            version: PROTOCOL_VERSION,
            services: Services::NETWORK.with(Services::WITNESS),
            time: 1_700_000_000,
            nonce: 0x0123_4567_89ab_cdef,
            user_agent: b"/Satoshi:30.0.0/".to_vec(),
            start_height: 923_114,
            relay: false,
        }
    }

    fn encoded(version: &Version) -> Vec<u8> {
        let mut out = Vec::new();
        version.encode(&mut out);
        out
    }

    #[test]
    fn fields_that_old_versions_leave_out_have_defaults() {
        let bytes = encoded(&sample());
        let decode = |length| Version::decode(&mut Reader::new(&bytes[..length]));
        let whole = bytes.len();
        assert_eq!(decode(whole), Ok(sample()));
        assert_eq!(decode(whole - 1), Ok(Version { relay: true, ..sample() }));
        assert_eq!(decode(whole - 5).unwrap().start_height, -1);
        assert_eq!(decode(whole - 5 - 17).unwrap().user_agent, b"");
        assert_eq!(decode(46).unwrap().nonce, 0);
        for cut in (0..46).chain(47..80).chain(81..97).chain(98..101) {
            assert_eq!(decode(cut), Err(WireError::Truncated), "{cut}");
        }
    }

    #[test]
    fn a_long_user_agent_is_refused_by_its_length_alone() {
        let mut bytes = encoded(&Version { user_agent: Vec::new(), ..sample() });
        bytes.truncate(80);
        bytes.extend_from_slice(&[0xfd, 0x88, 0x13]);
        assert_eq!(Version::decode(&mut Reader::new(&bytes)), Err(WireError::UserAgentTooLong(5_000)));
    }

    #[test]
    fn services_have_names() {
        let services = Services::NETWORK.with(Services::P2P_V2).with(Services(1 << 63));
        assert_eq!(services.to_string(), "NETWORK P2P_V2 BIT_63");
        assert_eq!(Services::NONE.to_string(), "");
    }
}
