//! The best chain of several sensors: each reports its own tips and blocks, some later than others.
//!
//! The chain follows the highest tip that connects through blocks, each with the proof of work that the
//! difficulty rule demands; of two at the same height, the one seen first. Heights are counted from the
//! chain's first block. If blocks do not arrive, or the rule cannot be applied yet, a tip is believed only if
//! more than half of the sensors are at its height or above, and a gap is reported. A single broken or lying
//! sensor cannot mislead the others. Neither can one that is behind: a tip whose block arrived is only left for a lower
//! one if more than half of the sensors are on another chain and a block of it arrived.

use super::sources::to_displace;
use crate::chain::Network;
use crate::chain::difficulty::{PowHeader, has_valid_bits};
use crate::event::{EventKind, MissingBlocks, PeerId, SensorId, Tip};
use crate::util::time::Timestamp;
use crate::wire::{Block, BlockHash};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// The most blocks waiting to be connected.
const MAX_BLOCKS: usize = 16;

/// The longest reorg that is followed.
const MAX_CONNECTED: usize = 288;

/// How long to wait for the blocks that lead to a tip.
const PATIENCE: Duration = Duration::from_secs(15);

/// The best chain according to all sensors.
#[derive(Debug)]
pub struct Chain {
    network: Network,
    tips: BTreeMap<SensorId, Tip>,
    /// The last blocks of the chain, oldest first, beginning at its first block.
    connected: VecDeque<Link>,
    /// Unconnected blocks, oldest first.
    blocks: VecDeque<Candidate>,
    /// The highest missing block from before the followed chain; the other missing ones come before it.
    behind: Option<(u32, BlockHash)>,
    /// The last block before a gap, down to which blocks are reported as missing.
    gap: Option<BlockHash>,
    /// Since when the best tip has been out of reach.
    stuck_since: Option<Timestamp>,
    /// Whether a better tip may have become reachable.
    has_changed: bool,
}

/// A block of the chain.
#[derive(Clone, Copy, Debug)]
struct Link {
    height: u32,
    hash: BlockHash,
    /// The fields that the difficulty rule needs; unknown if only the hash is known.
    header: Option<PowHeader>,
}

/// A block that may be connected.
#[derive(Clone, Debug)]
struct Candidate {
    peer: PeerId,
    block: Arc<Block>,
}

impl Candidate {
    /// Whether the block can be at this height: its coinbase names no other height (BIP34).
    fn is_at(&self, height: u32) -> bool {
        self.block.coinbase_height().is_none_or(|said| said == height)
    }

    fn at(&self, height: u32) -> Link {
        let header = &self.block.header;
        let header = PowHeader { height, time: header.time, bits: header.bits };
        Link { height, hash: self.block.hash, header: Some(header) }
    }
}

impl Link {
    /// Whether this is the block of a tip.
    fn is(&self, tip: &Tip) -> bool {
        (self.height, self.hash) == (tip.height, tip.hash)
    }
}

impl Chain {
    /// A chain of `network` about which nothing is known.
    pub fn new(network: Network) -> Self {
        Self {
            network,
            tips: BTreeMap::new(),
            connected: VecDeque::new(),
            blocks: VecDeque::new(),
            behind: None,
            gap: None,
            stuck_since: None,
            has_changed: false,
        }
    }

    /// Notes the tip of a sensor.
    pub fn tip(&mut self, sensor: SensorId, tip: Tip) {
        self.has_changed |= self.tips.insert(sensor, tip) != Some(tip);
    }

    /// Adds a block; duplicates are ignored.
    pub fn block(&mut self, peer: PeerId, block: Arc<Block>) {
        let is_behind = self.behind.is_some_and(|(_, hash)| hash == block.hash);
        let is_known = !is_behind && self.connected.iter().any(|link| link.hash == block.hash)
            || self.blocks.iter().any(|known| known.block.hash == block.hash);
        if is_known {
            return;
        }
        if self.blocks.len() >= MAX_BLOCKS {
            let owners = self.blocks.iter().map(|known| SensorId::of(known.peer));
            to_displace(owners).map(|at| self.blocks.remove(at));
        }
        self.blocks.push_back(Candidate { peer, block });
        self.has_changed = true;
    }

    /// Forgets the tip of a sensor that has gone silent.
    pub fn lost(&mut self, sensor: SensorId) {
        self.has_changed |= self.tips.remove(&sensor).is_some();
    }

    /// Follows a clock that was set back.
    pub fn rewind(&mut self) {
        self.stuck_since = None;
        self.has_changed = true;
    }

    /// Follows a better tip, if there is one. Costs nothing while nothing changes.
    pub fn advance(&mut self, now: Timestamp) -> Vec<EventKind> {
        if !self.has_changed && self.stuck_since.is_none() {
            return Vec::new();
        }
        let mut events = self.look_for_better(now);
        self.has_changed = !events.is_empty();
        self.look_behind(&mut events);
        events
    }

    fn look_for_better(&mut self, now: Timestamp) -> Vec<EventKind> {
        let Some(believed) = self.believed() else {
            self.stuck_since = None;
            return Vec::new();
        };
        let Some(&last) = self.connected.back() else {
            self.connected.push_back(Link { height: believed.height, hash: believed.hash, header: None });
            self.behind = Some((believed.height, believed.hash));
            return vec![EventKind::Tip(believed)];
        };
        let mut higher: Vec<Tip> =
            self.tips.values().filter(|tip| tip.height > last.height).copied().collect();
        higher.sort_by_key(|tip| std::cmp::Reverse(tip.height));
        for tip in higher {
            if let Some((fork, path)) = self.path(tip) {
                self.stuck_since = None;
                return self.follow(tip, fork, path);
            }
        }
        if self.is_right(last, believed) {
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

    /// Whether the last block of the chain may remain the tip although another tip is believed.
    fn is_right(&self, last: Link, believed: Tip) -> bool {
        let is_on_chain = |tip: &Tip| self.connected.iter().any(|link| link.is(tip));
        if believed.height == last.height || is_on_chain(&believed) {
            return true;
        }
        // Sensors without peers may be as low as sensors on another chain, but publish no blocks of it.
        let elsewhere =
            self.tips.values().filter(|tip| tip.height < last.height && !is_on_chain(tip)).count();
        believed.height < last.height
            && last.header.is_some()
            && !(self.is_shown(believed) && elsewhere * 2 > self.tips.len())
    }

    /// Reports blocks from before the followed chain, down from the first missing one: each names its
    /// predecessor.
    fn look_behind(&mut self, events: &mut Vec<EventKind>) {
        while let Some((height, hash)) = self.behind
            && let Some(at) = self.blocks.iter().position(|known| known.block.hash == hash)
            && let Some(candidate) = self.blocks.remove(at)
            && candidate.is_at(height)
        {
            let Link { header, .. } = candidate.at(height);
            let link = self.connected.iter_mut().find(|link| link.hash == hash);
            if let Some(link) = link {
                link.header = header;
            }
            let Candidate { peer, block } = candidate;
            let previous = block.header.previous;
            self.behind = height.checked_sub(1).map(|height| (height, previous));
            events.push(EventKind::PastBlock { peer, height, block });
            if self.gap == Some(previous) {
                (self.gap, self.behind) = (None, None);
                events.push(EventKind::MissingBlocks(None));
            }
        }
    }

    /// The highest tip that can be believed.
    fn believed(&self) -> Option<Tip> {
        // Of equals, `max_by_key` takes the last one: the sensor that joined first must come last.
        self.tips.values().rev().filter(|tip| self.is_believed(**tip)).max_by_key(|tip| tip.height).copied()
    }

    /// Whether more than half of the sensors are at this tip's height or above; half of them suffice if the
    /// block of this tip arrived and that of the followed one did not.
    fn is_believed(&self, tip: Tip) -> bool {
        let there = self.tips.values().filter(|other| other.height >= tip.height).count() * 2;
        let is_proven = self.connected.back().is_some_and(|last| last.header.is_some());
        there > self.tips.len() || there == self.tips.len() && !is_proven && self.is_shown(tip)
    }

    /// Whether the block of this tip arrived and is not connected.
    fn is_shown(&self, tip: Tip) -> bool {
        self.blocks.iter().any(|known| known.block.hash == tip.hash && known.is_at(tip.height))
    }

    /// The index in `connected` of the fork, and the blocks from there to this tip, lowest first, if they
    /// exist and can be believed.
    fn path(&self, tip: Tip) -> Option<(usize, Vec<Candidate>)> {
        let (mut path, mut hash) = (Vec::new(), tip.hash);
        let fork = loop {
            if let Some(fork) = self.connected.iter().rposition(|link| link.hash == hash) {
                break fork;
            }
            let block = self.blocks.iter().find(|known| known.block.hash == hash)?;
            hash = block.block.header.previous;
            path.push(block.clone());
            if path.len() > MAX_BLOCKS {
                return None;
            }
        };
        path.reverse();
        (self.is_hard_enough(fork, &path) || self.is_believed(tip))
            .then_some((fork, path))
            .filter(|(fork, path)| self.heights(*fork, path).last() == Some(tip.height))
    }

    /// The heights of the blocks after the one at `fork`.
    fn heights(&self, fork: usize, path: &[Candidate]) -> impl Iterator<Item = u32> + use<> {
        let first = self.connected[fork].height.saturating_add(1);
        (first..).take(path.len())
    }

    /// Whether the header before these blocks is known, and all of them obey the difficulty rule.
    fn is_hard_enough(&self, fork: usize, path: &[Candidate]) -> bool {
        let before = self.connected.range(..=fork).rev().map_while(|link| link.header);
        let mut headers: Vec<PowHeader> = before.collect();
        headers.reverse();
        !headers.is_empty()
            && self.heights(fork, path).zip(path).all(|(height, candidate)| {
                candidate.at(height).header.is_some_and(|header| {
                    let is_valid = has_valid_bits(self.network, header, headers.iter().rev().copied());
                    headers.push(header);
                    is_valid
                })
            })
    }

    fn follow(&mut self, tip: Tip, fork: usize, path: Vec<Candidate>) -> Vec<EventKind> {
        let mut events = Vec::new();
        let heights = self.heights(fork, &path);
        let disconnected = self.connected.drain(fork + 1..).rev().map(|link| (link.height, link.hash));
        let disconnected: Vec<_> = disconnected.collect();
        if disconnected.is_empty() {
            events.push(EventKind::Tip(tip));
        } else {
            events.push(EventKind::BlocksDisconnected { blocks: disconnected, tip });
        }
        for (height, candidate) in heights.zip(path) {
            self.connected.push_back(candidate.at(height));
            let Candidate { peer, block } = candidate;
            self.blocks.retain(|known| known.block.hash != block.hash);
            events.push(EventKind::Block { peer, height, block });
        }
        while self.connected.len() > MAX_CONNECTED {
            self.connected.pop_front();
        }
        events
    }

    /// Follows a tip although blocks before it are missing, starting at the highest of the missing ones.
    fn jump(&mut self, best: Tip, since: Timestamp) -> Vec<EventKind> {
        let (mut path, mut missing) = (Vec::new(), (best.height, best.hash));
        while let Some(known) = self.blocks.iter().find(|known| known.block.hash == missing.1)
            && path.len() < MAX_BLOCKS
        {
            missing = (missing.0.saturating_sub(1), known.block.header.previous);
            path.push(known.clone());
        }
        path.reverse();
        let (height, hash) = missing;
        let is_left = |link: &&Link| link.height > height || link.height == height && link.hash != hash;
        let reached = self.connected.iter().rfind(|link| !is_left(link)).copied();
        // The block of the first link was never connected.
        let left = self.connected.iter().skip(1).filter(is_left).copied();
        self.connected = std::iter::once(Link { height, hash, header: None }).chain(left).collect();
        self.behind = Some(missing);
        let mut events = self.follow(best, 0, path);
        // After a tip that no other sensor confirmed, nothing is missing that was not missing before.
        if let Some(reached) = reached
            && let Some(count) = height.checked_sub(reached.height).filter(|count| *count > 0)
        {
            let missing = MissingBlocks { height: reached.height + 1, hash, count, since };
            events.insert(1, EventKind::MissingBlocks(Some(missing)));
            self.gap = Some(reached.hash);
        }
        events
    }
}

#[cfg(test)]
mod tests;
