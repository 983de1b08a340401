//! The figures of a peer: latency, relay and honesty.

use crate::address::AutonomousSystem;
use crate::address::netgroup::NetGroup;
use crate::event::{AddressNetwork, Transport};
use crate::util::share::share;
use std::sync::Arc;
use std::time::Duration;

/// All figures of a peer.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct PeerStats {
    /// The network of the address; `None` if the address is a host name.
    pub network: Option<AddressNetwork>,
    /// The address range that a single operator probably controls, e.g. `203.0/16` (Core: `NetGroupManager`).
    pub netgroup: Option<NetGroup>,
    /// The autonomous system of the address, if a database has it.
    pub autonomous_system: Option<AutonomousSystem>,
    /// The sensor that the peer belongs to, if any.
    pub sensor: Option<Arc<str>>,
    /// The transport, while the peer is connected.
    pub transport: Option<Transport>,
    /// The age of the connection.
    pub connected_for: Option<Duration>,
    /// The number of dials.
    pub dials: u32,
    /// Round-trip times of pings.
    pub ping: PingFigures,
    /// Answer times of `getdata`.
    pub answer: AnswerFigures,
    /// The relay counts of the last ten minutes.
    pub recent: RelayCounts,
    /// The relay counts since the first contact.
    pub all: RelayCounts,
    /// The median lag behind the first announcer of a transaction, over the last 128 announcements of
    /// transactions that arrived; zero where the peer was first. Nodes delay announcements by 5 s on
    /// average, so a single value, or a difference below that, means nothing.
    pub lag: Option<Duration>,
    /// The fee filter, in sat/kvB (BIP133).
    pub fee_filter: Option<u64>,
    /// The number of changes of the fee filter within a connection.
    pub fee_filter_changes: u32,
    /// The peer's clock minus ours, in s.
    pub clock_offset: Option<i64>,
    /// The height of the peer's best block at the handshake, as claimed.
    pub start_height: Option<i32>,
    /// The height of the best block on our chain that the peer is known to have.
    pub best_height: Option<u32>,
    /// The median lead, in ms, over the next announcer of a block that used the same message (`inv`,
    /// `headers`, `cmpctblock`); negative if behind the first. Over the last 16 blocks.
    pub block_lead: Option<i64>,
    /// The bytes received from the peer.
    pub bytes_received: u64,
    /// The bytes sent to the peer.
    pub bytes_sent: u64,
    /// The number of announcements that were dropped and not requested because too many others had not
    /// arrived.
    pub dropped: u64,
    /// The number of times that the peer sent invalid data, whether tolerated or not.
    pub invalid: u64,
    /// The number of protocol violations that were tolerated.
    pub tolerated: u64,
}

/// Round-trip times of pings.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct PingFigures {
    /// The last ping of the present connection.
    pub last: Option<Duration>,
    /// The shortest ping of all.
    pub min: Option<Duration>,
    /// The median of the last 120.
    pub median: Option<Duration>,
    /// The 95th percentile of the last 120.
    pub p95: Option<Duration>,
    /// The mean difference of consecutive pings among the last 120.
    pub jitter: Option<Duration>,
}

/// Times from a `getdata` to its answer.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct AnswerFigures {
    /// The median of the last 128.
    pub median: Option<Duration>,
    /// The 95th percentile of the last 128.
    pub p95: Option<Duration>,
    /// The median minus the median ping: the time that the peer itself takes.
    pub over_ping: Option<Duration>,
}

/// Counts of a peer's part in the relay of transactions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct RelayCounts {
    /// Entries in the peer's announcements.
    pub announced: u64,
    /// Entries that the peer had announced before.
    pub repeated: u64,
    /// Announced transactions that arrived, from any peer.
    pub confirmed: u64,
    /// Announced transactions that arrived and that the peer announced first.
    pub first: u64,
    /// Announced transactions that arrived and that no other peer announced.
    pub only: u64,
    /// Transactions requested from the peer.
    pub requested: u64,
    /// Transactions that the peer sent.
    pub served: u64,
    /// Requests that the peer answered with `notfound`.
    pub not_found: u64,
    /// Requests that timed out.
    pub timed_out: u64,
}

impl RelayCounts {
    /// The share (0–1) of announced transactions that arrived which the peer announced first.
    pub fn first_share(&self) -> Option<f32> {
        share(self.first, self.confirmed)
    }

    /// The share (0–1) of the peer's announcements that were duplicates.
    pub fn repeated_share(&self) -> Option<f32> {
        share(self.repeated, self.announced)
    }

    /// The share (0–1) of requests that the peer answered with `notfound`.
    pub fn not_found_rate(&self) -> Option<f32> {
        share(self.not_found, self.requested)
    }

    /// The number of requests that the peer did not serve.
    pub fn unserved(&self) -> u64 {
        self.not_found.saturating_add(self.timed_out)
    }
}
