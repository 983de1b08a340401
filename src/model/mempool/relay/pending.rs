//! Announced transactions that have not arrived.

use crate::event::PeerId;
use crate::model::mempool::relay::announcements::{Addition, Announcer, Sighting};
use crate::util::time::Timestamp;
use crate::wire::TxHash;
use foldhash::fast::RandomState;
use indexmap::IndexMap;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// The most announced transactions of one peer that are pending (Core: `MAX_PEER_TX_ANNOUNCEMENTS`).
const MAX_PER_PEER: usize = 5_000;

/// The most pending transactions.
const MAX_PENDING: usize = 100_000;

/// How long a transaction is pending: Core's 60 s for each of ten announcers.
const EXPIRY: Duration = Duration::from_mins(10);

/// Announced transactions that have not arrived: bounded per peer, in total, and in time.
#[derive(Debug, Default)]
pub(in crate::model::mempool) struct Pending {
    sightings: IndexMap<TxHash, Sighting, RandomState>,
    /// Oldest first. Transactions that arrived stay until they expire or too many have accumulated.
    order: VecDeque<(Timestamp, TxHash)>,
    per_peer: HashMap<PeerId, usize, RandomState>,
}

impl Pending {
    /// Records the announcement of a transaction that is not in the mempool.
    pub(in crate::model::mempool) fn announce(
        &mut self,
        now: Timestamp,
        by: impl Into<Announcer>,
        hash: TxHash,
    ) -> Addition {
        let by = by.into();
        let peer = by.peer;
        let pending_of_peer = self.per_peer.get(&peer).copied().unwrap_or(0);
        let known = self.sightings.get_mut(&hash);
        if pending_of_peer >= MAX_PER_PEER {
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
        self.per_peer.insert(peer, pending_of_peer + 1);
        Addition::New
    }

    /// Iterates over the pending announcements with their times, unordered.
    pub(in crate::model::mempool) fn announcements(
        &self,
    ) -> impl Iterator<Item = (Timestamp, PeerId, TxHash)> {
        self.sightings.iter().flat_map(|(hash, sighting)| {
            let of = |(peer, delay)| (sighting.first_seen + delay, peer, *hash);
            sighting.announcements.iter().map(of)
        })
    }

    /// Takes out a transaction that arrived or is no longer awaited.
    pub(in crate::model::mempool) fn take(&mut self, hash: TxHash) -> Option<Sighting> {
        let sighting = self.sightings.swap_remove(&hash)?;
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

    /// Drops the transactions that have been pending for too long, and the oldest if there are too many.
    pub(in crate::model::mempool) fn expire(&mut self, now: Timestamp) {
        while let Some(&(since, hash)) = self.order.front() {
            if self.sightings.len() <= MAX_PENDING && now.since(since) <= EXPIRY {
                break;
            }
            self.order.pop_front();
            if self.sightings.get(&hash).is_some_and(|sighting| sighting.first_seen == since) {
                self.take(hash);
            }
        }
        // Most arrive within seconds. Rebuilding the queue when half of it is stale costs a few steps per
        // announcement.
        if self.order.len() > 2 * self.sightings.len() + 1_000 {
            let sightings = &self.sightings;
            self.order.retain(|(since, hash)| {
                sightings.get(hash).is_some_and(|sighting| sighting.first_seen == *since)
            });
        }
    }

    /// Returns the number of pending transactions.
    #[cfg(test)]
    pub(in crate::model::mempool) fn len(&self) -> usize {
        self.sightings.len()
    }

    /// Panics unless the limits hold and the counts agree with the pending transactions.
    #[cfg(test)]
    pub(in crate::model::mempool) fn assert_consistent(&self) {
        assert!(self.sightings.len() <= MAX_PENDING);
        let announced: usize =
            self.sightings.values().map(|sighting| sighting.announcements.iter().count()).sum();
        assert_eq!(self.per_peer.values().sum::<usize>(), announced);
        assert!(self.per_peer.values().all(|count| (1..=MAX_PER_PEER).contains(count)));
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

    fn announced(sighting: &Sighting) -> Vec<(u64, u64)> {
        sighting.announcements.iter().map(|(peer, delay)| (peer.0, delay.as_secs())).collect()
    }

    #[test]
    fn each_peer_counts_once_and_in_order() {
        let mut pending = Pending::default();
        for (second, peer) in [(0, 3), (1, 1), (2, 3), (4, 2), (5, 1)] {
            pending.announce(at(second), PeerId(peer), hash(7));
        }
        let sighting = pending.take(hash(7)).unwrap();
        assert_eq!(sighting.first_seen, at(0));
        assert_eq!(announced(&sighting), [(3, 0), (1, 1), (2, 4)]);
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
        assert_eq!(announced(&merged), [(3, 0), (1, 2), (2, 5)]);
    }

    #[test]
    fn a_peer_that_announces_millions_uses_up_its_own_share_only() {
        let mut pending = Pending::default();
        for number in 0..20_000 {
            pending.announce(at(0), PeerId(1), hash(number));
        }
        assert_eq!(pending.len(), MAX_PER_PEER);
        pending.announce(at(1), PeerId(2), hash(99_999));
        assert_eq!(announced(&pending.take(hash(99_999)).unwrap()), [(2, 0)]);
        pending.take(hash(0)).unwrap();
        pending.announce(at(2), PeerId(1), hash(30_000));
        assert_eq!(pending.len(), MAX_PER_PEER, "transactions that arrived no longer count");
    }

    #[test]
    fn transactions_that_never_arrive_expire() {
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
    fn the_oldest_are_dropped_when_there_are_too_many() {
        let mut pending = Pending::default();
        for number in 0..MAX_PENDING as u64 + 500 {
            pending.announce(at(0), PeerId(number / 5_000), hash(number));
        }
        pending.expire(at(0));
        assert_eq!(pending.len(), MAX_PENDING);
        assert!(pending.take(hash(499)).is_none() && pending.take(hash(500)).is_some());
    }

    #[test]
    fn transactions_that_arrive_at_once_leave_nothing_behind() {
        let mut pending = Pending::default();
        for number in 0..100_000 {
            pending.announce(at(0), PeerId(1), hash(number));
            pending.take(hash(number));
            pending.expire(at(0));
        }
        assert!(pending.order.len() <= 1_001);
    }
}
