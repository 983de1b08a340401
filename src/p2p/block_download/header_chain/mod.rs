//! The headers that we know, and which chain of them has the most work.

use crate::chain::Network;
use crate::chain::difficulty::{self, PowHeader};
use crate::event::{BlockFault, Tip};
use crate::p2p::block_download::starting_point::StartingPoint;
use crate::wire::message::MAX_LOCATOR;
use crate::wire::{BlockHash, BlockHeader};
use std::collections::{HashMap, VecDeque};

/// How many blocks of the best chain are kept, back from its tip. A fork from before is not seen.
const MAX_ACTIVE: usize = 20_000;

/// How many headers beside the best chain are kept; when there are more, all of them are forgotten.
/// Whoever has a better branch sends it again, as a whole.
const MAX_SIDE: usize = 10_000;

/// Chains of headers from one starting point. Proof of work is checked before (see
/// [`BlockHeader::check`]); here it is counted, and must be what the [`difficulty`] rule demands.
#[derive(Debug)]
pub struct HeaderChain {
    network: Network,
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
    bits: u32,
}

impl Node {
    /// The node of `header`, which follows this one.
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

/// Another chain is now the best, or the best one has grown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewTip {
    /// The blocks that are now in the best chain, oldest first.
    pub connected: Vec<Tip>,
    /// The blocks that no longer are, newest first, with their heights.
    pub disconnected: Vec<(u32, BlockHash)>,
}

/// Why headers were not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HeadersError {
    /// The first one follows none that we know.
    #[error("headers that follow none")]
    Unlinked,
    /// They break a rule. Core punishes it.
    #[error(transparent)]
    Invalid(#[from] BlockFault),
}

impl HeaderChain {
    /// Knows the starting point and nothing else.
    pub fn new(network: Network, start: StartingPoint) -> Self {
        let node = Node {
            previous: BlockHash::default(),
            height: start.height,
            work: 0,
            time: start.time.unwrap_or_default(),
            // Where it is told, it is the first of a private chain, which begins with the easiest.
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

    /// Takes the headers of one message, with their names.
    ///
    /// # Errors
    /// They don't fit; nothing is changed, but side branches may be forgotten where there are too many.
    pub fn add(&mut self, headers: &[(BlockHash, BlockHeader)]) -> Result<Option<NewTip>, HeadersError> {
        let Some((_, first)) = headers.first() else { return Ok(None) };
        let nodes = self.nodes_of(first.previous, headers)?;
        if self.nodes.len() + headers.len() > self.active.len() + MAX_SIDE {
            self.forget_side_branches();
            if !self.nodes.contains_key(&first.previous) {
                return Err(HeadersError::Unlinked);
            }
        }
        let mut best = self.tip_hash();
        for (&(hash, _), node) in headers.iter().zip(nodes) {
            self.nodes.entry(hash).or_insert(node);
            // Of equal ones, the one that came first stays, as in Core.
            if node.work > self.work(best) {
                best = hash;
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
        let node = self.told(hash)?;
        Some(Tip { hash, height: node.height, time: node.time })
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

    /// What these headers after `fork` are to be kept as, if they are a chain by the rules.
    fn nodes_of(
        &self,
        fork: BlockHash,
        headers: &[(BlockHash, BlockHeader)],
    ) -> Result<Vec<Node>, HeadersError> {
        let pairs = headers.iter().zip(headers.iter().skip(1));
        if pairs.into_iter().any(|((hash, _), (_, next))| next.previous != *hash) {
            return Err(BlockFault::BrokenChain.into());
        }
        let mut parent = *self.nodes.get(&fork).ok_or(HeadersError::Unlinked)?;
        let mut nodes: Vec<Node> = Vec::with_capacity(headers.len());
        for (_, header) in headers {
            let node = parent.next(header);
            let known = std::iter::successors(self.told(fork), |node| self.told(node.previous));
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

    /// What a header told; of a starting point in the middle of a chain none was seen.
    fn told(&self, hash: BlockHash) -> Option<Node> {
        let is_told = hash != self.start.hash || self.start.time.is_some();
        self.nodes.get(&hash).copied().filter(|_| is_told)
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
