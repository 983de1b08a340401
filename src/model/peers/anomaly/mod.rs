//! Anomalies: what is unusual about a peer, compared with its past or with the other peers.
//!
//! Invalid and unrequested data are reported when they arrive (see [`Misbehaviour`]); anomalies show only in
//! the statistics.
//!
//! [`Misbehaviour`]: crate::event::Misbehaviour

use crate::event::PeerId;
use crate::util::percentile::percentile;
use crate::util::time::Timestamp;
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::time::Duration;

/// The time between two checks of all peers: short compared with every duration below, long compared with
/// checking a thousand peers.
const CHECK_EVERY: Duration = Duration::from_secs(10);

/// With fewer peers, medians are meaningless.
const MIN_PEERS: usize = 3;

/// With fewer pings, the usual latency is unknown.
const MIN_PINGS: usize = 12;

/// Latency has jumped when the median of the last five pings is this many times the usual one: rerouting
/// across the world triples a usual 80 ms.
const LATENCY_FACTOR: u32 = 4;

/// Latency below this is never an anomaly: a busy host may need this long occasionally.
const LATENCY_FLOOR: Duration = Duration::from_millis(500);

/// Every peer is one block behind for seconds, and a peer on the losing side of a fork until the next block.
const BLOCKS_BEHIND: u32 = 2;

/// How long a peer must be behind: a block reaches every peer within seconds, and the mean time between
/// blocks is ten minutes.
const BEHIND_FOR: Duration = Duration::from_mins(10);

/// The largest normal clock offset, in s: when Core still adjusted its time to its peers, it ignored clocks
/// beyond this (`DEFAULT_MAX_TIME_ADJUSTMENT`).
const MAX_CLOCK_OFFSET: u64 = 70 * 60;

/// Fee filters of 100 and of 1,000 sat/kvB are both defaults of Core, since and before version 30: only a
/// larger factor is an anomaly.
const FEE_FACTOR: u64 = 10;

/// The most announcements in a minute. Core sends at most 1,000 at a time (`INVENTORY_BROADCAST_MAX`), to
/// an inbound peer like us every 5 s on average (`INBOUND_INVENTORY_BROADCAST_INTERVAL`).
const FLOOD: u64 = 12_000;

/// By then a peer has announced its initial backlog, such as its whole mempool at our request.
const SETTLED_AFTER: Duration = Duration::from_mins(5);

/// An anomaly of a peer, with the figures that show it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anomaly {
    /// Pings take much longer than usual.
    LatencyJump {
        /// Median of the last five pings.
        ping: Duration,
        /// Median of the last 120.
        usual: Duration,
    },
    /// The peer does not have the last blocks.
    StaleTip {
        /// Height of the peer's best block.
        height: u32,
        /// The median height of all peers.
        others: u32,
    },
    /// The peer's clock is wrong.
    ClockOffset {
        /// The peer's clock minus the peers' median, in s; minus ours if there are few peers.
        seconds: i64,
    },
    /// The peer's fee filter differs much from the others'.
    FeeFilter {
        /// The peer's fee filter, in sat/kvB.
        sat_per_kvb: u64,
        /// Median of all peers, in sat/kvB.
        others: u64,
    },
    /// The peer announces more than Core ever does.
    InvFlood {
        /// Announcements in the last minute.
        per_minute: u64,
    },
}

/// The kind of an anomaly.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum AnomalyKind {
    LatencyJump,
    StaleTip,
    ClockOffset,
    FeeFilter,
    InvFlood,
}

impl Anomaly {
    /// Returns the kind of the anomaly.
    pub(crate) const fn kind(self) -> AnomalyKind {
        match self {
            Self::LatencyJump { .. } => AnomalyKind::LatencyJump,
            Self::StaleTip { .. } => AnomalyKind::StaleTip,
            Self::ClockOffset { .. } => AnomalyKind::ClockOffset,
            Self::FeeFilter { .. } => AnomalyKind::FeeFilter,
            Self::InvFlood { .. } => AnomalyKind::InvFlood,
        }
    }
}

impl AnomalyKind {
    const ALL: [Self; 5] =
        [Self::LatencyJump, Self::StaleTip, Self::ClockOffset, Self::FeeFilter, Self::InvFlood];

    /// How long the figures must be unusual before they are an anomaly.
    const fn min_duration(self) -> Duration {
        match self {
            Self::StaleTip => BEHIND_FOR,
            _ => Duration::ZERO,
        }
    }
}

/// The figures of a live peer that are checked.
#[derive(Clone, Default, Debug)]
pub(crate) struct Figures {
    /// Number of pings kept.
    pub(crate) pings: usize,
    /// Median of the last five pings.
    pub(crate) ping: Option<Duration>,
    /// Median of all pings kept.
    pub(crate) usual_ping: Option<Duration>,
    /// Height of its best block.
    pub(crate) height: Option<u32>,
    /// Its clock minus ours, in s.
    pub(crate) clock_offset: Option<i64>,
    /// Its fee filter, in sat/kvB.
    pub(crate) fee_floor: Option<u64>,
    /// Entries in its announcements in the last whole minute.
    pub(crate) announced: u64,
    /// Age of the connection.
    pub(crate) connected_for: Duration,
}

/// Medians over all live peers.
#[derive(Clone, Copy, Default, Debug)]
struct Medians {
    clock_offset: Option<i64>,
    height: Option<u32>,
    fee_floor: Option<u64>,
}

/// The outcome of a check.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Verdict {
    /// Beyond the threshold.
    Unusual(Anomaly),
    /// Between the thresholds: neither starts nor ends an anomaly.
    Between,
    /// Clearly normal.
    Normal,
}

/// Active and suspected anomalies, by peer. Each is reported once, and again only after its figure was
/// clearly normal in between.
#[derive(Debug, Default)]
pub(crate) struct AnomalyDetector {
    next_check: Timestamp,
    states: HashMap<(PeerId, AnomalyKind), State, RandomState>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Suspected { since: Timestamp },
    Reported,
}

impl AnomalyDetector {
    /// Whether it is time for another check.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        now >= self.next_check
    }

    /// Checks all live peers; returns the anomalies that are new.
    pub(crate) fn check(&mut self, now: Timestamp, peers: &[(PeerId, Figures)]) -> Vec<(PeerId, Anomaly)> {
        self.next_check = now + CHECK_EVERY;
        let medians = Medians::of(peers);
        let mut states = HashMap::default();
        let mut found = Vec::new();
        for (id, figures) in peers {
            for kind in AnomalyKind::ALL {
                let known = self.states.get(&(*id, kind)).copied();
                let state = match (judge(kind, figures, &medians), known) {
                    (Verdict::Normal, _) | (Verdict::Between, None) => continue,
                    (Verdict::Between, Some(state))
                    | (Verdict::Unusual(_), Some(state @ State::Reported)) => state,
                    (Verdict::Unusual(anomaly), known) => {
                        let since = match known {
                            Some(State::Suspected { since }) => since,
                            _ => now,
                        };
                        if now.since(since) < kind.min_duration() {
                            State::Suspected { since }
                        } else {
                            found.push((*id, anomaly));
                            State::Reported
                        }
                    }
                };
                states.insert((*id, kind), state);
            }
        }
        self.states = states;
        found
    }
}

impl Medians {
    fn of(peers: &[(PeerId, Figures)]) -> Self {
        Self {
            clock_offset: median(peers.iter().filter_map(|(_, figures)| figures.clock_offset)),
            height: median(peers.iter().filter_map(|(_, figures)| figures.height)),
            fee_floor: median(peers.iter().filter_map(|(_, figures)| figures.fee_floor)),
        }
    }
}

fn median<T: Ord + Copy>(values: impl Iterator<Item = T>) -> Option<T> {
    let values: Vec<T> = values.collect();
    percentile(values.iter().copied(), 50).filter(|_| values.len() >= MIN_PEERS)
}

fn judge(kind: AnomalyKind, peer: &Figures, medians: &Medians) -> Verdict {
    match kind {
        AnomalyKind::LatencyJump => latency(peer),
        AnomalyKind::StaleTip => stale_tip(peer.height.zip(medians.height)),
        AnomalyKind::ClockOffset => clock(peer.clock_offset, medians.clock_offset),
        AnomalyKind::FeeFilter => fee_filter(peer.fee_floor.zip(medians.fee_floor)),
        AnomalyKind::InvFlood => inv_flood(peer),
    }
}

fn latency(peer: &Figures) -> Verdict {
    let Some((ping, usual)) = peer.ping.zip(peer.usual_ping).filter(|_| peer.pings >= MIN_PINGS) else {
        return Verdict::Normal;
    };
    if ping > usual.saturating_mul(LATENCY_FACTOR) && ping > LATENCY_FLOOR {
        Verdict::Unusual(Anomaly::LatencyJump { ping, usual })
    } else if ping > usual.saturating_mul(LATENCY_FACTOR / 2) && ping > LATENCY_FLOOR / 2 {
        Verdict::Between
    } else {
        Verdict::Normal
    }
}

fn stale_tip(heights: Option<(u32, u32)>) -> Verdict {
    match heights {
        Some((height, others)) if others.saturating_sub(height) >= BLOCKS_BEHIND => {
            Verdict::Unusual(Anomaly::StaleTip { height, others })
        }
        _ => Verdict::Normal,
    }
}

/// If most peers agree, our own clock is wrong.
fn clock(offset: Option<i64>, others: Option<i64>) -> Verdict {
    match offset.map(|offset| offset.saturating_sub(others.unwrap_or(0))) {
        Some(offset) if offset.unsigned_abs() > MAX_CLOCK_OFFSET => {
            Verdict::Unusual(Anomaly::ClockOffset { seconds: offset })
        }
        _ => Verdict::Normal,
    }
}

fn fee_filter(fees: Option<(u64, u64)>) -> Verdict {
    let Some((fee, others)) = fees else { return Verdict::Normal };
    let beyond = |factor| fee > others.saturating_mul(factor) || others > fee.saturating_mul(factor);
    if beyond(FEE_FACTOR) {
        Verdict::Unusual(Anomaly::FeeFilter { sat_per_kvb: fee, others })
    } else if beyond(FEE_FACTOR / 2) {
        Verdict::Between
    } else {
        Verdict::Normal
    }
}

fn inv_flood(peer: &Figures) -> Verdict {
    if peer.connected_for < SETTLED_AFTER || peer.announced <= FLOOD / 2 {
        Verdict::Normal
    } else if peer.announced <= FLOOD {
        Verdict::Between
    } else {
        Verdict::Unusual(Anomaly::InvFlood { per_minute: peer.announced })
    }
}

#[cfg(test)]
mod tests;
