//! DNS seeds, host names that resolve to node addresses: which to ask, and when.

use crate::address::PeerAddress;
use crate::chain::Network;
use crate::event::SeedFailure;
use crate::util::time::Timestamp;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use std::time::Duration;

/// How many seeds are asked at a time; more only if these do not yield enough addresses (as in Core).
const AT_ONCE: usize = 3;

/// How long to wait before asking all seeds again.
const RETRY: Duration = Duration::from_mins(1);

/// The answer of a seed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeedAnswer {
    /// The host name of the seed.
    pub name: &'static str,
    /// Public internet addresses, or why there are none.
    pub addresses: Result<Vec<PeerAddress>, SeedFailure>,
}

/// Decides which seeds to ask when.
#[derive(Debug)]
pub struct SeedPlan {
    seeds: Vec<&'static str>,
    next: usize,
    not_before: Timestamp,
    rng: SmallRng,
}

impl SeedPlan {
    /// The seeds of `network`, in random order.
    pub fn new(network: Network, mut rng: SmallRng) -> Self {
        let mut seeds = network.dns_seeds().to_vec();
        seeds.shuffle(&mut rng);
        Self { seeds, next: 0, not_before: Timestamp::default(), rng }
    }

    /// Returns the seeds to ask now, if addresses are needed and no lookup is in flight.
    pub fn due(&mut self, now: Timestamp) -> Vec<&'static str> {
        if now < self.not_before {
            return vec![];
        }
        let wave: Vec<_> = self.seeds.iter().skip(self.next).take(AT_ONCE).copied().collect();
        self.next += wave.len();
        if self.next >= self.seeds.len() {
            self.next = 0;
            self.not_before = now + RETRY;
            self.seeds.shuffle(&mut self.rng);
        }
        wave
    }

    /// When [`SeedPlan::due`] may return seeds; `None` if the network has no seeds.
    pub fn deadline(&self) -> Option<Timestamp> {
        (!self.seeds.is_empty()).then_some(self.not_before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    const NOW: Timestamp = Timestamp::from_secs(1_000);

    #[test]
    fn a_few_seeds_are_asked_at_once_and_all_of_them_before_any_again() {
        let mut plan = SeedPlan::new(Network::Mainnet, SmallRng::seed_from_u64(1));
        let waves: Vec<_> = (0..3).map(|_| plan.due(NOW)).collect();
        assert_eq!(waves.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
        let mut all = waves.concat();
        all.sort_unstable();
        let mut seeds = Network::Mainnet.dns_seeds().to_vec();
        seeds.sort_unstable();
        assert_eq!(all, seeds);
        assert_eq!(plan.due(NOW), [""; 0]);
        assert_eq!(plan.deadline(), Some(NOW + RETRY));
        assert_eq!(plan.due(NOW + RETRY).len(), 3);
    }

    #[test]
    fn a_network_without_seeds_has_no_deadline() {
        let mut plan = SeedPlan::new(Network::Regtest, SmallRng::seed_from_u64(1));
        assert_eq!(plan.due(NOW), [""; 0]);
        assert_eq!(plan.deadline(), None);
    }
}
