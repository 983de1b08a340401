//! Why connections end, and what is held against a peer.

use std::time::Duration;

/// Why a connection, or the attempt at one, ended. The text is what the screen shows.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DisconnectReason {
    /// The name did not resolve.
    #[error("{0} does not resolve")]
    NameNotResolved(String),
    /// The peer's host refused the connection.
    #[error("connection refused")]
    Refused,
    /// The connection did not open in time.
    #[error("no answer to the dial in {} s", .0.as_secs())]
    DialTimeout(Duration),
    /// The system says that there is no way.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// The handshake took too long.
    #[error("handshake not done in {} s", .0.as_secs())]
    HandshakeTimeout(Duration),
    /// The proxy cannot be reached, or refuses to serve us.
    #[error("proxy {proxy}: {why}")]
    Proxy {
        /// Its `host:port`.
        proxy: String,
        /// What is wrong with it.
        why: String,
    },
    /// The proxy works, and says that it cannot reach the peer.
    #[error("unreachable by the proxy: {0}")]
    UnreachableByProxy(&'static str),
    /// There is no way to an address of this network from here.
    #[error("{0}")]
    NoRoute(&'static str),
    /// The peer is of no use to us; another takes its place.
    #[error("not useful: {0}")]
    NotUseful(Uselessness),
    /// It was asked for addresses, and for nothing else.
    #[error("told its addresses")]
    AddressesTold,
    /// It was asked for addresses, and told none in time.
    #[error("told no addresses")]
    NoAddresses,
    /// The peer does not understand the v2 transport, and the user wants no other.
    #[error("does not speak the v2 transport")]
    SpeaksV1,
    /// The keys of the v2 transport could not be agreed on.
    #[error("key exchange failed: {0}")]
    KeyExchange(&'static str),
    /// We dialled ourselves.
    #[error("connected to ourselves")]
    SelfConnection,
    /// The peer's protocol version is too old.
    #[error("protocol version {0} is too old")]
    VersionTooOld(i32),
    /// No pong came in time.
    #[error("ping timeout")]
    PingTimeout,
    /// The peer closed the connection.
    #[error("closed by the peer")]
    ClosedByPeer,
    /// The peer closed the connection in the middle of a message.
    #[error("closed by the peer inside a message")]
    ClosedInsideMessage,
    /// The system reports an error on the connection.
    #[error("connection lost: {0}")]
    Io(String),
    /// The bytes belong to another network or to no Bitcoin node.
    #[error("wrong magic {}", hex4(*.0))]
    WrongMagic([u8; 4]),
    /// A message is longer than the protocol allows, in bytes.
    #[error("message of {0} bytes is too long")]
    MessageTooLong(u32),
    /// A packet of the v2 transport was not made by the one with whom the keys were exchanged.
    #[error("a packet fails its authentication")]
    NotAuthentic,
    /// The peer broke a rule that Core punishes as well.
    #[error("{0}")]
    Misbehaved(Misbehaviour),
    /// The peer takes nothing off its socket.
    #[error("does not read")]
    NotReading,
    /// The program ends.
    #[error("shutting down")]
    ShuttingDown,
}

/// Why an honest peer is of no use to a watcher of the mempool.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum Uselessness {
    /// It takes no part in the relay of transactions.
    #[error("blocks only, no transactions")]
    BlocksOnly,
    /// It serves no witnesses (BIP144).
    #[error("serves no witnesses")]
    NoWitness,
    /// It is still in its initial block download.
    #[error("in initial block download")]
    InitialBlockDownload,
}

/// What a peer did wrong. Most of it is tolerated and counted, as Core does.
#[derive(Clone, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum Misbehaviour {
    /// The checksum of a message was wrong; the message was dropped.
    #[error("bad checksum on {0}")]
    BadChecksum(String),
    /// A message did not parse; it was dropped.
    #[error("malformed {command}: {why}")]
    Malformed {
        /// Which message.
        command: &'static str,
        /// Why it did not parse.
        why: String,
    },
    /// A list is longer than the protocol allows.
    #[error("{command} with {count} entries")]
    TooManyEntries {
        /// Which message.
        command: &'static str,
        /// How many entries.
        count: u64,
    },
    /// A message before its turn in the handshake.
    #[error("{0} before the handshake is done")]
    BeforeHandshake(String),
    /// A message that has its place in the handshake only.
    #[error("{0} after the handshake")]
    AfterHandshake(&'static str),
    /// A second `version`.
    #[error("second version message")]
    SecondVersion,
    /// A pong that answers none of our pings.
    #[error("pong without a ping")]
    UnexpectedPong,
    /// A transaction that we had not asked this peer for.
    #[error("transaction not asked for")]
    UnrequestedTransaction,
    /// A block that we had not asked this peer for.
    #[error("block not asked for")]
    UnrequestedBlock,
    /// A transaction that no block can contain.
    #[error("invalid transaction: {0}")]
    InvalidTransaction(String),
    /// A block or header whose proof of work, merkle root or link is wrong.
    #[error("invalid block: {0}")]
    InvalidBlock(String),
    /// More announcements than we keep for one peer.
    #[error("announces more than we track")]
    TooManyAnnouncements,
}

fn hex4(bytes: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(bytes))
}
