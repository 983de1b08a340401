//! Who could be dialled: a bounded pool of addresses, with what dialling them has taught.

use super::netgroup::NetGroup;
use crate::address::PeerAddress;
use crate::event::PeerId;
use crate::time::Timestamp;
use rand::rngs::SmallRng;
use rand::seq::IteratorRandom;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// How many addresses are kept.
pub const CAPACITY: usize = 4_096;

/// How long an address rests after its first failure; doubling from failure to failure.
const FIRST_REST: Duration = Duration::from_mins(1);

/// The longest rest.
const LONGEST_REST: Duration = Duration::from_hours(1);

/// The pool.
#[derive(Debug, Default)]
pub struct AddressBook {
    candidates: HashMap<PeerAddress, Candidate, foldhash::fast::RandomState>,
    next_id: u64,
}

#[derive(Debug)]
struct Candidate {
    id: PeerId,
    v1_only: bool,
    failures: u32,
    rests_until: Timestamp,
}

impl AddressBook {
    /// Adds an address; one that is known already changes nothing. Whether it was new and there
    /// was room: when the pool is full, what never answered is thrown out first.
    pub fn learn(&mut self, address: PeerAddress) -> bool {
        if self.candidates.contains_key(&address) || NetGroup::of(&address.host).is_none() {
            return false;
        }
        if self.candidates.len() >= CAPACITY && !self.forget_a_failure() {
            return false;
        }
        let id = PeerId(self.next_id);
        self.next_id += 1;
        let candidate = Candidate { id, v1_only: false, failures: 0, rests_until: Timestamp::default() };
        self.candidates.insert(address, candidate);
        true
    }

    /// An address to dial, by chance, outside of the groups in `taken`.
    pub fn pick(
        &self,
        now: Timestamp,
        taken: &HashSet<NetGroup>,
        rng: &mut SmallRng,
    ) -> Option<(PeerId, PeerAddress)> {
        let eligible = self
            .eligible(now)
            .filter(|(address, _)| NetGroup::of(&address.host).is_some_and(|group| !taken.contains(&group)));
        eligible.choose(rng).map(|(address, candidate)| (candidate.id, address.clone()))
    }

    /// How many addresses could be dialled now.
    pub fn available(&self, now: Timestamp) -> usize {
        self.eligible(now).count()
    }

    /// When the next address has rested enough.
    pub fn next_rested(&self, now: Timestamp) -> Option<Timestamp> {
        let resting = self.candidates.values().map(|candidate| candidate.rests_until);
        resting.filter(|&until| until > now).min()
    }

    /// Failures in a row of `address`.
    pub fn failures(&self, address: &PeerAddress) -> u32 {
        self.candidates.get(address).map_or(0, |candidate| candidate.failures)
    }

    /// Whether `address` is known not to speak the v2 transport.
    pub fn speaks_v1_only(&self, address: &PeerAddress) -> bool {
        self.candidates.get(address).is_some_and(|candidate| candidate.v1_only)
    }

    /// `address` speaks the v2 transport, or not.
    pub fn note_transport(&mut self, address: &PeerAddress, v1_only: bool) {
        if let Some(candidate) = self.candidates.get_mut(address) {
            candidate.v1_only = v1_only;
        }
    }

    /// The handshake with `address` was done.
    pub fn succeeded(&mut self, address: &PeerAddress) {
        if let Some(candidate) = self.candidates.get_mut(address) {
            candidate.failures = 0;
        }
    }

    /// A connection, or the attempt at one, to `address` ended: it rests for a while.
    pub fn ended(&mut self, address: &PeerAddress, now: Timestamp) {
        if let Some(candidate) = self.candidates.get_mut(address) {
            let factor = 2_u32.saturating_pow(candidate.failures);
            candidate.rests_until = now + FIRST_REST.saturating_mul(factor).min(LONGEST_REST);
            candidate.failures = candidate.failures.saturating_add(1);
        }
    }

    fn eligible(&self, now: Timestamp) -> impl Iterator<Item = (&PeerAddress, &Candidate)> {
        self.candidates.iter().filter(move |(_, candidate)| candidate.rests_until <= now)
    }

    fn forget_a_failure(&mut self) -> bool {
        let worst = self.candidates.iter().max_by_key(|(_, candidate)| candidate.failures);
        let Some((address, _)) = worst.filter(|(_, candidate)| candidate.failures > 0) else {
            return false;
        };
        let address = address.clone();
        self.candidates.remove(&address).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use std::net::{IpAddr, Ipv4Addr};

    const NOW: Timestamp = Timestamp::from_secs(1_000_000);

    fn address(number: usize) -> PeerAddress {
        let [a, b, c, d] = u32::try_from(number).unwrap().to_be_bytes();
        let ip = IpAddr::V4(Ipv4Addr::new(a.wrapping_add(20), b, c, d));
        PeerAddress { host: crate::address::Host::from_ip(ip), port: 8_333 }
    }

    fn pick(book: &AddressBook, now: Timestamp) -> Option<PeerAddress> {
        let mut rng = SmallRng::seed_from_u64(3);
        book.pick(now, &HashSet::new(), &mut rng).map(|(_, address)| address)
    }

    #[test]
    fn a_failed_address_rests_twice_as_long_each_time() {
        let mut book = AddressBook::default();
        assert!(book.learn(address(1)));
        assert!(!book.learn(address(1)));
        let mut now = NOW;
        for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(pick(&book, now), Some(address(1)));
            book.ended(&address(1), now);
            let rested = now + Duration::from_mins(minutes);
            assert_eq!(book.next_rested(now), Some(rested));
            assert_eq!(pick(&book, rested - Duration::from_secs(1)), None);
            now = rested;
        }
        book.succeeded(&address(1));
        book.ended(&address(1), now);
        assert_eq!(book.next_rested(now), Some(now + Duration::from_mins(1)));
    }

    #[test]
    fn groups_that_are_taken_are_avoided() {
        let mut book = AddressBook::default();
        book.learn(address(1));
        let group = NetGroup::of(&address(2).host).unwrap();
        let mut rng = SmallRng::seed_from_u64(3);
        assert_eq!(book.pick(NOW, &HashSet::from([group]), &mut rng), None);
    }

    #[test]
    fn the_pool_is_bounded_and_gives_up_what_never_answered() {
        let mut book = AddressBook::default();
        (0..CAPACITY).for_each(|number| assert!(book.learn(address(number))));
        assert!(!book.learn(address(CAPACITY)), "full of addresses that were not tried");
        book.ended(&address(7), NOW);
        assert!(book.learn(address(CAPACITY)));
        assert_eq!(book.candidates.len(), CAPACITY);
        assert!(!book.candidates.contains_key(&address(7)));
    }

    #[test]
    fn a_name_is_no_candidate() {
        let host = crate::address::Host::Name("node.example".into());
        assert!(!AddressBook::default().learn(PeerAddress { host, port: 8_333 }));
    }
}
