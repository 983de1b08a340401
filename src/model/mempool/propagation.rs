//! Who announced a transaction, and when.

use crate::event::PeerId;
use crate::model::fees::bounds::Vouched;
use crate::util::time::Timestamp;
use crate::wire::TxHash;
use foldhash::fast::RandomState;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// The most announcements that are kept of one transaction.
const ANNOUNCEMENTS_KEPT: usize = 1_000;

/// The most announced transactions that one peer may let us wait for (Core:
/// `MAX_PEER_TX_ANNOUNCEMENTS`).
const PENDING_PER_PEER: usize = 5_000;

/// The most announced transactions that are waited for in all.
const PENDING_KEPT: usize = 100_000;

/// For how long a transaction is waited for: Core's 60 s for each of ten announcers.
const PENDING_FOR: Duration = Duration::from_mins(10);

/// A peer that announces something, and what it says of itself by that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Announcer {
    pub(crate) peer: PeerId,
    /// What it holds pays at least this, in sat/vB.
    pub(crate) floor: Option<f64>,
    /// Whether what pays most comes first.
    pub(crate) best_first: bool,
}

impl From<PeerId> for Announcer {
    /// One of which nothing else is known.
    fn from(peer: PeerId) -> Self {
        Self { peer, floor: None, best_first: false }
    }
}

/// Who announced a transaction, in the order of the announcements, each peer once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Announcements {
    list: Vec<Announcement>,
    floors: Vouched,
}

/// What became of an announcement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Addition {
    /// It is a further one.
    New,
    /// The peer has announced before.
    Repeated,
    /// There are too many.
    Refused,
}

/// 12 bytes: there may be millions.
#[derive(Clone, Copy, Debug)]
struct Announcement {
    /// The two halves of the peer's number, which would be padded to 16 bytes as a whole.
    peer: [u32; 2],
    /// ms after the first announcement.
    delay: u32,
}

impl Announcement {
    fn new(peer: PeerId, delay: Duration) -> Self {
        let delay = u32::try_from(delay.as_millis()).unwrap_or(u32::MAX);
        Self { peer: halves(peer), delay }
    }
}

fn halves(PeerId(number): PeerId) -> [u32; 2] {
    #[expect(clippy::cast_possible_truncation, reason = "each takes its half")]
    let halves = [number as u32, (number >> 32) as u32];
    halves
}

fn whole([low, high]: [u32; 2]) -> PeerId {
    PeerId(u64::from(high) << 32 | u64::from(low))
}

impl Announcements {
    /// Adds a peer, unless it has announced before or there are too many.
    pub(crate) fn add(&mut self, by: impl Into<Announcer>, delay: Duration) -> Addition {
        let Announcer { peer, floor, .. } = by.into();
        if self.contains(peer) {
            Addition::Repeated
        } else if self.list.len() < ANNOUNCEMENTS_KEPT {
            self.list.push(Announcement::new(peer, delay));
            if let Some(floor) = floor {
                self.floors.add(floor);
            }
            Addition::New
        } else {
            Addition::Refused
        }
    }

    pub(crate) fn contains(&self, peer: PeerId) -> bool {
        let peer = halves(peer);
        self.list.iter().any(|announcement| announcement.peer == peer)
    }

    /// How many peers.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Adds those of the same transaction under another hash, which began `delay` later.
    fn merge(&mut self, later: &Self, delay: Duration) {
        let shifted = later.iter().map(|(peer, after)| (peer, delay.saturating_add(after)));
        let mut all: Vec<_> = self.iter().chain(shifted).collect();
        all.sort_by_key(|&(_, delay)| delay);
        self.list.clear();
        let mut all_once = true;
        for (peer, delay) in all {
            all_once &= self.add(peer, delay) == Addition::New;
        }
        // Nobody may vouch twice for the same transaction.
        if all_once {
            self.floors.merge(later.floors);
        }
    }

    /// What those who announced it take at least, in sat/vB.
    pub(crate) fn floors(&self) -> Vouched {
        self.floors
    }

    /// The peers in the order of their announcements, with the time since the first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (PeerId, Duration)> {
        let told = |a: &Announcement| (whole(a.peer), Duration::from_millis(a.delay.into()));
        self.list.iter().map(told)
    }

    /// Bytes on the heap.
    pub(crate) fn memory(&self) -> usize {
        self.list.capacity() * size_of::<Announcement>()
    }
}

/// The announcements of a transaction, from the first one on.
#[derive(Clone, Debug)]
pub(crate) struct Sighting {
    pub(crate) first_seen: Timestamp,
    pub(crate) announcements: Announcements,
}

impl Sighting {
    /// Somebody announced it.
    pub(crate) fn new(now: Timestamp, by: Announcer) -> Self {
        let mut sighting = Self::unannounced(now);
        sighting.announcements.add(by, Duration::ZERO);
        sighting
    }

    /// It came without an announcement.
    pub(crate) fn unannounced(now: Timestamp) -> Self {
        Self { first_seen: now, announcements: Announcements::default() }
    }

    /// What is known under two hashes of one transaction.
    pub(crate) fn merged(self, other: Self) -> Self {
        let (mut early, late) =
            if other.first_seen < self.first_seen { (other, self) } else { (self, other) };
        early.announcements.merge(&late.announcements, late.first_seen.since(early.first_seen));
        early
    }
}

/// Transactions that were announced and have not arrived: bounded for each peer, in all, and in
/// time.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    sightings: HashMap<TxHash, Sighting, RandomState>,
    /// Oldest first. Those that arrived stay until their time is up or too many have gathered.
    order: VecDeque<(Timestamp, TxHash)>,
    per_peer: HashMap<PeerId, usize, RandomState>,
}

impl Pending {
    /// A peer announced a transaction that is not held.
    pub(crate) fn announce(&mut self, now: Timestamp, by: impl Into<Announcer>, hash: TxHash) -> Addition {
        let by = by.into();
        let peer = by.peer;
        let held_by_peer = self.per_peer.get(&peer).copied().unwrap_or(0);
        let known = self.sightings.get_mut(&hash);
        if held_by_peer >= PENDING_PER_PEER {
            let repeated = known.is_some_and(|sighting| sighting.announcements.contains(peer));
            return if repeated { Addition::Repeated } else { Addition::Refused };
        }
        if let Some(sighting) = known {
            let addition = sighting.announcements.add(by, now.since(sighting.first_seen));
            if addition != Addition::New {
                return addition;
            }
        } else {
            self.sightings.insert(hash, Sighting::new(now, by));
            self.order.push_back((now, hash));
        }
        self.per_peer.insert(peer, held_by_peer + 1);
        Addition::New
    }

    /// It arrived, or is not worth waiting for: what was seen of it.
    pub(crate) fn take(&mut self, hash: TxHash) -> Option<Sighting> {
        let sighting = self.sightings.remove(&hash)?;
        for (peer, _) in sighting.announcements.iter() {
            if let Some(count) = self.per_peer.get_mut(&peer) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    self.per_peer.remove(&peer);
                }
            }
        }
        Some(sighting)
    }

    /// Forgets what has been waited for too long, and the oldest if they are too many.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        while let Some(&(since, hash)) = self.order.front() {
            if self.sightings.len() <= PENDING_KEPT && now.since(since) <= PENDING_FOR {
                break;
            }
            self.order.pop_front();
            if self.sightings.get(&hash).is_some_and(|sighting| sighting.first_seen == since) {
                self.take(hash);
            }
        }
        // Most arrive within seconds. Halving the list at most costs a few steps per announcement.
        if self.order.len() > 2 * self.sightings.len() + 1_000 {
            let sightings = &self.sightings;
            self.order.retain(|(since, hash)| {
                sightings.get(hash).is_some_and(|sighting| sighting.first_seen == *since)
            });
        }
    }

    /// How many transactions are waited for.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.sightings.len()
    }

    /// Panics unless the bounds hold and the counts agree with what is waited for.
    #[cfg(test)]
    pub(crate) fn assert_consistent(&self) {
        assert!(self.sightings.len() <= PENDING_KEPT);
        let announced: usize =
            self.sightings.values().map(|sighting| sighting.announcements.iter().count()).sum();
        assert_eq!(self.per_peer.values().sum::<usize>(), announced);
        assert!(self.per_peer.values().all(|count| (1..=PENDING_PER_PEER).contains(count)));
        for (hash, sighting) in &self.sightings {
            assert!(self.order.contains(&(sighting.first_seen, *hash)), "it will expire");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Txid, Wtxid};

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_secs(1_000_000 + seconds)
    }

    fn hash(number: u64) -> TxHash {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        TxHash::Wtxid(Wtxid(bytes))
    }

    fn told(sighting: &Sighting) -> Vec<(u64, u64)> {
        sighting.announcements.iter().map(|(peer, delay)| (peer.0, delay.as_secs())).collect()
    }

    #[test]
    fn an_announcement_is_small() {
        assert_eq!(size_of::<Announcement>(), 12);
        assert_eq!(whole(halves(PeerId(u64::MAX - 5))), PeerId(u64::MAX - 5));
    }

    #[test]
    fn each_peer_counts_once_and_in_order() {
        let mut pending = Pending::default();
        for (second, peer) in [(0, 3), (1, 1), (2, 3), (4, 2), (5, 1)] {
            pending.announce(at(second), PeerId(peer), hash(7));
        }
        let sighting = pending.take(hash(7)).unwrap();
        assert_eq!(sighting.first_seen, at(0));
        assert_eq!(told(&sighting), [(3, 0), (1, 1), (2, 4)]);
        assert!(pending.take(hash(7)).is_none());
        assert!(pending.per_peer.is_empty());
    }

    #[test]
    fn two_hashes_of_one_transaction_are_merged_by_time() {
        let mut pending = Pending::default();
        let txid = TxHash::Txid(Txid([1; 32]));
        pending.announce(at(2), PeerId(1), hash(1));
        pending.announce(at(5), PeerId(2), hash(1));
        pending.announce(at(0), PeerId(3), txid);
        pending.announce(at(4), PeerId(1), txid);
        let merged = pending.take(hash(1)).unwrap().merged(pending.take(txid).unwrap());
        assert_eq!(merged.first_seen, at(0));
        assert_eq!(told(&merged), [(3, 0), (1, 2), (2, 5)]);
    }

    #[test]
    fn a_peer_that_announces_millions_uses_up_its_own_share_only() {
        let mut pending = Pending::default();
        for number in 0..20_000 {
            pending.announce(at(0), PeerId(1), hash(number));
        }
        assert_eq!(pending.len(), PENDING_PER_PEER);
        pending.announce(at(1), PeerId(2), hash(99_999));
        assert_eq!(told(&pending.take(hash(99_999)).unwrap()), [(2, 0)]);
        pending.take(hash(0)).unwrap();
        pending.announce(at(2), PeerId(1), hash(30_000));
        assert_eq!(pending.len(), PENDING_PER_PEER, "what was resolved makes room");
    }

    #[test]
    fn what_never_arrives_is_forgotten() {
        let mut pending = Pending::default();
        pending.announce(at(0), PeerId(1), hash(1));
        pending.take(hash(1));
        pending.announce(at(300), PeerId(1), hash(1));
        pending.expire(at(700));
        assert_eq!(pending.len(), 1, "its time runs from the second announcement");
        pending.expire(at(901));
        assert_eq!(pending.len(), 0);
        assert!(pending.order.is_empty() && pending.per_peer.is_empty());
    }

    #[test]
    fn the_oldest_give_way_when_there_are_too_many() {
        let mut pending = Pending::default();
        for number in 0..PENDING_KEPT as u64 + 500 {
            pending.announce(at(0), PeerId(number / 5_000), hash(number));
        }
        pending.expire(at(0));
        assert_eq!(pending.len(), PENDING_KEPT);
        assert!(pending.take(hash(499)).is_none() && pending.take(hash(500)).is_some());
    }

    #[test]
    fn what_arrives_at_once_leaves_nothing_behind() {
        let mut pending = Pending::default();
        for number in 0..100_000 {
            pending.announce(at(0), PeerId(1), hash(number));
            pending.take(hash(number));
            pending.expire(at(0));
        }
        assert!(pending.order.len() <= 1_001);
    }
}
