//! Who announces last, and whether it is time to try another in its place.

use crate::event::PeerId;
use crate::util::time::Timestamp;
use crate::wire::TxHash;
use foldhash::fast::RandomState;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// Of how many transactions the time of the first announcement is remembered.
const REMEMBERED: usize = 8_192;

/// An announcement later than this behind the first tells nothing of speed: the peer connected
/// later, or the transaction came to it anew.
const LATEST: Duration = Duration::from_mins(2);

/// Who announced less than this since the last rotation is not compared by its average: it counts
/// as slower than all who did.
const ENOUGH: u32 = 20;

/// Compares the peers by how far their announcements lag behind the first one.
///
/// Announcements trickle: a single lag below 5 s is chance. Over an interval there are thousands.
#[derive(Debug)]
pub struct Rotation {
    every: Duration,
    due_at: Timestamp,
    firsts: HashMap<TxHash, Timestamp, RandomState>,
    order: VecDeque<TxHash>,
    lags: HashMap<PeerId, Lag>,
}

#[derive(Clone, Copy, Default, Debug)]
struct Lag {
    sum: Duration,
    count: u32,
}

impl Rotation {
    /// One every so often, the first after that time.
    pub fn new(every: Duration, now: Timestamp) -> Self {
        Self {
            every,
            due_at: now + every,
            firsts: HashMap::default(),
            order: VecDeque::new(),
            lags: HashMap::new(),
        }
    }

    /// When the next one is due.
    pub fn due_at(&self) -> Timestamp {
        self.due_at
    }

    /// How long a peer must have been connected to be compared.
    pub fn tenure(&self) -> Duration {
        self.every / 2
    }

    /// `peer` announced a transaction.
    pub fn announced(&mut self, peer: PeerId, hash: TxHash, now: Timestamp) {
        let first = *self.firsts.entry(hash).or_insert_with(|| {
            self.order.push_back(hash);
            now
        });
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.firsts.remove(&oldest);
        }
        let behind = now.since(first);
        if behind <= LATEST {
            let lag = self.lags.entry(peer).or_default();
            lag.sum += behind;
            lag.count = lag.count.saturating_add(1);
        }
    }

    /// `peer` is gone.
    pub fn forget(&mut self, peer: PeerId) {
        self.lags.remove(&peer);
    }

    /// A peer was rotated out: all are compared afresh from now on.
    pub fn done(&mut self, now: Timestamp) {
        self.due_at = now + self.every;
        self.lags.clear();
    }

    /// The slowest of `peers`; `None` if there is nobody to be slower than.
    pub fn slowest(&self, peers: &[PeerId]) -> Option<PeerId> {
        let mean = |peer: &PeerId| match self.lags.get(peer) {
            Some(lag) if lag.count >= ENOUGH => lag.sum / lag.count,
            _ => Duration::MAX,
        };
        let slowest = peers.iter().copied().max_by_key(mean)?;
        let others_are_faster = peers.iter().any(|peer| mean(peer) < mean(&slowest));
        others_are_faster.then_some(slowest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Wtxid;

    const START: Timestamp = Timestamp::from_secs(1_000_000);
    const PEERS: [PeerId; 3] = [PeerId(0), PeerId(1), PeerId(2)];

    fn hash(number: u32) -> TxHash {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_le_bytes());
        TxHash::Wtxid(Wtxid(bytes))
    }

    /// Each transaction is announced by each peer so many seconds after the first.
    fn announced(lags: &[(PeerId, u64)], count: u32) -> Rotation {
        let mut rotation = Rotation::new(Duration::from_hours(1), START);
        for number in 0..count {
            let mut lags = lags.to_vec();
            lags.sort_by_key(|(_, lag)| *lag);
            for (peer, lag) in lags {
                rotation.announced(peer, hash(number), START + Duration::from_secs(lag));
            }
        }
        rotation
    }

    #[test]
    fn who_lags_most_on_average_is_the_slowest() {
        let rotation = announced(&[(PEERS[0], 1), (PEERS[1], 9), (PEERS[2], 0)], 50);
        assert_eq!(rotation.slowest(&PEERS), Some(PEERS[1]));
        assert_eq!(rotation.slowest(&PEERS[..1]), None, "slower than whom?");
    }

    #[test]
    fn who_announces_nothing_is_slower_than_all() {
        let rotation = announced(&[(PEERS[0], 1), (PEERS[1], 100)], 50);
        assert_eq!(rotation.slowest(&PEERS), Some(PEERS[2]));
        let nothing = announced(&[], 0);
        assert_eq!(nothing.slowest(&PEERS), None, "nothing is known of anybody");
    }

    #[test]
    fn what_comes_far_too_late_is_no_measure() {
        let rotation = announced(&[(PEERS[0], 0), (PEERS[1], 3), (PEERS[2], 1)], 50);
        let mut late = announced(&[(PEERS[0], 0), (PEERS[1], 3), (PEERS[2], 1)], 50);
        (0..50).for_each(|number| late.announced(PEERS[2], hash(number), START + Duration::from_mins(30)));
        assert_eq!(rotation.slowest(&PEERS), Some(PEERS[1]));
        assert_eq!(late.slowest(&PEERS), Some(PEERS[1]));
    }

    #[test]
    fn its_memory_is_bounded_and_each_round_begins_afresh() {
        let mut rotation = announced(&[(PEERS[0], 0), (PEERS[1], 3)], 50_000);
        assert_eq!(rotation.firsts.len(), REMEMBERED);
        assert_eq!(rotation.order.len(), REMEMBERED);
        rotation.done(START + Duration::from_hours(1));
        assert_eq!(rotation.due_at(), START + Duration::from_hours(2));
        assert_eq!(rotation.slowest(&PEERS), None);
        rotation.forget(PEERS[0]);
    }
}
