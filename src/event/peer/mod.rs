//! What happens on the connection to one peer.

pub(super) mod disconnect;
pub(super) mod misbehaviour;
pub(super) mod traffic;

use self::disconnect::DisconnectReason;
use self::misbehaviour::Misbehaviour;
use self::traffic::Traffic;
use crate::address::PeerAddress;
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Services, Transaction, TxHash};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Identifies an address that is or was dialled; redials keep it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PeerId(pub u64);

/// What a connection is for (Core: `ConnectionType`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConnectionKind {
    /// To a peer that the user named; kept however useful it is, and redialled.
    Manual,
    /// To an address that the address manager chose; replaced by another one when it ends.
    Outbound,
    /// To a DNS seed behind a proxy, for its addresses only.
    AddrFetch,
    /// To a peer that answers BIP35 `mempool`, for its whole-mempool list only.
    MempoolFetch,
}

impl ConnectionKind {
    /// Whether the connection ends after one answer, so that it is no lasting peer.
    pub const fn is_short_lived(self) -> bool {
        match self {
            Self::Manual | Self::Outbound => false,
            Self::AddrFetch | Self::MempoolFetch => true,
        }
    }
}

/// What happened on the connection to one peer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PeerEvent {
    /// A connection is being opened.
    Dialling {
        /// Address of the peer.
        address: PeerAddress,
        /// What the connection is for.
        kind: ConnectionKind,
        /// Number of attempts in a row, this one included.
        attempt: u32,
    },
    /// The connection is open; the handshake begins.
    Connected {
        /// Format of the bytes on the connection.
        transport: Transport,
    },
    /// The handshake is done.
    Ready(Box<PeerInfo>),
    /// A ping was sent; its pong is awaited.
    Pinged,
    /// The pong arrived.
    Pong {
        /// Time from the ping to its pong.
        rtt: Duration,
    },
    /// The pong arrived, but behind a bulk transfer, so its time says nothing about latency.
    DelayedPong,
    /// The peer announced transactions.
    Announced {
        /// The transactions that are known or will be requested, in the order of the announcement.
        txs: Vec<TxHash>,
        /// Number of entries in the announcement.
        count: usize,
    },
    /// The peer announced a block.
    BlockAnnounced {
        /// Hash of the block.
        hash: BlockHash,
        /// Kind of the announcement.
        by: BlockAnnouncement,
    },
    /// Transactions were requested from the peer.
    Requested {
        /// Number of transactions.
        count: usize,
    },
    /// A requested transaction arrived; it is well-formed.
    Transaction {
        /// The transaction.
        tx: Arc<Transaction>,
        /// Time from our `getdata` to its arrival.
        answered_after: Duration,
    },
    /// A transaction arrived that no peer had announced: it was requested by txid as another transaction's
    /// unconfirmed parent.
    Parent {
        /// The parent.
        tx: Arc<Transaction>,
    },
    /// A part of the peer's whole-mempool list arrived (BIP35). A list is in the order in which the peer
    /// would announce its transactions, and says nothing about relay.
    Listed {
        /// The transactions, in the order of the list.
        txs: Vec<TxHash>,
        /// Whether this part completes the list.
        is_complete: bool,
    },
    /// A listed transaction arrived. It was requested from this peer, which may never have announced it.
    Bootstrapped {
        /// The transaction.
        tx: Arc<Transaction>,
    },
    /// The peer answered `notfound` for transactions that it had announced.
    NotFound {
        /// Number of transactions.
        count: usize,
    },
    /// Requests for transactions timed out.
    RequestTimedOut {
        /// Number of transactions.
        count: usize,
    },
    /// The peer set its fee filter (BIP133): it requests no announcements below this fee rate.
    FeeFilter {
        /// In sat/kvB.
        sat_per_kvb: u64,
    },
    /// The peer sent addresses of other peers.
    Addresses {
        /// Number of addresses.
        count: usize,
    },
    /// The peer misbehaved in a way that does not end the connection.
    Tolerated(Misbehaviour),
    /// Traffic on the connection since the last `Traffic` event.
    Traffic(Arc<Traffic>),
    /// The connection, or the attempt to open it, ended.
    Disconnected {
        /// Why it ended.
        reason: DisconnectReason,
        /// When the address is redialled; `None` if it never is.
        retry_at: Option<Timestamp>,
    },
}

/// How a peer announces a block. Only compare times of announcements of the same kind: they differ in length,
/// and a node sends some kinds before validating the block and others after.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum BlockAnnouncement {
    /// The hash, in an `inv`.
    Inv,
    /// The header (BIP130).
    Headers,
    /// An unrequested compact block: high-bandwidth mode (BIP152).
    Compact,
}

/// The format of the bytes on a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transport {
    /// Unencrypted.
    V1,
    /// Encrypted (BIP324).
    V2 {
        /// Session id, the same on both ends.
        session_id: [u8; 32],
    },
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V1 => f.write_str("v1"),
            Self::V2 { .. } => f.write_str("v2"),
        }
    }
}

/// What a peer says about itself in the handshake.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeerInfo {
    /// Protocol version.
    pub version: i32,
    /// Service bits.
    pub services: Services,
    /// User agent, cleaned (see [`crate::util::text::clean`]).
    pub user_agent: String,
    /// Height of its best block at the time of the handshake.
    pub start_height: i32,
    /// Whether it relays transactions; if not, it is a blocks-only peer.
    pub relay: bool,
    /// Its clock minus ours, in s, by the timestamp in its `version`.
    pub clock_offset: i64,
    /// Whether it announces transactions by wtxid (BIP339).
    pub wtxid_relay: bool,
}

/// What is wrong with data from a peer. Valid data at the wrong time, unrequested or too often are only
/// misbehaviour, and a peer that does not answer sends no data.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum InvalidData {
    /// The bytes belong to another network, or do not come from a Bitcoin node.
    WrongMagic,
    /// A message whose checksum is wrong.
    BadChecksum,
    /// A v2 packet that fails its authentication.
    NotAuthentic,
    /// A message, or a list in one, that is longer than the protocol allows.
    TooLong,
    /// A message that does not parse.
    Malformed,
    /// A transaction that no block can contain.
    Transaction,
    /// A block, a header or a compact block that breaks a consensus rule or cannot be completed.
    Block,
    /// A whole-mempool list that is made up.
    MempoolList,
}

impl InvalidData {
    /// What is wrong with the data that led to `event`, if anything.
    pub const fn of(event: &PeerEvent) -> Option<Self> {
        match event {
            PeerEvent::Tolerated(misbehaviour) => Self::of_misbehaviour(misbehaviour),
            PeerEvent::Disconnected { reason, .. } => Self::of_ending(reason),
            _ => None,
        }
    }

    const fn of_ending(reason: &DisconnectReason) -> Option<Self> {
        match reason {
            DisconnectReason::Misbehaved(misbehaviour) => Self::of_misbehaviour(misbehaviour),
            DisconnectReason::WrongMagic(_) => Some(Self::WrongMagic),
            DisconnectReason::MessageTooLong(_) => Some(Self::TooLong),
            DisconnectReason::NotAuthentic => Some(Self::NotAuthentic),
            _ => None,
        }
    }

    const fn of_misbehaviour(misbehaviour: &Misbehaviour) -> Option<Self> {
        match misbehaviour {
            Misbehaviour::BadChecksum(_) => Some(Self::BadChecksum),
            Misbehaviour::Malformed { .. } | Misbehaviour::NoCommand => Some(Self::Malformed),
            Misbehaviour::TooManyEntries { .. } => Some(Self::TooLong),
            Misbehaviour::InvalidTransaction(_) => Some(Self::Transaction),
            Misbehaviour::InvalidBlock(_) => Some(Self::Block),
            Misbehaviour::MempoolListTooLong
            | Misbehaviour::MempoolListRepeats
            | Misbehaviour::MempoolListMadeUp => Some(Self::MempoolList),
            Misbehaviour::BeforeHandshake(_)
            | Misbehaviour::AfterHandshake(_)
            | Misbehaviour::SecondVersion
            | Misbehaviour::UnexpectedPong
            | Misbehaviour::UnrequestedTransaction
            | Misbehaviour::UnrequestedBlock
            | Misbehaviour::TooManyAnnouncements { .. } => None,
        }
    }
}
