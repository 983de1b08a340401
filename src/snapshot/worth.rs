//! What peers are worth, as the Peers screen may know it.

use super::{PeerRow, TxKey, Window};
use crate::event::{AddressNetwork, BookSize, PeerId};
use crate::snapshot::view::PeerSort;
use std::time::Duration;

/// The Peers screen.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct PeersScreen {
    /// The window of peers, in the order of `sort`.
    pub peers: Window<WorthRow>,
    /// What they are sorted by.
    pub sort: PeerSort,
    /// Peers that are not connected and were lost, or not reached, lately; the last one first; at
    /// most [`PeersScreen::LOST`].
    pub lost: Vec<LostPeer>,
    /// How many addresses the address book holds, by network; empty without an address book.
    pub book: Vec<BookSize>,
    /// Who of the window announced which of the last transactions.
    pub heat: HeatMap,
}

impl PeersScreen {
    /// How many lost peers are listed.
    pub const LOST: usize = 50;
}

/// One peer in the list of the Peers screen.
#[derive(Clone, PartialEq, Debug)]
pub struct WorthRow {
    /// Its row in the list of the overview.
    pub row: PeerRow,
    /// What it is worth.
    pub worth: PeerWorth,
}

/// What a peer is worth.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct PeerWorth {
    /// The network of its address; `None`: it has a name.
    pub network: Option<AddressNetwork>,
    /// The part of the network that its operator is likely to hold, e.g. `203.0/16`.
    pub netgroup: Option<String>,
    /// `v1` or `v2`, while it is connected.
    pub transport: Option<String>,
    /// For how long it has been connected.
    pub connected_for: Option<Duration>,
    /// How often it was dialled.
    pub dials: u32,
    /// How long its pongs take.
    pub ping: PingFigures,
    /// How long its answers to `getdata` take.
    pub answer: AnswerFigures,
    /// Its part in the relay in the last ten minutes.
    pub recent: RelayCounts,
    /// Its part in the relay since the first contact.
    pub all: RelayCounts,
    /// The median time by which it announces a transaction after the first one who does, over the
    /// last 128 of its announcements of transactions that came; zero for its own firsts. Nodes hold
    /// announcements back for 5 s on average: a single value, or a difference of less, means nothing.
    pub lag: Option<Duration>,
    /// Its fee filter, in sat/kvB.
    pub fee_filter: Option<u64>,
    /// How often its fee filter changed.
    pub fee_filter_changes: u32,
    /// Its clock minus ours, in s.
    pub clock_offset: Option<i64>,
    /// The height of its best block when it connected.
    pub start_height: Option<i32>,
    /// The height of the best block that it is known to have, of those on our best chain.
    pub best_height: Option<u32>,
    /// The median time, in ms, by which it announced blocks before the next best announcer of the
    /// same kind (`inv`, header, compact block); negative: after the best. Over the last 16 blocks.
    pub block_lead: Option<i64>,
    /// Bytes that it sent us.
    pub bytes_received: u64,
    /// Bytes that we sent it.
    pub bytes_sent: u64,
    /// What it did wrong without being dropped, counted.
    pub tolerated: u64,
}

/// How long pongs take.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct PingFigures {
    /// The last one of this connection.
    pub last: Option<Duration>,
    /// The shortest one of all.
    pub min: Option<Duration>,
    /// The median of the last 120.
    pub median: Option<Duration>,
    /// Of the last 120, 95 % took no longer.
    pub p95: Option<Duration>,
    /// The mean difference of neighbours among the last 120.
    pub jitter: Option<Duration>,
}

/// How long answers to `getdata` take.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct AnswerFigures {
    /// The median of the last 128.
    pub median: Option<Duration>,
    /// Of the last 128, 95 % took no longer.
    pub p95: Option<Duration>,
    /// What the median takes longer than the median ping: the time that the peer needs itself.
    pub over_ping: Option<Duration>,
}

/// A part in the relay of transactions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct RelayCounts {
    /// Entries in its announcements.
    pub announced: u64,
    /// Entries that it had announced before.
    pub repeated: u64,
    /// Transactions that it announced, and that came, from whomever.
    pub confirmed: u64,
    /// Of these, those that it announced first.
    pub first: u64,
    /// Of these, those that nobody else has announced.
    pub only: u64,
    /// Transactions that we asked it for.
    pub requested: u64,
    /// Transactions that it sent.
    pub served: u64,
    /// Transactions that it announced and did not have when asked.
    pub not_found: u64,
    /// Transactions that it was asked for in vain.
    pub timed_out: u64,
}

impl RelayCounts {
    /// Of the transactions that it announced and that came: the share that it announced first, 0–1.
    pub fn first_share(&self) -> Option<f32> {
        share(self.first, self.confirmed)
    }

    /// The share of its announcements that said nothing new, 0–1.
    pub fn repeated_share(&self) -> Option<f32> {
        share(self.repeated, self.announced)
    }

    /// Of the transactions that it was asked for: the share that it did not have, 0–1.
    pub fn not_found_rate(&self) -> Option<f32> {
        share(self.not_found, self.requested)
    }

    /// Transactions that it announced and never served, although it was asked.
    pub fn unserved(&self) -> u64 {
        self.not_found.saturating_add(self.timed_out)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share is shown with three digits")]
fn share(part: u64, whole: u64) -> Option<f32> {
    (whole > 0).then(|| part as f32 / whole as f32)
}

/// A peer that is not connected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LostPeer {
    /// Which.
    pub id: PeerId,
    /// `address:port`.
    pub address: String,
    /// Why its last connection or attempt ended.
    pub reason: String,
    /// Since when.
    pub lost_for: Duration,
    /// The time until the next attempt; `None`: there will be none.
    pub retry_in: Option<Duration>,
}

/// Who announced which of the last transactions.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct HeatMap {
    /// The last transactions in the order of their arrival; at most [`HeatMap::TRANSACTIONS`].
    pub transactions: Vec<TxKey>,
    /// For each row of the window of peers, a cell for each of the transactions.
    pub rows: Vec<Vec<HeatCell>>,
}

impl HeatMap {
    /// How many transactions it covers.
    pub const TRANSACTIONS: usize = 50;
}

/// Whether and when a peer announced a transaction.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum HeatCell {
    /// It did not.
    #[default]
    Silent,
    /// It was the first.
    First,
    /// Within 1 s after the first.
    Within1s,
    /// Within 5 s: the mean delay of announcements in Core.
    Within5s,
    /// Within 15 s: what 95 % of such delays stay below.
    Within15s,
    /// Later.
    Later,
}
