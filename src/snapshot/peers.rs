//! Peers, as the screen may know them.

use super::PeerWorth;
use crate::event::{CommandTraffic, PeerId, Said};
use crate::util::time::Timestamp;
use std::time::Duration;

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

/// How alive a peer was within a minute: the worst of it.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LivenessSlot {
    /// It answered all the time.
    Live,
    /// A ping waited for more than 5 s.
    Late,
    /// It was not connected for at least a part of it.
    #[default]
    Gone,
}

/// A peer in detail.
#[derive(Clone, PartialEq, Debug)]
pub struct PeerDetail {
    /// Its row.
    pub row: PeerRow,
    /// What it is worth.
    pub worth: PeerWorth,
    /// How alive it was in each of the last minutes, oldest first, the one under way included; at
    /// most 60, and none before the first contact.
    pub liveness: Vec<LivenessSlot>,
    /// How long its last answers to `getdata` took, oldest first; at most 128.
    pub answers: Vec<Duration>,
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
