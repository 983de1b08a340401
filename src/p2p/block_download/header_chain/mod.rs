//! The known headers, and the chain of them with the most work.

use crate::chain::Network;
use crate::chain::difficulty::{self, PowHeader};
use crate::event::{BlockFault, Tip};
use crate::p2p::starting_point::StartingPoint;
use crate::wire::message::MAX_LOCATOR;
use crate::wire::{BlockHash, BlockHeader};
use std::collections::{HashMap, VecDeque};

/// How many headers of the best chain are kept, back from its tip. An earlier fork is not recognised.
const MAX_ACTIVE: usize = 20_000;

/// How many headers of side branches are kept. Beyond that, all of them are dropped; a peer with a better
/// branch sends it again as a whole.
const MAX_SIDE: usize = 10_000;

/// The chains of headers from one starting point. Proof of work was checked before (see
/// [`BlockHeader::check`]); here it is summed up, and `nBits` is checked by the [`difficulty`] rule.
#[derive(Debug)]
pub struct HeaderChain {
    network: Network,
    start: StartingPoint,
    nodes: HashMap<BlockHash, Node, foldhash::fast::RandomState>,
    /// The best chain, without gaps.
    active: VecDeque<BlockHash>,
    /// The height of the first block in `active`.
    base: u32,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    previous: BlockHash,
    height: u32,
    /// The work of the chain since the starting point.
    work: u128,
    time: u32,
    bits: u32,
}

impl Node {
    /// The node of `header`, a child of this one.
    fn next(&self, header: &BlockHeader) -> Self {
        Self {
            previous: header.previous,
            height: self.height.saturating_add(1),
            work: self.work.saturating_add(header.work()),
            time: header.time,
            bits: header.bits,
        }
    }

    fn pow_header(self) -> PowHeader {
        PowHeader { height: self.height, time: self.time, bits: self.bits }
    }
}

/// How the best chain changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewTip {
    /// The blocks that joined the best chain, oldest first.
    pub connected: Vec<Tip>,
    /// Heights and hashes of the blocks that left it, newest first.
    pub disconnected: Vec<(u32, BlockHash)>,
}

/// Why headers were rejected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HeadersError {
    /// The parent of the first header is unknown.
    #[error("unconnecting headers")]
    Unconnecting,
    /// The headers break a consensus rule. Core disconnects the peer for that.
    #[error(transparent)]
    Invalid(#[from] BlockFault),
}

impl HeaderChain {
    /// The chain of the starting point alone.
    pub fn new(network: Network, start: StartingPoint) -> Self {
        let node = Node {
            previous: BlockHash::default(),
            height: start.height,
            work: 0,
            time: start.time.unwrap_or_default(),
            // Only private chains read the genesis block's bits, and theirs are the easiest ones.
            bits: network.limit_bits(),
        };
        Self {
            network,
            start,
            nodes: HashMap::from_iter([(start.hash, node)]),
            active: VecDeque::from([start.hash]),
            base: start.height,
        }
    }

    /// Adds the headers of one message, with their hashes. Returns how the best chain changed, if it did.
    ///
    /// # Errors
    /// The headers don't connect or break a rule; none of them is added.
    pub fn add(&mut self, headers: &[(BlockHash, BlockHeader)]) -> Result<Option<NewTip>, HeadersError> {
        let pairs = headers.iter().zip(headers.iter().skip(1));
        if pairs.into_iter().any(|((hash, _), (_, next))| next.previous != *hash) {
            return Err(BlockFault::BrokenChain.into());
        }
        let known = headers.iter().take_while(|(hash, _)| self.nodes.contains_key(hash)).count();
        let is_crowded = self.nodes.len() + headers.len() - known > self.active.len() + MAX_SIDE;
        // Known headers were checked before, so repeating them costs next to nothing.
        let headers = if is_crowded { headers } else { &headers[known..] };
        let Some((_, first)) = headers.first() else { return Ok(None) };
        let nodes = self.nodes_of(first.previous, headers)?;
        if is_crowded {
            self.forget_side_branches();
            if !self.nodes.contains_key(&first.previous) {
                return Err(HeadersError::Unconnecting);
            }
        }
        let mut best = self.tip_hash();
        for (&(hash, _), node) in headers.iter().zip(nodes) {
            self.nodes.entry(hash).or_insert(node);
            // At equal work the chain seen first stays the best, as in Core.
            if node.work > self.work(best) {
                best = hash;
            }
        }
        Ok(self.activate(best))
    }

    /// Whether this block is in the best chain, as far back as it is kept.
    pub fn is_active(&self, hash: BlockHash) -> bool {
        self.nodes.get(&hash).is_some_and(|node| self.active_at(node.height) == Some(hash))
    }

    /// The tip of the best chain; `None` before the first header after a starting point in the middle of
    /// a chain.
    pub fn tip(&self) -> Option<Tip> {
        let hash = self.tip_hash();
        let node = self.with_header(hash)?;
        Some(Tip { hash, height: node.height, time: node.time })
    }

    /// Heights and hashes of the best chain, newest first, as far back as it is kept.
    pub fn newest(&self) -> impl Iterator<Item = (u32, BlockHash)> {
        let end = self.base.saturating_add(u32::try_from(self.active.len()).unwrap_or(u32::MAX));
        (self.base..end).rev().zip(self.active.iter().rev().copied())
    }

    /// How many blocks, counted from the tip, reach back to the oldest one of this time or later.
    pub fn count_since(&self, time: u32) -> usize {
        let times = self.active.iter().map(|hash| self.nodes.get(hash).map_or(0, |node| node.time));
        let before = times.take_while(|at| *at < time).count();
        self.active.len() - before
    }

    /// The block locator for a `getheaders`: the last ten blocks, then exponentially fewer.
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

    /// Returns the nodes of `headers`, whose first one follows `fork`, if they are a valid chain.
    fn nodes_of(
        &self,
        fork: BlockHash,
        headers: &[(BlockHash, BlockHeader)],
    ) -> Result<Vec<Node>, HeadersError> {
        let mut parent = *self.nodes.get(&fork).ok_or(HeadersError::Unconnecting)?;
        let mut nodes: Vec<Node> = Vec::with_capacity(headers.len());
        for (_, header) in headers {
            let node = parent.next(header);
            let known = std::iter::successors(self.with_header(fork), |node| self.with_header(node.previous));
            let before = nodes.iter().rev().copied().chain(known).map(Node::pow_header);
            if !difficulty::has_valid_bits(self.network, node.pow_header(), before) {
                let fault = BlockFault::WrongDifficulty { bits: node.bits, height: node.height };
                return Err(fault.into());
            }
            nodes.push(node);
            parent = node;
        }
        Ok(nodes)
    }

    /// The node of a block with a known header; a starting point in the middle of a chain has none.
    fn with_header(&self, hash: BlockHash) -> Option<Node> {
        let is_known = hash != self.start.hash || self.start.time.is_some();
        self.nodes.get(&hash).copied().filter(|_| is_known)
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

    /// Makes the chain that ends in `tip` the best one.
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
