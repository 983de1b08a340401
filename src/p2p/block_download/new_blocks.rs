//! Tells new blocks from those mined before startup.

use crate::address::Host;
use crate::address::netgroup::{NetGroup, is_routable};
use crate::chain::limits::MAX_FUTURE_BLOCK_TIME;
use crate::event::{PeerId, Tip};
use crate::util::peer_clocks::PeerClocks;
use crate::util::time::{Timestamp, WallOffset};
use std::collections::HashMap;

/// How many clock owners must agree with each other and disagree with us before their clocks count: a single
/// one may lie, and so may one of two.
const ENOUGH_CLOCKS: usize = 3;

/// Divides the best chain into past and new blocks.
///
/// Past blocks serve only for their outputs. A block that the first peer did not know, but that was mined
/// long ago, must therefore not count as new.
#[derive(Debug)]
pub struct NewBlocks {
    /// The time of startup by our clock.
    startup: Timestamp,
    /// The correction of our clock since then.
    correction: WallOffset,
    /// Peers' clocks, in case ours is wrong: miners' clocks agree with those of most peers.
    peer_clocks: PeerClocks<Owner>,
    /// The netgroups of dialled or connected peers, on networks where addresses tell operators apart.
    netgroups: HashMap<PeerId, NetGroup>,
    /// The lowest height of a new block in the best chain.
    lowest: Option<u32>,
    /// The lowest height of a new block that was handed on, whether or not it is in the best chain.
    handed_on: Option<u32>,
}

/// Who may control a clock: all peers in a netgroup count as one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Owner {
    NetGroup(NetGroup),
    /// In a private network each address counts as its own owner.
    Peer(PeerId),
}

impl NewBlocks {
    /// Blocks are new from `startup` on, with a margin for errors of miners' clocks.
    pub fn new(startup: Timestamp) -> Self {
        let (peer_clocks, netgroups) = (PeerClocks::default(), HashMap::new());
        let correction = WallOffset::default();
        Self { startup, correction, peer_clocks, netgroups, lowest: None, handed_on: None }
    }

    /// A connection is being opened.
    pub fn dialling(&mut self, peer: PeerId, host: &Host) {
        if let Some(group) = NetGroup::of(host).filter(|_| is_routable(host)) {
            self.netgroups.insert(peer, group);
        }
    }

    /// A connection, or the attempt to open one, ended.
    pub fn disconnected(&mut self, peer: PeerId) {
        self.netgroups.remove(&peer);
    }

    /// Notes that a peer's clock is `offset` s ahead of ours.
    pub fn peer_clock(&mut self, peer: PeerId, offset: i64) {
        let group = self.netgroups.get(&peer);
        self.peer_clocks.add(group.map_or(Owner::Peer(peer), |&group| Owner::NetGroup(group)), offset);
    }

    /// Notes that our clock was corrected and is now ahead of the time line by `offset`.
    pub fn clock_corrected(&mut self, offset: WallOffset) {
        self.correction = offset;
    }

    /// The time that separates past from new blocks, in s since the UNIX epoch. If the clock was wrong at
    /// startup or is wrong now, the earlier time counts: showing a past block as new does less harm than not
    /// showing a new one.
    fn since(&self) -> u64 {
        let offset = self.peer_clocks.median(ENOUGH_CLOCKS).unwrap_or(self.correction.as_secs().min(0));
        (self.startup - MAX_FUTURE_BLOCK_TIME).as_secs().saturating_add_signed(offset)
    }

    /// Returns the latest acceptable header time at `now`, in s since the UNIX epoch. As in Core, a header
    /// too far ahead of the clock is accepted only later. Peers' clocks count if they are ahead of ours, even
    /// a few of them, and so does a correction: a machine with a wrong clock still shows blocks.
    pub fn latest_time(&self, now: Timestamp) -> u64 {
        let ahead = self.peer_clocks.median(1).unwrap_or(0).max(self.correction.as_secs()).max(0);
        (now + MAX_FUTURE_BLOCK_TIME).as_secs().saturating_add_signed(ahead)
    }

    /// Notes that a new block at `height` was handed on.
    pub fn handed_on(&mut self, height: u32) {
        self.handed_on = Some(self.handed_on.map_or(height, |lowest| lowest.min(height)));
    }

    /// Splits the blocks that joined the best chain, oldest first, into past and new ones.
    ///
    /// During the first sync, `peer_height` is the height that the sender of the headers gave in the
    /// handshake: only blocks above it are new. A block that follows a new one is new, however old it claims
    /// to be. So is a block that replaces a new one that was handed on, whose effects must be undone. A
    /// header whose block was never handed on does not make its replacement new: perhaps no peer has that
    /// block.
    pub fn split<'a>(&mut self, connected: &'a [Tip], peer_height: Option<u32>) -> (&'a [Tip], &'a [Tip]) {
        let Some(first) = connected.first() else { return (&[], &[]) };
        let since = self.since();
        // Everything in the best chain from here on has left it.
        self.lowest = self.lowest.filter(|lowest| *lowest < first.height);
        let from = self.lowest.or(self.handed_on);
        let is_new = |block: &Tip| {
            let is_recent =
                u64::from(block.time) >= since && peer_height.is_none_or(|end| block.height > end);
            is_recent || from.is_some_and(|from| block.height >= from)
        };
        let first_new = connected.iter().position(is_new).unwrap_or(connected.len());
        let (past, new) = connected.split_at(first_new);
        self.lowest = self.lowest.or(new.first().map(|block| block.height));
        (past, new)
    }

    /// Whether blocks at `height` are past and have outputs worth learning. The genesis block's output cannot
    /// be spent.
    pub fn is_past(&self, height: u32) -> bool {
        height > 0 && self.lowest.is_none_or(|lowest| height < lowest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::BlockHash;
    use std::time::Duration;

    const STARTUP: Timestamp = Timestamp::from_secs(1_700_000_000);
    const LONG_AGO: u32 = 1_600_000_000;
    const NOW: u32 = 1_700_000_000;

    fn block(height: u32, time: u32) -> Tip {
        Tip { hash: BlockHash::default(), height, time }
    }

    /// The heights of the past and the new blocks of a chain from height 1 with these times.
    fn split(new_blocks: &mut NewBlocks, peer_height: Option<u32>, times: &[u32]) -> (usize, usize) {
        let chain: Vec<_> = (1..).zip(times).map(|(height, &time)| block(height, time)).collect();
        let (past, new) = new_blocks.split(&chain, peer_height);
        (past.len(), new.len())
    }

    #[test]
    fn blocks_from_before_startup_are_past() {
        let mut new_blocks = NewBlocks::new(STARTUP);
        assert_eq!(split(&mut new_blocks, None, &[LONG_AGO, LONG_AGO, NOW]), (2, 1));
        assert_eq!([0, 1, 2, 3].map(|height| new_blocks.is_past(height)), [false, true, true, false]);
    }

    #[test]
    fn in_the_first_sync_only_blocks_above_the_peers_height_are_new() {
        let mut new_blocks = NewBlocks::new(STARTUP);
        assert_eq!(split(&mut new_blocks, Some(2), &[NOW, NOW, NOW]), (2, 1));
    }

    #[test]
    fn a_block_that_follows_a_new_one_or_replaces_one_that_was_handed_on_is_new_however_old() {
        let mut new_blocks = NewBlocks::new(STARTUP);
        assert_eq!(split(&mut new_blocks, None, &[LONG_AGO, NOW]), (1, 1));
        let next = [block(3, LONG_AGO)];
        assert_eq!(new_blocks.split(&next, None), (&[][..], &next[..]));
        new_blocks.handed_on(2);
        assert_eq!(split(&mut new_blocks, None, &[LONG_AGO, LONG_AGO, LONG_AGO, LONG_AGO]), (1, 3));
    }

    #[test]
    fn blocks_that_replace_new_headers_alone_are_as_old_as_they_are() {
        let mut new_blocks = NewBlocks::new(STARTUP);
        assert_eq!(split(&mut new_blocks, None, &[NOW, NOW]), (0, 2));
        assert!(!new_blocks.is_past(1));
        assert_eq!(split(&mut new_blocks, None, &[LONG_AGO, LONG_AGO, NOW]), (2, 1));
        assert_eq!([1, 2, 3].map(|height| new_blocks.is_past(height)), [true, true, false]);
    }

    #[test]
    fn if_our_clock_is_three_days_off_those_of_the_peers_count() {
        const DAYS: i64 = 3 * 86_400;
        for ahead in [DAYS, -DAYS] {
            let ours = STARTUP.as_secs().checked_add_signed(ahead).unwrap();
            let mut new_blocks = NewBlocks::new(Timestamp::from_secs(ours));
            for (peer, offset) in (1..).zip([-ahead, i64::MIN, -ahead + 2, i64::MAX, -ahead - 2]) {
                new_blocks.peer_clock(PeerId(peer), offset);
            }
            assert_eq!(split(&mut new_blocks, None, &[LONG_AGO, NOW - 86_400, NOW]), (2, 1), "{ahead}");
        }
    }

    #[test]
    fn a_correction_of_our_clock_counts_where_few_peers_are() {
        const DAYS: u64 = 3 * 86_400;
        let mut new_blocks = NewBlocks::new(STARTUP + Duration::from_secs(DAYS));
        new_blocks.peer_clock(PeerId(1), 0);
        assert_eq!(split(&mut new_blocks, None, &[NOW, NOW]), (2, 0));
        new_blocks.clock_corrected(WallOffset::from_micros(-3 * 86_400 * 1_000_000));
        assert_eq!(split(&mut new_blocks, None, &[NOW - 86_400, NOW]), (1, 1));
        // The clock was right at startup, or is right again.
        for correction in [3 * 86_400 * 1_000_000, 0] {
            let mut new_blocks = NewBlocks::new(STARTUP);
            new_blocks.clock_corrected(WallOffset::from_micros(correction));
            assert_eq!(split(&mut new_blocks, None, &[NOW - 86_400, NOW]), (1, 1));
        }
        let mut behind = NewBlocks::new(STARTUP - Duration::from_secs(DAYS));
        let now = STARTUP - Duration::from_secs(DAYS);
        assert!(behind.latest_time(now) < u64::from(NOW));
        behind.clock_corrected(WallOffset::from_micros(3 * 86_400 * 1_000_000));
        assert_eq!(behind.latest_time(now), u64::from(NOW) + 2 * 3_600);
    }

    #[test]
    fn the_clocks_of_one_netgroup_do_not_decide() {
        const DAY: i64 = 86_400;
        let mut new_blocks = NewBlocks::new(STARTUP);
        for (peer, last) in (1..=9).zip(1..) {
            let host = Host::Ip([8, 8, 4, last].into());
            new_blocks.dialling(PeerId(peer), &host);
            new_blocks.peer_clock(PeerId(peer), 9 * DAY);
        }
        new_blocks.peer_clock(PeerId(10), 9 * DAY);
        assert_eq!(split(&mut new_blocks, None, &[NOW, NOW]), (0, 2), "ours counts");
        new_blocks.peer_clock(PeerId(11), 9 * DAY);
        assert_eq!(split(&mut new_blocks, None, &[NOW, NOW]), (2, 0));
    }

    #[test]
    fn a_header_may_be_two_hours_ahead_of_the_clocks_of_peers_or_of_ours() {
        let mut new_blocks = NewBlocks::new(STARTUP);
        let hours = |hours: u64| u64::from(NOW) + hours * 3_600;
        let later = STARTUP + Duration::from_hours(1);
        assert_eq!(new_blocks.latest_time(later), hours(3));
        new_blocks.peer_clock(PeerId(1), 3_600);
        assert_eq!(new_blocks.latest_time(later), hours(4));
        for peer in 2..9 {
            new_blocks.peer_clock(PeerId(peer), i64::MIN);
        }
        assert_eq!(new_blocks.latest_time(later), hours(3), "liars can't make every header too new");
    }

    #[test]
    fn a_miners_clock_may_be_two_hours_slow() {
        let mut new_blocks = NewBlocks::new(STARTUP);
        assert_eq!(split(&mut new_blocks, None, &[NOW - 7_201, NOW - 7_200]), (1, 1));
    }
}
