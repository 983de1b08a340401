//! The best chain of several sensors: each reports its own tips and blocks, some later than others.
//!
//! The highest tip is followed to which blocks lead; of two at the same height, the one that came first. When blocks do
//! not come, a tip is believed only if more than half of the sensors are there or above, and the gap is said: so one
//! sensor that is broken, or lies, does not lead the others astray.

use crate::event::{EventKind, MissingBlocks, PeerId, SensorId, Tip};
use crate::util::time::Timestamp;
use crate::wire::{Block, BlockHash};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// The most blocks that are kept to be connected.
const MAX_BLOCKS: usize = 16;

/// The longest reorg that is followed.
const MAX_CONNECTED: usize = 288;

/// How long blocks that lead to a tip are waited for.
const PATIENCE: Duration = Duration::from_secs(15);

/// The chain that all sensors together show.
#[derive(Debug, Default)]
pub struct Chain {
    tips: BTreeMap<SensorId, Tip>,
    /// The last blocks of the chain, heights and hashes, oldest first; the first one is where it began.
    connected: VecDeque<(u32, BlockHash)>,
    /// Blocks that are not connected, oldest first.
    blocks: VecDeque<Candidate>,
    /// Since when the best tip cannot be reached.
    stuck_since: Option<Timestamp>,
    /// Whether there may be something to follow.
    has_changed: bool,
}

#[derive(Clone, Debug)]
struct Candidate {
    peer: PeerId,
    height: u32,
    block: Arc<Block>,
}

impl Chain {
    /// Takes the tip of a sensor.
    pub fn tip(&mut self, sensor: SensorId, tip: Tip) {
        self.has_changed |= self.tips.insert(sensor, tip) != Some(tip);
    }

    /// Takes a block; of several of the same, the first.
    pub fn block(&mut self, peer: PeerId, height: u32, block: Arc<Block>) {
        let is_known = self.connected.iter().any(|(_, hash)| *hash == block.hash)
            || self.blocks.iter().any(|known| known.block.hash == block.hash);
        if is_known {
            return;
        }
        if self.blocks.len() >= MAX_BLOCKS {
            self.blocks.pop_front();
        }
        self.blocks.push_back(Candidate { peer, height, block });
        self.has_changed = true;
    }

    /// A sensor is not heard any more: its tip does not count.
    pub fn lost(&mut self, sensor: SensorId) {
        self.has_changed |= self.tips.remove(&sensor).is_some();
    }

    /// Follows a better tip, if there is one. Costs nothing while nothing changes.
    pub fn advance(&mut self, now: Timestamp) -> Vec<EventKind> {
        if !self.has_changed && self.stuck_since.is_none() {
            return Vec::new();
        }
        let events = self.look_for_better(now);
        self.has_changed = !events.is_empty();
        events
    }

    fn look_for_better(&mut self, now: Timestamp) -> Vec<EventKind> {
        let Some(believed) = self.believed() else { return Vec::new() };
        let Some(&(height, current)) = self.connected.back() else {
            self.connected.push_back((believed.height, believed.hash));
            return vec![EventKind::Tip(believed)];
        };
        let mut higher: Vec<Tip> = self.tips.values().filter(|tip| tip.height > height).copied().collect();
        higher.sort_by_key(|tip| std::cmp::Reverse(tip.height));
        for tip in higher {
            if let Some((fork, path)) = self.path(tip.hash) {
                self.stuck_since = None;
                return self.follow(tip, fork, path);
            }
        }
        let is_right = believed.hash == current
            || believed.height == height
            || believed.height < height && self.is_believed(height);
        if is_right {
            self.stuck_since = None;
            return Vec::new();
        }
        let since = *self.stuck_since.get_or_insert(now);
        if now.since(since) < PATIENCE {
            return Vec::new();
        }
        self.stuck_since = None;
        self.jump(believed, since)
    }

    /// The highest tip that is believed.
    fn believed(&self) -> Option<Tip> {
        // Of equals, the last one counts: so the sensor that joined first comes last.
        self.tips
            .values()
            .rev()
            .filter(|tip| self.is_believed(tip.height))
            .max_by_key(|tip| tip.height)
            .copied()
    }

    /// Whether more than half of the sensors are at this height or above.
    fn is_believed(&self, height: u32) -> bool {
        let there = self.tips.values().filter(|tip| tip.height >= height).count();
        there * 2 > self.tips.len()
    }

    /// The place of the last common block in `connected`, and the blocks from there, lowest first.
    fn path(&self, tip: BlockHash) -> Option<(usize, Vec<Candidate>)> {
        let (mut path, mut hash) = (Vec::new(), tip);
        loop {
            if let Some(fork) = self.connected.iter().rposition(|(_, other)| *other == hash) {
                path.reverse();
                return Some((fork, path));
            }
            let block = self.blocks.iter().find(|known| known.block.hash == hash)?;
            hash = block.block.header.previous;
            path.push(block.clone());
            if path.len() > MAX_BLOCKS {
                return None;
            }
        }
    }

    fn follow(&mut self, tip: Tip, fork: usize, path: Vec<Candidate>) -> Vec<EventKind> {
        let mut events = Vec::new();
        let disconnected: Vec<_> = self.connected.drain(fork + 1..).rev().collect();
        if disconnected.is_empty() {
            events.push(EventKind::Tip(tip));
        } else {
            events.push(EventKind::BlocksDisconnected { blocks: disconnected, tip });
        }
        for Candidate { peer, height, block } in path {
            self.blocks.retain(|known| known.block.hash != block.hash);
            self.connected.push_back((height, block.hash));
            events.push(EventKind::Block { peer, height, block });
        }
        while self.connected.len() > MAX_CONNECTED {
            self.connected.pop_front();
        }
        events
    }

    /// Follows a tip although blocks before it are missing: from the highest of these on.
    fn jump(&mut self, best: Tip, since: Timestamp) -> Vec<EventKind> {
        let reached = self.connected.back().map_or(0, |(height, _)| *height);
        let (mut path, mut missing) = (Vec::new(), (best.height, best.hash));
        while let Some(known) = self.blocks.iter().find(|known| known.block.hash == missing.1)
            && path.len() < MAX_BLOCKS
        {
            missing = (missing.0.saturating_sub(1), known.block.header.previous);
            path.push(known.clone());
        }
        path.reverse();
        self.connected = VecDeque::from([missing]);
        let (height, hash) = missing;
        let mut events = self.follow(best, 0, path);
        // Back from a tip that nobody else believes in, nothing is missing that was not missing before.
        if let Some(count) = height.checked_sub(reached).filter(|count| *count > 0) {
            let missing = MissingBlocks { height: reached + 1, hash, count, since };
            events.insert(1, EventKind::MissingBlocks(Some(missing)));
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensor::collect::testing::mined_on;

    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
    const FRA: SensorId = SensorId(1);
    const NYC: SensorId = SensorId(2);

    fn tip(height: u32, block: &Block) -> Tip {
        Tip { hash: block.hash, height, time: block.header.time }
    }

    fn names(events: &[EventKind]) -> Vec<String> {
        let name = |event: &EventKind| match event {
            EventKind::Tip(tip) => format!("tip {}", tip.height),
            EventKind::Block { height, .. } => format!("block {height}"),
            EventKind::BlocksDisconnected { blocks, tip } => {
                format!(
                    "disconnected {:?} tip {}",
                    blocks.iter().map(|(height, _)| *height).collect::<Vec<_>>(),
                    tip.height
                )
            }
            EventKind::MissingBlocks(Some(missing)) => {
                format!("missing {} × {}", missing.height, missing.count)
            }
            other => format!("{other:?}"),
        };
        events.iter().map(name).collect()
    }

    fn start() -> (Chain, Block) {
        let first = mined_on(BlockHash([0; 32]), 1);
        let mut chain = Chain::default();
        chain.tip(FRA, tip(100, &first));
        assert_eq!(names(&chain.advance(NOW)), ["tip 100"]);
        (chain, first)
    }

    #[test]
    fn a_block_of_two_sensors_is_connected_once() {
        let (mut chain, first) = start();
        let second = mined_on(first.hash, 2);
        for sensor in [FRA, NYC] {
            chain.tip(sensor, tip(101, &second));
            chain.block(PeerId(1), 101, Arc::new(second.clone()));
        }
        assert_eq!(names(&chain.advance(NOW)), ["tip 101", "block 101"]);
        chain.tip(NYC, tip(100, &first));
        chain.block(PeerId(1), 101, Arc::new(second));
        assert!(chain.advance(NOW).is_empty(), "a sensor that is behind changes nothing");
    }

    #[test]
    fn known_blocks_above_a_gap_are_connected() {
        let (mut chain, _) = start();
        let second = mined_on(BlockHash([9; 32]), 5);
        chain.tip(FRA, tip(102, &second));
        chain.block(PeerId(1), 102, Arc::new(second));
        assert!(chain.advance(NOW).is_empty());
        assert_eq!(names(&chain.advance(NOW + PATIENCE)), ["tip 102", "missing 101 × 1", "block 102"]);
    }

    #[test]
    fn a_longer_branch_of_another_sensor_is_a_reorg() {
        let (mut chain, first) = start();
        let ours = mined_on(first.hash, 2);
        let theirs = mined_on(first.hash, 3);
        let top = mined_on(theirs.hash, 4);
        chain.tip(FRA, tip(101, &ours));
        chain.block(PeerId(1), 101, Arc::new(ours.clone()));
        assert_eq!(names(&chain.advance(NOW)), ["tip 101", "block 101"]);
        chain.tip(NYC, tip(101, &theirs));
        chain.block(PeerId(2), 101, Arc::new(theirs));
        assert!(chain.advance(NOW).is_empty(), "the first of two at a height stays");
        chain.tip(NYC, tip(102, &top));
        assert!(chain.advance(NOW).is_empty(), "its block is not here");
        chain.block(PeerId(2), 102, Arc::new(top));
        assert_eq!(names(&chain.advance(NOW)), ["disconnected [101] tip 102", "block 101", "block 102"]);
        chain.lost(NYC);
        assert!(chain.advance(NOW).is_empty(), "a lower tip of another sensor is no reorg by itself");
    }

    #[test]
    fn one_sensor_that_lies_about_its_tip_does_not_lead_the_others_astray() {
        let (mut chain, first) = start();
        let bogus = mined_on(BlockHash([9; 32]), 9);
        let third = SensorId(3);
        chain.tip(NYC, tip(100, &first));
        chain.tip(third, tip(u32::MAX, &bogus));
        assert!(chain.advance(NOW).is_empty() && chain.advance(NOW + PATIENCE * 2).is_empty());
        let second = mined_on(first.hash, 2);
        chain.tip(FRA, tip(101, &second));
        chain.block(PeerId(1), 101, Arc::new(second));
        assert_eq!(names(&chain.advance(NOW + PATIENCE * 3)), ["tip 101", "block 101"]);

        let mut chain = Chain::default();
        chain.tip(third, tip(u32::MAX, &bogus));
        assert_eq!(names(&chain.advance(NOW)), [format!("tip {}", u32::MAX)], "nobody else is there");
        chain.tip(FRA, tip(100, &first));
        chain.tip(NYC, tip(100, &first));
        assert!(chain.advance(NOW).is_empty());
        assert_eq!(names(&chain.advance(NOW + PATIENCE)), ["tip 100"], "the others are right");
    }

    #[test]
    fn blocks_that_do_not_come_are_said_to_be_missing() {
        let (mut chain, _) = start();
        let far = mined_on(BlockHash([9; 32]), 5);
        chain.tip(FRA, tip(104, &far));
        assert!(chain.advance(NOW).is_empty());
        assert!(chain.advance(NOW + PATIENCE - Duration::from_millis(1)).is_empty());
        assert_eq!(names(&chain.advance(NOW + PATIENCE)), ["tip 104", "missing 101 × 4"]);
        let next = mined_on(far.hash, 6);
        chain.tip(FRA, tip(105, &next));
        chain.block(PeerId(1), 105, Arc::new(next));
        assert_eq!(names(&chain.advance(NOW + PATIENCE)), ["tip 105", "block 105"]);
    }
}
