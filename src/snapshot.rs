//! What the screen may know: bounded plain data.
//!
//! Its size depends on the window that the [`View`](crate::view::View) asks for, never on the size
//! of the mempool.

use crate::chain::Network;
use crate::event::{CommandTraffic, PeerId, Said, Tip};
use crate::time::Timestamp;
use crate::wire::{Txid, Wtxid};
use std::time::Duration;

/// One moment of the model.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Snapshot {
    /// When it was taken.
    pub time: Timestamp,
    /// Which network is watched.
    pub network: Network,
    /// Whether the peers are the demo's.
    pub demo: bool,
    /// How well things go.
    pub health: Health,
    /// The figures of the title and the boxes.
    pub totals: Totals,
    /// Transactions per second, one value per second, oldest first (last 60 s).
    pub tx_rate: Vec<f32>,
    /// Bytes received per second, one value per second, oldest first (last 60 s).
    pub download_rate: Vec<f32>,
    /// Bytes sent per second, one value per second, oldest first (last 60 s).
    pub upload_rate: Vec<f32>,
    /// Transactions in the mempool, one value per 10 s, oldest first (last 10 min).
    pub mempool_size: Vec<f32>,
    /// The window of peers.
    pub peers: Window<PeerRow>,
    /// The window of transactions, newest first.
    pub transactions: Window<TransactionRow>,
    /// Transactions that arrived in equal slices of the last 10 min, oldest first; the last slice is
    /// under way. Slices are whole seconds, so there may be fewer than the view asks for.
    pub arrival: Vec<u32>,
    /// What happened, newest first.
    pub events: Vec<EventLine>,
    /// What the view has open.
    pub detail: Option<Detail>,
}

/// How well things go.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub enum Health {
    /// Nothing is connected yet, but it is early.
    #[default]
    Connecting,
    /// At least one peer is live.
    Live,
    /// Peers are connected, but none has said anything for a while.
    Stale {
        /// How long.
        silent_for: Duration,
    },
    /// Nobody can be reached.
    Unreachable {
        /// What failed and what to try, one line each.
        advice: Vec<String>,
    },
}

/// The figures of the title and the boxes.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Totals {
    /// Peers whose handshake is done.
    pub peers_live: usize,
    /// The median of the live peers' last pings.
    pub median_ping: Option<Duration>,
    /// The end of the best chain.
    pub tip: Option<Tip>,
    /// Transactions held.
    pub transactions: usize,
    /// Their virtual size, in vB.
    pub vsize: u64,
    /// Bytes that the model accounts for them (see `--max-mempool`).
    pub memory: u64,
    /// Transactions dropped for want of memory, since the start.
    pub dropped: u64,
    /// Transactions received since the start.
    pub received: u64,
    /// Bytes received since the start.
    pub bytes_received: u64,
    /// Bytes sent since the start.
    pub bytes_sent: u64,
    /// The lowest and the highest fee filter of the live peers, in sat/kvB.
    pub fee_floor: Option<(u64, u64)>,
    /// The share of the last block's transactions (its coinbase aside) that we had seen before, 0–1.
    pub seen_before_block: Option<f32>,
    /// The share of the held transactions whose fee is known, 0–1; `None` without transactions.
    pub fee_coverage: Option<f32>,
}

/// A part of a list.
#[derive(Clone, PartialEq, Debug)]
pub struct Window<T> {
    /// The length of the whole list.
    pub total: usize,
    /// The index of the first row, where it is known.
    pub offset: Option<usize>,
    /// Whether anything stands above the first row.
    pub more_above: bool,
    /// Whether anything stands below the last row.
    pub more_below: bool,
    /// The rows.
    pub rows: Vec<T>,
    /// Which of the rows is selected.
    pub selected: Option<usize>,
}

impl<T> Default for Window<T> {
    fn default() -> Self {
        Self {
            total: 0,
            offset: None,
            more_above: false,
            more_below: false,
            rows: Vec::new(),
            selected: None,
        }
    }
}

/// How alive a peer is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Liveness {
    /// A connection is being opened.
    Dialling {
        /// For how long.
        elapsed: Duration,
        /// How many attempts in a row.
        attempt: u32,
    },
    /// The connection is open and the handshake is under way.
    Handshake {
        /// For how long.
        elapsed: Duration,
    },
    /// It answers.
    Live,
    /// A ping has waited for more than 5 s.
    Late {
        /// For how long.
        waiting: Duration,
    },
    /// It is gone.
    Gone {
        /// Why.
        reason: String,
        /// The time until the next attempt; `None`: there will be none.
        retry_in: Option<Duration>,
    },
}

/// One peer in the list.
#[derive(Clone, PartialEq, Debug)]
pub struct PeerRow {
    /// Which.
    pub id: PeerId,
    /// `address:port`.
    pub address: String,
    /// How alive it is.
    pub liveness: Liveness,
    /// Its software; empty before the handshake.
    pub user_agent: String,
    /// Whether it takes no part in the relay of transactions.
    pub blocks_only: bool,
    /// The last ping.
    pub ping: Option<Duration>,
    /// The shortest ping.
    pub ping_min: Option<Duration>,
    /// The last pings, oldest first; at most 16.
    pub pings: Vec<Duration>,
    /// Transactions that it announced.
    pub announced: u64,
    /// Transactions that it sent us.
    pub served: u64,
}

/// Names a held transaction by its order of arrival.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TxKey(pub u64);

/// One transaction in the list.
#[derive(Clone, PartialEq, Debug)]
pub struct TransactionRow {
    /// Which.
    pub key: TxKey,
    /// Its name.
    pub txid: Txid,
    /// Since it was first announced.
    pub age: Duration,
    /// In vB.
    pub vsize: u32,
    /// The number of inputs.
    pub inputs: u32,
    /// The number of outputs.
    pub outputs: u32,
    /// The sum of the outputs, in sat.
    pub output_value: u64,
    /// In sat/vB; `None`: unknown.
    pub fee_rate: Option<f64>,
    /// How many of the live peers announced it.
    pub announced_by: usize,
    /// How many peers could have (live, and relaying).
    pub announcers: usize,
}

/// One line of the list of events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventLine {
    /// When.
    pub time: Timestamp,
    /// How grave.
    pub level: Level,
    /// What, cleaned.
    pub text: String,
}

/// How grave an event is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// It went well.
    Good,
    /// For your information.
    Info,
    /// Something is odd.
    Warning,
    /// Something was lost.
    Bad,
}

/// What the view has open.
#[derive(Clone, PartialEq, Debug)]
pub enum Detail {
    /// A peer.
    Peer(Box<PeerDetail>),
    /// A transaction.
    Transaction(Box<TransactionDetail>),
    /// What was open is no longer known (evicted, mined, forgotten).
    Gone(String),
}

/// A peer in detail.
#[derive(Clone, PartialEq, Debug)]
pub struct PeerDetail {
    /// Its row.
    pub row: PeerRow,
    /// `v1` or `v2`, and the session.
    pub transport: Option<String>,
    /// Its protocol version.
    pub version: Option<i32>,
    /// What it offers, by name.
    pub services: Vec<String>,
    /// The height of its best block when it connected.
    pub start_height: Option<i32>,
    /// Its clock minus ours, in s.
    pub clock_offset: Option<i64>,
    /// Whether it announces by wtxid.
    pub wtxid_relay: bool,
    /// Its fee filter, in sat/kvB.
    pub fee_filter: Option<u64>,
    /// For how long it has been connected.
    pub connected_for: Option<Duration>,
    /// How often it was dialled.
    pub dials: u32,
    /// The last pings with the time of each, oldest first; at most 120.
    pub pings: Vec<(Timestamp, Duration)>,
    /// `getdata` entries that it did not have.
    pub not_found: u64,
    /// Requests that it did not answer in time.
    pub timed_out: u64,
    /// What it did wrong without being dropped, with counts.
    pub tolerated: Vec<(String, u64)>,
    /// Past endings, newest first; at most 8.
    pub past: Vec<(Timestamp, String)>,
    /// Messages and bytes by command, both ways.
    pub traffic: Vec<CommandTraffic>,
    /// The last messages, oldest first.
    pub conversation: Vec<Said>,
}

/// A transaction in detail.
#[derive(Clone, PartialEq, Debug)]
pub struct TransactionDetail {
    /// Its row.
    pub row: TransactionRow,
    /// With the witness.
    pub wtxid: Wtxid,
    /// In weight units.
    pub weight: u32,
    /// The serialized size, in bytes.
    pub size: u32,
    /// Its version.
    pub version: u32,
    /// Its lock time.
    pub lock_time: u32,
    /// Whether it signals that it may be replaced (BIP125).
    pub replaceable: bool,
    /// The transactions that it replaced; at most [`TransactionDetail::LISTED`].
    pub replaces: Vec<Txid>,
    /// In sat; `None`: unknown.
    pub fee: Option<u64>,
    /// When it was first announced.
    pub first_seen: Timestamp,
    /// Its inputs; at most [`TransactionDetail::LISTED`].
    pub inputs: Vec<InputRow>,
    /// Its outputs; at most [`TransactionDetail::LISTED`].
    pub outputs: Vec<OutputRow>,
    /// Who announced it, first one first, with the delay after the first; at most
    /// [`TransactionDetail::LISTED`].
    pub announcements: Vec<(String, Duration)>,
}

impl TransactionDetail {
    /// How many inputs, outputs and so on are listed; the row tells how many there are.
    pub const LISTED: usize = 200;
}

/// An input in detail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InputRow {
    /// `txid:vout`.
    pub prevout: String,
    /// In sat, where the spent output is known.
    pub value: Option<u64>,
    /// The sequence number.
    pub sequence: u32,
    /// The number of items on its witness stack.
    pub witness_items: usize,
}

/// An output in detail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutputRow {
    /// In sat.
    pub value: u64,
    /// The kind of its script, e.g. `P2WPKH`.
    pub kind: &'static str,
    /// Its address, or the cleaned text of an `OP_RETURN`.
    pub text: String,
}
