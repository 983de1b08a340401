//! Which transactions lost a relative recently, so that their ancestors and their cluster as of an earlier
//! moment can't be reconstructed.

use crate::model::fees::bounds::announcements::KEPT;
use crate::model::mempool::cluster::changed::Found;
use crate::model::mempool::cluster::relatives::descendants;
use crate::model::mempool::entries::Entries;
use crate::model::mempool::key::TxKey;
use crate::util::time::Timestamp;
use foldhash::fast::RandomState;
use std::collections::{HashMap, VecDeque};

/// The most transactions to remember. Each block removes relatives of about a thousand.
const MAX_BEREAVED: usize = 50_000;

/// When transactions last lost a member of their cluster.
#[derive(Debug, Default)]
pub(super) struct Departures {
    last: HashMap<TxKey, Timestamp, RandomState>,
    /// Oldest first; a transaction may occur more than once.
    order: VecDeque<(Timestamp, TxKey)>,
    /// When all were forgotten because there were too many.
    forgotten: Option<Timestamp>,
}

impl Departures {
    /// Records that these clusters lost a member.
    pub(super) fn record(&mut self, now: Timestamp, entries: &Entries, bereaved: &[Found]) {
        while self.order.front().is_some_and(|&(at, _)| now.since(at) > KEPT) {
            let Some((at, key)) = self.order.pop_front() else { break };
            if self.last.get(&key) == Some(&at) {
                self.last.remove(&key);
            }
        }
        for cluster in bereaved {
            match cluster {
                Found::Alone(member) => self.insert(now, member.key),
                Found::Members(members) => members.iter().for_each(|member| self.insert(now, member.key)),
                Found::Oversized(key) => {
                    self.insert(now, *key);
                    descendants(entries, *key).rows.iter().for_each(|row| self.insert(now, row.key));
                }
            }
        }
    }

    fn insert(&mut self, now: Timestamp, key: TxKey) {
        if self.order.len() >= MAX_BEREAVED {
            *self = Self { forgotten: Some(now), ..Self::default() };
        }
        if self.last.insert(key, now) != Some(now) {
            self.order.push_back((now, key));
        }
    }

    /// Returns whether a transaction may have lost a member of its cluster since a moment.
    pub(super) fn since(&self, key: TxKey, moment: Timestamp) -> bool {
        self.forgotten.is_some_and(|at| at >= moment) || self.last.get(&key).is_some_and(|&at| at >= moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::START;
    use std::time::Duration;

    #[test]
    fn what_is_forgotten_counts_as_changed() {
        let mut departures = Departures::default();
        departures.insert(START, TxKey::new(1, 0));
        assert!(departures.since(TxKey::new(1, 0), START) && !departures.since(TxKey::new(2, 0), START));
        for key in 0..MAX_BEREAVED as u64 {
            departures.insert(START + Duration::from_secs(9), TxKey::new(key + 10, 0));
        }
        assert!(departures.order.len() <= MAX_BEREAVED);
        assert!(departures.since(TxKey::new(1, 0), START) && departures.since(TxKey::new(2, 0), START));
        assert!(!departures.since(TxKey::new(2, 0), START + Duration::from_secs(10)));
    }

    #[test]
    fn the_past_is_dropped() {
        let mut departures = Departures::default();
        departures.insert(START, TxKey::new(1, 0));
        let entries = Entries::default();
        departures.record(START + KEPT + Duration::from_secs(1), &entries, &[]);
        assert!(departures.order.is_empty() && departures.last.is_empty());
    }
}
