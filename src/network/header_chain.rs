//! The headers that we know, and which chain of them has the most work.

use super::starting_point::StartingPoint;
use crate::event::Tip;
use crate::wire::message::MAX_LOCATOR;
use crate::wire::{BlockHash, BlockHeader};
use std::collections::{HashMap, VecDeque};

/// How many blocks of the best chain are kept, back from its tip. A fork from before is not seen.
const MAX_ACTIVE: usize = 20_000;

/// How many headers beside the best chain are kept; when there are more, all of them are forgotten.
/// Whoever has a better branch sends it again, as a whole.
const MAX_SIDE: usize = 10_000;

/// Chains of headers from one starting point. Proof of work is checked before (see
/// [`BlockHeader::check`]); here it is counted.
#[derive(Debug)]
pub struct HeaderChain {
    start: StartingPoint,
    nodes: HashMap<BlockHash, Node, foldhash::fast::RandomState>,
    /// The best chain without gaps.
    active: VecDeque<BlockHash>,
    /// The height of the first of `active`.
    base: u32,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    previous: BlockHash,
    height: u32,
    /// All the work since the starting point.
    work: u128,
    time: u32,
}

/// Another chain is now the best, or the best one has grown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewTip {
    /// The blocks that are now in the best chain, oldest first.
    pub connected: Vec<Tip>,
    /// The blocks that no longer are, newest first, with their heights.
    pub disconnected: Vec<(u32, BlockHash)>,
}

/// Why headers were not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HeadersError {
    /// The first one follows none that we know.
    Unlinked,
    /// One does not follow the one before it. Core punishes it.
    Broken,
}

impl HeaderChain {
    /// Knows the starting point and nothing else.
    pub fn new(start: StartingPoint) -> Self {
        let node = Node {
            previous: BlockHash::default(),
            height: start.height,
            work: 0,
            time: start.time.unwrap_or_default(),
        };
        Self {
            start,
            nodes: HashMap::from_iter([(start.hash, node)]),
            active: VecDeque::from([start.hash]),
            base: start.height,
        }
    }

    /// Takes the headers of one message, with their names.
    ///
    /// # Errors
    /// They don't fit; nothing is changed.
    pub fn add(&mut self, headers: &[(BlockHash, BlockHeader)]) -> Result<Option<NewTip>, HeadersError> {
        let Some((_, first)) = headers.first() else { return Ok(None) };
        let pairs = headers.iter().zip(headers.iter().skip(1));
        if pairs.into_iter().any(|((hash, _), (_, next))| next.previous != *hash) {
            return Err(HeadersError::Broken);
        }
        if self.nodes.len() + headers.len() > self.active.len() + MAX_SIDE {
            self.forget_side_branches();
        }
        let mut parent = *self.nodes.get(&first.previous).ok_or(HeadersError::Unlinked)?;
        let mut best = self.tip_hash();
        for (hash, header) in headers {
            let node = Node {
                previous: header.previous,
                height: parent.height.saturating_add(1),
                work: parent.work.saturating_add(header.work()),
                time: header.time,
            };
            parent = *self.nodes.entry(*hash).or_insert(node);
            // Of equal ones, the one that came first stays, as in Core.
            if parent.work > self.work(best) {
                best = *hash;
            }
        }
        Ok(self.activate(best))
    }

    /// Whether this block is in the best chain, as far back as that is kept.
    pub fn is_active(&self, hash: BlockHash) -> bool {
        self.nodes.get(&hash).is_some_and(|node| self.active_at(node.height) == Some(hash))
    }

    /// The end of the best chain; `None` while nothing is known but a starting point of which only
    /// the name is known.
    pub fn tip(&self) -> Option<Tip> {
        let hash = self.tip_hash();
        let node = self.nodes.get(&hash)?;
        let is_told = hash != self.start.hash || self.start.time.is_some();
        is_told.then_some(Tip { hash, height: node.height, time: node.time })
    }

    /// The best chain as far back as it is kept, newest first: heights and names.
    pub fn newest(&self) -> impl Iterator<Item = (u32, BlockHash)> {
        let end = self.base.saturating_add(u32::try_from(self.active.len()).unwrap_or(u32::MAX));
        (self.base..end).rev().zip(self.active.iter().rev().copied())
    }

    /// Blocks of the best chain for a `getheaders`: the last ones, then ever fewer.
    pub fn locator(&self) -> Vec<BlockHash> {
        let mut locator = Vec::new();
        let (mut back, mut step) = (1, 1);
        while let Some(hash) = self.active.len().checked_sub(back).and_then(|index| self.active.get(index)) {
            locator.push(*hash);
            if locator.len() >= 10 {
                step *= 2;
            }
            back += step;
        }
        locator.truncate(MAX_LOCATOR - 1);
        if locator.last() != Some(&self.start.hash) {
            locator.push(self.start.hash);
        }
        locator
    }

    fn tip_hash(&self) -> BlockHash {
        self.active.back().copied().unwrap_or(self.start.hash)
    }

    fn work(&self, hash: BlockHash) -> u128 {
        self.nodes.get(&hash).map_or(0, |node| node.work)
    }

    fn active_at(&self, height: u32) -> Option<BlockHash> {
        let index = usize::try_from(height.checked_sub(self.base)?).ok()?;
        self.active.get(index).copied()
    }

    /// Makes the chain that ends with `tip` the best one.
    fn activate(&mut self, tip: BlockHash) -> Option<NewTip> {
        let mut connected = Vec::new();
        let mut at = tip;
        while !self.is_active(at) {
            let node = self.nodes.get(&at)?;
            connected.push(Tip { hash: at, height: node.height, time: node.time });
            at = node.previous;
        }
        let first_height = connected.last()?.height;
        let kept = usize::try_from(first_height.saturating_sub(self.base)).ok()?;
        let left = self.active.split_off(kept.min(self.active.len()));
        let mut disconnected: Vec<_> = (first_height..).zip(left).collect();
        disconnected.reverse();
        connected.reverse();
        self.active.extend(connected.iter().map(|block| block.hash));
        while self.active.len() > MAX_ACTIVE {
            if let Some(oldest) = self.active.pop_front() {
                self.nodes.remove(&oldest);
                self.base += 1;
            }
        }
        Some(NewTip { connected, disconnected })
    }

    fn forget_side_branches(&mut self) {
        let active: HashMap<_, _, _> =
            self.active.iter().filter_map(|hash| Some((*hash, *self.nodes.get(hash)?))).collect();
        self.nodes = active;
    }
}

#[cfg(test)]
mod tests;
