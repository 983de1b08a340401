//! Which peer announces blocks first, among those that announce them in the same way.

use crate::event::{BlockAnnouncement, PeerId, Tip};
use crate::model::peers::worth::percentile;
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;
use crate::wire::BlockHash;
use std::collections::HashMap;
use std::time::Duration;

/// How many blocks of the best chain the relay are kept of.
const RUN_KEPT: usize = 16;

/// How many announced blocks are kept that are not on the best chain, or not yet.
const OPEN_KEPT: usize = 64;

/// How many of those may be the finds of one peer: made-up names must not drive out the others.
const OPEN_PER_PEER: usize = 4;

/// The most announcements that are kept of one block: a thousand peers, each in every way.
const ARRIVALS_KEPT: usize = 3_000;

/// How a block spread over the peers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    /// When the first peer announced the block.
    pub first: Timestamp,
    /// The peer that announced it first.
    pub first_peer: PeerId,
    /// The number of peers that announced it.
    pub peers: usize,
    /// The time from the first announcement until half of the peers had announced it.
    pub half: Duration,
    /// The time from the first to the last announcement so far.
    pub last: Duration,
}

/// Who announced which block when.
#[derive(Debug, Default)]
pub(crate) struct BlockRelay {
    /// Oldest first.
    open: Ring<Race, OPEN_KEPT>,
    /// Those of the best chain, with their heights, oldest first.
    run: Ring<(u32, Race), RUN_KEPT>,
}

#[derive(Debug)]
struct Race {
    hash: BlockHash,
    /// In order, each peer once in each way.
    arrivals: Vec<Arrival>,
}

#[derive(Clone, Copy, Debug)]
struct Arrival {
    peer: PeerId,
    by: BlockAnnouncement,
    time: Timestamp,
}

impl BlockRelay {
    /// A peer has a block; its height, if it is one of the best chain.
    pub(crate) fn announce(
        &mut self,
        arrival_time: Timestamp,
        peer: PeerId,
        hash: BlockHash,
        by: BlockAnnouncement,
    ) -> Option<u32> {
        let arrival = Arrival { peer, by, time: arrival_time };
        if let Some((height, race)) = self.run.iter_mut().rfind(|(_, race)| race.hash == hash) {
            race.add(arrival);
            return Some(*height);
        }
        if let Some(race) = self.open.iter_mut().rfind(|race| race.hash == hash) {
            race.add(arrival);
            return None;
        }
        let finds = |race: &Race| race.arrivals.first().is_some_and(|first| first.peer == peer);
        if self.open.iter().filter(|race| finds(race)).count() >= OPEN_PER_PEER
            && let Some(oldest) = self.open.iter().position(finds)
        {
            self.open.remove(oldest);
        }
        self.open.push(Race { hash, arrivals: vec![arrival] });
        None
    }

    /// The best chain has a new end. Who has announced it already.
    pub(crate) fn new_tip(&mut self, tip: &Tip) -> Vec<PeerId> {
        let open = self.open.iter().position(|race| race.hash == tip.hash);
        let race = open.and_then(|index| self.open.remove(index));
        let race = race.unwrap_or_else(|| Race { hash: tip.hash, arrivals: Vec::new() });
        let announcers = race.arrivals.iter().map(|arrival| arrival.peer).collect();
        if self.run.iter().all(|(_, known)| known.hash != tip.hash) {
            self.run.push((tip.height, race));
        }
        announcers
    }

    /// How a block spread, in whatever way it was announced; `None` if nobody announced it or it was
    /// long ago.
    pub(crate) fn spread(&self, hash: BlockHash) -> Option<Spread> {
        let on_chain = self.run.iter().map(|(_, race)| race);
        on_chain.chain(self.open.iter()).find(|race| race.hash == hash)?.spread()
    }

    /// Each peer's median lead over the next best announcer of the same kind, in ms; negative:
    /// behind the best. Whoever ran alone is not among them.
    pub(crate) fn leads(&self) -> HashMap<PeerId, i64> {
        let mut leads: HashMap<PeerId, Vec<i64>> = HashMap::new();
        for (_, race) in self.run.iter() {
            for (peer, lead) in race.leads() {
                leads.entry(peer).or_default().push(lead);
            }
        }
        leads
            .into_iter()
            .filter_map(|(peer, leads)| Some((peer, percentile(leads.into_iter(), 50)?)))
            .collect()
    }
}

impl Race {
    fn add(&mut self, arrival: Arrival) {
        let same = |known: &Arrival| known.peer == arrival.peer && known.by == arrival.by;
        if self.arrivals.len() < ARRIVALS_KEPT && !self.arrivals.iter().any(same) {
            self.arrivals.push(arrival);
        }
    }

    fn spread(&self) -> Option<Spread> {
        let mut firsts: HashMap<PeerId, Timestamp> = HashMap::new();
        for arrival in &self.arrivals {
            let first = firsts.entry(arrival.peer).or_insert(arrival.time);
            *first = arrival.time.min(*first);
        }
        let mut firsts: Vec<_> = firsts.into_iter().map(|(peer, time)| (time, peer)).collect();
        firsts.sort_unstable();
        let &(first, first_peer) = firsts.first()?;
        let after = |index: usize| firsts.get(index).map_or(Duration::ZERO, |&(time, _)| time.since(first));
        let peers = firsts.len();
        Some(Spread { first, first_peer, peers, half: after((peers - 1) / 2), last: after(peers - 1) })
    }

    fn leads(&self) -> Vec<(PeerId, i64)> {
        let mut leads = Vec::new();
        for by in [BlockAnnouncement::Inv, BlockAnnouncement::Headers, BlockAnnouncement::Compact] {
            let mut field: Vec<_> = self.arrivals.iter().filter(|arrival| arrival.by == by).collect();
            field.sort_by_key(|arrival| arrival.time);
            let [winner, second, ..] = field.as_slice() else { continue };
            leads.push((winner.peer, milliseconds(winner.time, second.time)));
            leads.extend(field.iter().skip(1).map(|late| (late.peer, -milliseconds(winner.time, late.time))));
        }
        leads
    }
}

fn milliseconds(from: Timestamp, to: Timestamp) -> i64 {
    i64::try_from(to.since(from).as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use BlockAnnouncement::{Compact, Inv};
    use std::time::Duration;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_secs(1_000_000) + Duration::from_millis(ms)
    }

    fn hash(number: u64) -> BlockHash {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&number.to_le_bytes());
        BlockHash(bytes)
    }

    fn tip(number: u64) -> Tip {
        Tip { hash: hash(number), height: u32::try_from(number).unwrap(), time: 0 }
    }

    fn lead(relay: &BlockRelay, peer: u64) -> Option<i64> {
        relay.leads().get(&PeerId(peer)).copied()
    }

    #[test]
    fn like_is_compared_with_like() {
        let mut relay = BlockRelay::default();
        relay.announce(at(0), PeerId(1), hash(7), Compact);
        relay.announce(at(30), PeerId(2), hash(7), Compact);
        relay.announce(at(400), PeerId(3), hash(7), Inv);
        assert_eq!(relay.new_tip(&tip(7)), [1, 2, 3].map(PeerId));
        assert_eq!((lead(&relay, 1), lead(&relay, 2), lead(&relay, 3)), (Some(30), Some(-30), None));
        assert_eq!(relay.announce(at(650), PeerId(4), hash(7), Inv), Some(7), "late is told as well");
        assert_eq!((lead(&relay, 3), lead(&relay, 4)), (Some(250), Some(-250)));
        relay.announce(at(900), PeerId(4), hash(7), Inv);
        assert_eq!(lead(&relay, 4), Some(-250), "said twice is said once");
    }

    #[test]
    fn the_median_of_the_last_blocks_is_told() {
        let mut relay = BlockRelay::default();
        for (block, late) in (1..=RUN_KEPT as u64 + 5).map(|block| (block, block * 10)) {
            relay.announce(at(0), PeerId(1), hash(block), Inv);
            relay.announce(at(late), PeerId(2), hash(block), Inv);
            relay.new_tip(&tip(block));
        }
        assert_eq!(relay.run.len(), RUN_KEPT);
        assert_eq!(lead(&relay, 1), Some(130));
    }

    #[test]
    fn made_up_blocks_count_for_nothing_and_stay_few() {
        let mut relay = BlockRelay::default();
        relay.announce(at(0), PeerId(1), hash(1), Inv);
        relay.announce(at(5), PeerId(2), hash(1), Inv);
        for number in 100..1_000 {
            relay.announce(at(1), PeerId(9), hash(number), Inv);
            relay.announce(at(2), PeerId(8), hash(number), Inv);
        }
        assert_eq!(relay.open.len(), 1 + OPEN_PER_PEER);
        assert_eq!(relay.leads(), HashMap::new());
        relay.new_tip(&tip(1));
        assert_eq!((lead(&relay, 1), lead(&relay, 9)), (Some(5), None));
        for peer in 0..10_000 {
            relay.announce(at(9), PeerId(peer), hash(1), Inv);
        }
        assert_eq!(relay.run[0].1.arrivals.len(), ARRIVALS_KEPT);
    }
}
