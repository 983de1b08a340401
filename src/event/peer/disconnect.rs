//! Why connections end, and why dials fail.

use super::misbehaviour::Misbehaviour;
use crate::address::PeerAddress;
use crate::event::os_error::OsError;
use std::time::Duration;

/// Why a connection, or the attempt to open one, ended.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DisconnectReason {
    /// The host name did not resolve.
    #[error("{0} does not resolve")]
    NameNotResolved(String),
    /// The peer's host refused the connection.
    #[error("connection refused")]
    Refused,
    /// The connection did not open in time.
    #[error("no answer to the dial within {} s", .0.as_secs())]
    DialTimeout(Duration),
    /// The system cannot reach the address.
    #[error("unreachable: {}", .0.kind)]
    Unreachable(OsError),
    /// The handshake was not done in time.
    #[error("handshake not complete within {} s", .0.as_secs())]
    HandshakeTimeout(Duration),
    /// The proxy cannot be reached or does not serve us.
    #[error("proxy {proxy}: {failure}")]
    Proxy {
        /// The proxy.
        proxy: PeerAddress,
        /// What is wrong with it.
        failure: ProxyFailure,
    },
    /// The proxy works but cannot reach the peer.
    #[error("unreachable by the proxy: {0}")]
    UnreachableByProxy(ProxyReply),
    /// The settings allow no route to the address.
    #[error("{0}")]
    NoRoute(NoRoute),
    /// The peer is useless to this program; another one takes its place.
    #[error("not useful: {0}")]
    NotUseful(Uselessness),
    /// The connection was opened to fetch addresses, and they arrived.
    #[error("addresses received")]
    AddressesReceived,
    /// The connection was opened to fetch addresses, and none arrived in time.
    #[error("no addresses received")]
    NoAddresses,
    /// The connection was opened for a whole-mempool list, and the list arrived.
    #[error("mempool list received")]
    MempoolListed,
    /// The connection was opened for a whole-mempool list, and none arrived in time.
    #[error("no mempool list received")]
    NoMempoolList,
    /// The peer does not understand the v2 transport, and the settings allow no other.
    #[error("does not speak the v2 transport")]
    SpeaksV1,
    /// The key exchange of the v2 transport (BIP324) failed.
    #[error("key exchange failed: {0}")]
    KeyExchange(KeyExchangeFailure),
    /// We dialled ourselves.
    #[error("connected to ourselves")]
    SelfConnection,
    /// The peer's protocol version is too old.
    #[error("protocol version {0} is too old")]
    VersionTooOld(i32),
    /// No pong arrived in time.
    #[error("ping timeout")]
    PingTimeout,
    /// The peer closed the connection.
    #[error("closed by the peer")]
    ClosedByPeer,
    /// The peer closed the connection in the middle of a message.
    #[error("closed by the peer inside a message")]
    ClosedInsideMessage,
    /// The system reports an error on the connection.
    #[error("connection lost: {}", .0.kind)]
    Io(OsError),
    /// The bytes belong to another network, or do not come from a Bitcoin node.
    #[error("wrong magic {:08x}", u32::from_be_bytes(*.0))]
    WrongMagic([u8; 4]),
    /// A message is longer than the protocol allows, in bytes.
    #[error("message of {0} bytes is too long")]
    MessageTooLong(u32),
    /// A v2 packet fails its authentication.
    #[error("a packet fails its authentication")]
    NotAuthentic,
    /// The peer broke a rule for which Core disconnects too.
    #[error("{0}")]
    Misbehaved(Misbehaviour),
    /// The peer reads nothing from its socket.
    #[error("peer does not read")]
    NotReading,
    /// The connection's task failed: a defect of this program.
    #[error("internal error")]
    Internal,
    /// The program is shutting down.
    #[error("shutting down")]
    ShuttingDown,
    /// The sensor that was connected to the peer has gone silent.
    #[error("its sensor is stale")]
    SensorStale,
}

/// Why an honest peer is useless for watching the mempool.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum Uselessness {
    /// The peer does not relay transactions.
    #[error("blocks only, no transactions")]
    BlocksOnly,
    /// The peer serves no witnesses (BIP144).
    #[error("serves no witnesses")]
    NoWitness,
    /// The peer is in its initial block download.
    #[error("in initial block download")]
    InitialBlockDownload,
}

/// Why the settings allow no route to an address.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum NoRoute {
    /// An onion address, and no proxy is set.
    #[error("onion addresses need a proxy")]
    OnionWithoutProxy,
    /// An I2P address, which this program cannot dial.
    #[error("I2P addresses cannot be dialled")]
    I2p,
    /// A CJDNS address, which this program cannot dial.
    #[error("CJDNS addresses cannot be dialled")]
    Cjdns,
    /// An address that stands for no single host: unspecified, broadcast or multicast.
    #[error("not the address of one host")]
    NotAHost,
    /// An IPv4 address, and only IPv6 is allowed.
    #[error("IPv4 is excluded")]
    Ipv4Excluded,
    /// An IPv6 address, and only IPv4 is allowed.
    #[error("IPv6 is excluded")]
    Ipv6Excluded,
    /// The address of a proxy that is no address of the internet.
    #[error("not an internet address")]
    NotInternet,
}

/// What is wrong with a SOCKS5 proxy.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProxyFailure {
    /// The proxy itself cannot be reached.
    #[error("{0}")]
    Dial(Box<DisconnectReason>),
    /// The connection to the proxy ended during the negotiation.
    #[error("closed the connection")]
    Closed,
    /// The answers are not SOCKS5.
    #[error("does not speak SOCKS5")]
    NotSocks5,
    /// The proxy demands credentials that we do not have.
    #[error("requires a user name and password")]
    Credentials,
    /// The proxy's rules forbid the connection.
    #[error("does not allow the connection")]
    NotAllowed,
    /// The proxy does not support the CONNECT command or host names.
    #[error("does not support the request")]
    NotSupported,
}

/// Why a working proxy cannot reach a peer (RFC 1928, section 6).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum ProxyReply {
    /// The peer refused the connection.
    #[error("connection refused")]
    Refused,
    /// The host cannot be reached.
    #[error("host unreachable")]
    HostUnreachable,
    /// The network cannot be reached.
    #[error("network unreachable")]
    NetworkUnreachable,
    /// The time to live expired.
    #[error("timed out")]
    TimedOut,
    /// The proxy gives no reason.
    #[error("failed without a reason")]
    General,
}

/// Why the key exchange of the v2 transport failed (BIP324).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum KeyExchangeFailure {
    /// No terminator arrived in time, or within the longest garbage that BIP324 allows. The peer may be on
    /// another network, as the terminator depends on it.
    #[error("no garbage terminator, as from a node on another network")]
    NoGarbageTerminator,
    /// The keys do not yield a shared secret.
    #[error("no shared secret")]
    NoSecret,
}
