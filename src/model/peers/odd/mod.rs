//! What is odd about a peer, by itself or against the others.
//!
//! Data that is invalid or was not asked for is odd by itself and told when it comes (see
//! `story`); what is here shows in the figures only.

use crate::event::PeerId;
use crate::model::peers::worth::percentile;
use crate::util::text::grouped;
use crate::util::time::Timestamp;
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::time::Duration;

/// The time between two looks at all peers: little against what is looked for, much against what a
/// look at a thousand of them costs.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// With fewer peers there is no majority to compare one with.
const CROWD: usize = 3;

/// With fewer pings nobody knows what is usual.
const PINGS_NEEDED: usize = 12;

/// Latency has jumped when the median of the last five pings is this many times the usual one:
/// another route across the world makes three times of a usual 80 ms.
const LATENCY_FACTOR: u32 = 4;

/// Below this no latency is worth a word: a busy host may need as much now and then.
const LATENCY_FLOOR: Duration = Duration::from_millis(500);

/// Behind by one block is everybody for seconds, and who is on the losing side of a tie until the
/// next block.
const BLOCKS_BEHIND: u32 = 2;

/// For how long a peer must be behind: a block takes seconds to reach everybody, and ten minutes are
/// the mean time between two.
const BEHIND_FOR: Duration = Duration::from_mins(10);

/// A clock that is off by more, in s, was ignored by Core when it still took the time from its peers
/// (`DEFAULT_MAX_TIME_ADJUSTMENT`).
const CLOCK_OFFSET: u64 = 70 * 60;

/// Fee filters of 100 and of 1,000 sat/kvB are both defaults of Core, before and since version 30:
/// only what differs by more is odd.
const FEE_FACTOR: u64 = 10;

/// Announcements in a minute. Core tells a peer at most 1,000 at a time (`INVENTORY_BROADCAST_MAX`),
/// and an inbound one like us every 5 s on average (`INBOUND_INVENTORY_BROADCAST_INTERVAL`).
const FLOOD: u64 = 12_000;

/// After this a peer has told what it had at the start, such as its whole mempool where we asked it
/// to.
const SETTLED_AFTER: Duration = Duration::from_mins(5);

/// What may be odd.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Oddity {
    /// Its pongs take much longer than usual.
    Latency,
    /// It does not know the last blocks.
    StaleTip,
    /// Its clock is wrong.
    Clock,
    /// It wants much more or less for a transaction than the others.
    FeeFilter,
    /// It announces more than anybody should.
    InvFlood,
}

impl Oddity {
    const ALL: [Self; 5] = [Self::Latency, Self::StaleTip, Self::Clock, Self::FeeFilter, Self::InvFlood];

    /// For how long it must last to be worth a word.
    const fn lasting(self) -> Duration {
        match self {
            Self::StaleTip => BEHIND_FOR,
            _ => Duration::ZERO,
        }
    }
}

/// A live peer, as far as it is looked at.
#[derive(Clone, Default, Debug)]
pub(crate) struct Figures {
    /// The number of pings kept.
    pub(crate) pings: usize,
    /// The median of the last five pings.
    pub(crate) ping: Option<Duration>,
    /// The median of all that are kept.
    pub(crate) usual_ping: Option<Duration>,
    /// The height of its best block.
    pub(crate) height: Option<u32>,
    /// Its clock minus ours, in s.
    pub(crate) clock_offset: Option<i64>,
    /// Its fee filter, in sat/kvB.
    pub(crate) fee_floor: Option<u64>,
    /// Entries in its announcements in the last whole minute.
    pub(crate) announced: u64,
    /// For how long it has been connected.
    pub(crate) connected_for: Duration,
}

/// The medians over all live peers.
#[derive(Clone, Copy, Default, Debug)]
struct Crowd {
    height: Option<u32>,
    fee_floor: Option<u64>,
}

/// What a look at a figure says.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Verdict {
    /// Beyond the threshold, and how.
    Odd(String),
    /// Between the two: what was odd stays so, and what was not does too.
    Between,
    /// Clearly not odd.
    Normal,
}

/// What is or may become odd about whom. Each is told once, until it was normal in between.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    next_look: Timestamp,
    states: HashMap<(PeerId, Oddity), State, RandomState>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Suspect { since: Timestamp },
    Told,
}

impl Watch {
    /// Whether it is time for another look.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        now >= self.next_look
    }

    /// A look at all live peers: what has become odd about whom, in words.
    pub(crate) fn look(
        &mut self,
        now: Timestamp,
        peers: &[(PeerId, Figures)],
    ) -> Vec<(PeerId, Oddity, String)> {
        self.next_look = now + LOOK_EVERY;
        let crowd = Crowd::of(peers);
        let mut states = HashMap::default();
        let mut news = Vec::new();
        for (id, figures) in peers {
            for oddity in Oddity::ALL {
                let known = self.states.get(&(*id, oddity)).copied();
                let state = match (judge(oddity, figures, &crowd), known) {
                    (Verdict::Normal, _) | (Verdict::Between, None) => continue,
                    (Verdict::Between, Some(state)) | (Verdict::Odd(_), Some(state @ State::Told)) => state,
                    (Verdict::Odd(text), known) => {
                        let since = match known {
                            Some(State::Suspect { since }) => since,
                            _ => now,
                        };
                        if now.since(since) < oddity.lasting() {
                            State::Suspect { since }
                        } else {
                            news.push((*id, oddity, text));
                            State::Told
                        }
                    }
                };
                states.insert((*id, oddity), state);
            }
        }
        self.states = states;
        news
    }
}

impl Crowd {
    fn of(peers: &[(PeerId, Figures)]) -> Self {
        Self {
            height: median(peers.iter().filter_map(|(_, figures)| figures.height)),
            fee_floor: median(peers.iter().filter_map(|(_, figures)| figures.fee_floor)),
        }
    }
}

fn median<T: Ord + Copy>(values: impl Iterator<Item = T>) -> Option<T> {
    let values: Vec<T> = values.collect();
    percentile(values.iter().copied(), 50).filter(|_| values.len() >= CROWD)
}

fn judge(oddity: Oddity, peer: &Figures, crowd: &Crowd) -> Verdict {
    match oddity {
        Oddity::Latency => latency(peer),
        Oddity::StaleTip => stale_tip(peer.height.zip(crowd.height)),
        Oddity::Clock => clock(peer.clock_offset),
        Oddity::FeeFilter => fee_filter(peer.fee_floor.zip(crowd.fee_floor)),
        Oddity::InvFlood => inv_flood(peer),
    }
}

fn latency(peer: &Figures) -> Verdict {
    let Some((ping, usual)) = peer.ping.zip(peer.usual_ping).filter(|_| peer.pings >= PINGS_NEEDED) else {
        return Verdict::Normal;
    };
    if ping > usual.saturating_mul(LATENCY_FACTOR) && ping > LATENCY_FLOOR {
        let (ping, usual) = (grouped_ms(ping), grouped_ms(usual));
        Verdict::Odd(format!("latency jumped to {ping} ms, usually {usual} ms"))
    } else if ping > usual.saturating_mul(LATENCY_FACTOR / 2) && ping > LATENCY_FLOOR / 2 {
        Verdict::Between
    } else {
        Verdict::Normal
    }
}

fn stale_tip(heights: Option<(u32, u32)>) -> Verdict {
    match heights {
        Some((height, others)) if others.saturating_sub(height) >= BLOCKS_BEHIND => {
            let (height, others) = (grouped(height.into()), grouped(others.into()));
            Verdict::Odd(format!("knows no block above {height}, the others are at {others}"))
        }
        _ => Verdict::Normal,
    }
}

fn clock(offset: Option<i64>) -> Verdict {
    match offset {
        Some(offset) if offset.unsigned_abs() > CLOCK_OFFSET => {
            let which = if offset < 0 { "behind" } else { "ahead" };
            Verdict::Odd(format!("its clock is {} min {which}", grouped(offset.unsigned_abs() / 60)))
        }
        _ => Verdict::Normal,
    }
}

fn fee_filter(fees: Option<(u64, u64)>) -> Verdict {
    let Some((fee, others)) = fees else { return Verdict::Normal };
    let beyond = |factor| fee > others.saturating_mul(factor) || others > fee.saturating_mul(factor);
    if beyond(FEE_FACTOR) {
        let (fee, others) = (grouped(fee), grouped(others));
        Verdict::Odd(format!("fee filter {fee} sat/kvB, the others' median is {others}"))
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
        Verdict::Odd(format!("floods with announcements: {} in a minute", grouped(peer.announced)))
    }
}

fn grouped_ms(time: Duration) -> String {
    grouped(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
