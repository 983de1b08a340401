//! Peers, as the screen may know them.

use super::{Liveness, LivenessSlot, PeerStats};
use crate::event::{CommandTraffic, PeerId, RecentMessage};
use crate::util::time::Timestamp;
use std::time::Duration;

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

/// A peer in detail.
#[derive(Clone, PartialEq, Debug)]
pub struct PeerDetail {
    /// Its row.
    pub row: PeerRow,
    /// What it is worth.
    pub worth: PeerStats,
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
    pub conversation: Vec<RecentMessage>,
}
