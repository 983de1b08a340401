//! Block relay: which peer announces blocks first, among those that use the same kind of announcement.

use crate::event::{BlockAnnouncement, PeerId, Tip};
use crate::util::bounded::Ring;
use crate::util::percentile::percentile;
use crate::util::time::Timestamp;
use crate::wire::BlockHash;
use std::collections::HashMap;
use std::time::Duration;

/// How many blocks of the best chain are kept.
const MAX_ON_CHAIN: usize = 16;

/// How many announced blocks are kept that are not on the best chain (yet).
const MAX_OFF_CHAIN: usize = 64;

/// How many of those one peer may have announced first, so that made-up hashes do not drive out the others.
const MAX_OFF_CHAIN_PER_PEER: usize = 4;

/// The most announcements to keep per block: a thousand peers, each in every way.
const MAX_ANNOUNCEMENTS: usize = 3_000;

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

/// The announcements of the last blocks.
#[derive(Debug, Default)]
pub(crate) struct BlockRelay {
    /// Blocks that are not on the best chain, oldest first.
    off_chain: Ring<AnnouncedBlock, MAX_OFF_CHAIN>,
    /// Blocks of the best chain with their heights, oldest first.
    on_chain: Ring<(u32, AnnouncedBlock), MAX_ON_CHAIN>,
}

#[derive(Debug)]
struct AnnouncedBlock {
    hash: BlockHash,
    /// In chronological order; each peer once per kind.
    announcements: Vec<Announcement>,
}

#[derive(Clone, Copy, Debug)]
struct Announcement {
    peer: PeerId,
    by: BlockAnnouncement,
    time: Timestamp,
}

impl BlockRelay {
    /// Records an announcement. Returns the height of the block if it is on the best chain.
    pub(crate) fn announce(
        &mut self,
        now: Timestamp,
        peer: PeerId,
        hash: BlockHash,
        by: BlockAnnouncement,
    ) -> Option<u32> {
        let announcement = Announcement { peer, by, time: now };
        if let Some((height, block)) = self.on_chain.iter_mut().rfind(|(_, block)| block.hash == hash) {
            block.add(announcement);
            return Some(*height);
        }
        if let Some(block) = self.off_chain.iter_mut().rfind(|block| block.hash == hash) {
            block.add(announcement);
            return None;
        }
        let is_first =
            |block: &AnnouncedBlock| block.announcements.first().is_some_and(|first| first.peer == peer);
        if self.off_chain.iter().filter(|block| is_first(block)).count() >= MAX_OFF_CHAIN_PER_PEER
            && let Some(oldest) = self.off_chain.iter().position(is_first)
        {
            self.off_chain.remove(oldest);
        }
        self.off_chain.push(AnnouncedBlock { hash, announcements: vec![announcement] });
        None
    }

    /// Moves the block at the new tip to the best chain. Returns the peers that announced the block.
    pub(crate) fn new_tip(&mut self, tip: &Tip) -> Vec<PeerId> {
        let open = self.off_chain.iter().position(|block| block.hash == tip.hash);
        let block = open.and_then(|index| self.off_chain.remove(index));
        let block = block.unwrap_or_else(|| AnnouncedBlock { hash: tip.hash, announcements: Vec::new() });
        let announcers = block.announcements.iter().map(|announcement| announcement.peer).collect();
        if self.on_chain.iter().all(|(_, known)| known.hash != tip.hash) {
            self.on_chain.push((tip.height, block));
        }
        announcers
    }

    /// Returns how a block spread, over all kinds of announcement; `None` if no peer announced it, or it is
    /// no longer kept.
    pub(crate) fn spread(&self, hash: BlockHash) -> Option<Spread> {
        let on_chain = self.on_chain.iter().map(|(_, block)| block);
        on_chain.chain(self.off_chain.iter()).find(|block| block.hash == hash)?.spread()
    }

    /// Returns each peer's median lead over the next announcer that used the same message, in ms; negative if
    /// behind the first. Peers without comparable others are left out.
    pub(crate) fn leads(&self) -> HashMap<PeerId, i64> {
        let mut leads: HashMap<PeerId, Vec<i64>> = HashMap::new();
        for (_, block) in self.on_chain.iter() {
            for (peer, lead) in block.leads() {
                leads.entry(peer).or_default().push(lead);
            }
        }
        leads
            .into_iter()
            .filter_map(|(peer, leads)| Some((peer, percentile(leads.into_iter(), 50)?)))
            .collect()
    }
}

impl AnnouncedBlock {
    fn add(&mut self, announcement: Announcement) {
        let same = |known: &Announcement| known.peer == announcement.peer && known.by == announcement.by;
        if self.announcements.len() < MAX_ANNOUNCEMENTS && !self.announcements.iter().any(same) {
            self.announcements.push(announcement);
        }
    }

    fn spread(&self) -> Option<Spread> {
        let mut firsts: HashMap<PeerId, Timestamp> = HashMap::new();
        for announcement in &self.announcements {
            let first = firsts.entry(announcement.peer).or_insert(announcement.time);
            *first = announcement.time.min(*first);
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
            let mut field: Vec<_> =
                self.announcements.iter().filter(|announcement| announcement.by == by).collect();
            field.sort_by_key(|announcement| announcement.time);
            let [first, second, ..] = field.as_slice() else { continue };
            leads.push((first.peer, milliseconds(first.time, second.time)));
            leads.extend(field.iter().skip(1).map(|late| (late.peer, -milliseconds(first.time, late.time))));
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
    fn only_announcements_of_one_kind_are_compared() {
        let mut relay = BlockRelay::default();
        relay.announce(at(0), PeerId(1), hash(7), Compact);
        relay.announce(at(30), PeerId(2), hash(7), Compact);
        relay.announce(at(400), PeerId(3), hash(7), Inv);
        assert_eq!(relay.new_tip(&tip(7)), [1, 2, 3].map(PeerId));
        assert_eq!((lead(&relay, 1), lead(&relay, 2), lead(&relay, 3)), (Some(30), Some(-30), None));
        assert_eq!(
            relay.announce(at(650), PeerId(4), hash(7), Inv),
            Some(7),
            "late announcements count as well"
        );
        assert_eq!((lead(&relay, 3), lead(&relay, 4)), (Some(250), Some(-250)));
        relay.announce(at(900), PeerId(4), hash(7), Inv);
        assert_eq!(lead(&relay, 4), Some(-250), "the first announcement counts");
    }

    #[test]
    fn the_lead_is_the_median_of_the_last_blocks() {
        let mut relay = BlockRelay::default();
        for (block, late) in (1..=MAX_ON_CHAIN as u64 + 5).map(|block| (block, block * 10)) {
            relay.announce(at(0), PeerId(1), hash(block), Inv);
            relay.announce(at(late), PeerId(2), hash(block), Inv);
            relay.new_tip(&tip(block));
        }
        assert_eq!(relay.on_chain.len(), MAX_ON_CHAIN);
        assert_eq!(lead(&relay, 1), Some(130));
    }

    #[test]
    fn made_up_blocks_do_not_count_and_stay_few() {
        let mut relay = BlockRelay::default();
        relay.announce(at(0), PeerId(1), hash(1), Inv);
        relay.announce(at(5), PeerId(2), hash(1), Inv);
        for number in 100..1_000 {
            relay.announce(at(1), PeerId(9), hash(number), Inv);
            relay.announce(at(2), PeerId(8), hash(number), Inv);
        }
        assert_eq!(relay.off_chain.len(), 1 + MAX_OFF_CHAIN_PER_PEER);
        assert_eq!(relay.leads(), HashMap::new());
        relay.new_tip(&tip(1));
        assert_eq!((lead(&relay, 1), lead(&relay, 9)), (Some(5), None));
        for peer in 0..10_000 {
            relay.announce(at(9), PeerId(peer), hash(1), Inv);
        }
        assert_eq!(relay.on_chain[0].1.announcements.len(), MAX_ANNOUNCEMENTS);
    }
}
