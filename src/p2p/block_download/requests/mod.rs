//! Which peer to request each new block from. All blocks are handed on in chain order.

mod compact;
mod needed;
mod source;
#[cfg(test)]
mod tests;

use crate::event::{MissingBlocks, PeerId};
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;
use crate::wire::{Block, BlockHash};
use needed::{NeededBlock, State};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// How long a peer asked for a block may be silent before the request fails. Core does not answer if it lacks
/// the block, and on a slow connection the first part takes a while.
pub const BLOCK_TIMEOUT: Duration = Duration::from_secs(20);

/// A block needed for longer than this counts as missing: most arrive within a second or two.
const MISSING_AFTER: Duration = Duration::from_secs(5);

/// How many new blocks are requested at most when many are announced together, as after a pause: about a
/// day's worth. Pruned nodes serve twice as many (BIP159).
const MAX_CATCH_UP: usize = 144;

/// How many blocks may be in flight, or wait for an earlier one.
const MAX_PARALLEL: usize = 4;

/// How many unanswered requests for blocks no longer needed are remembered, to accept late answers.
const MAX_LATE: usize = 64;

/// How many announcements of blocks not (yet) needed are remembered, because their headers may follow.
const MAX_EARLY: usize = 64;

/// The new blocks of the best chain that have not been handed on yet, in chain order.
///
/// A block is needed until it arrives or leaves the best chain. A peer that failed is asked again after a
/// pause, and requested blocks are accepted however late they arrive.
#[derive(Debug)]
pub struct BlockRequests {
    timeout: Duration,
    needed: VecDeque<NeededBlock>,
    /// Peers that serve blocks with witnesses.
    servers: BTreeSet<PeerId>,
    /// Peers that send compact blocks.
    compact_senders: BTreeSet<PeerId>,
    late: Ring<(PeerId, BlockHash), MAX_LATE>,
    early: Ring<(PeerId, BlockHash), MAX_EARLY>,
}

/// A request to send.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockRequest {
    /// The peer to ask.
    pub peer: PeerId,
    /// The block to ask for.
    pub hash: BlockHash,
    /// Whether to ask for the compact form.
    pub compact: bool,
}

/// How an arriving block relates to the requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BlockReceipt {
    /// It answers a request.
    Accepted,
    /// It answers a request but is no longer needed.
    Late,
    /// The peer was not asked for it.
    Unrequested,
}

/// A new block that arrived after all blocks before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Downloaded {
    /// The peer that sent the block.
    pub peer: PeerId,
    /// Height of the block.
    pub height: u32,
    /// The block.
    pub block: Arc<Block>,
}

impl BlockRequests {
    /// No requests yet; a request fails after `timeout` of silence.
    pub fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            needed: VecDeque::new(),
            servers: BTreeSet::new(),
            compact_senders: BTreeSet::new(),
            late: Ring::default(),
            early: Ring::default(),
        }
    }

    /// Adds a peer that serves blocks with witnesses.
    pub fn connected(&mut self, peer: PeerId) {
        self.servers.insert(peer);
    }

    /// Notes that `peer` sends compact blocks.
    pub fn sends_compact(&mut self, peer: PeerId) {
        self.compact_senders.insert(peer);
    }

    /// Removes a peer.
    pub fn disconnected(&mut self, peer: PeerId) {
        self.servers.remove(&peer);
        self.compact_senders.remove(&peer);
        self.late.retain(|(late, _)| *late != peer);
        self.early.retain(|(early, _)| *early != peer);
        for block in &mut self.needed {
            block.forget(peer);
        }
    }

    /// Adds the new blocks `connected` of the best chain, oldest first, and drops blocks no longer in it
    /// according to `is_active`. Returns the blocks beyond the limit, which will not be fetched.
    pub fn need(
        &mut self,
        connected: impl IntoIterator<Item = (u32, BlockHash)>,
        is_active: impl Fn(BlockHash) -> bool,
        now: Timestamp,
    ) -> Vec<BlockHash> {
        let (kept, mut dropped): (Vec<_>, Vec<_>) =
            self.needed.drain(..).partition(|block| is_active(block.hash));
        self.needed = kept.into();
        for (height, hash) in connected {
            let mut block = NeededBlock::new(height, hash, now);
            for (peer, _) in self.early.iter().filter(|(_, announced)| *announced == hash) {
                block.announced(*peer, now);
            }
            self.early.retain(|(_, announced)| *announced != hash);
            self.needed.push_back(block);
        }
        let excess = self.needed.len().saturating_sub(MAX_CATCH_UP);
        let excess: Vec<_> = self.needed.drain(..excess).collect();
        let too_many = excess.iter().map(|block| block.hash).collect();
        dropped.extend(excess);
        for block in dropped {
            self.expect_late(&block);
        }
        too_many
    }

    /// The blocks that are missing, if the lowest one has been needed for a while.
    pub fn missing(&self, now: Timestamp) -> Option<MissingBlocks> {
        let &NeededBlock { height, hash, since, .. } = self.needed.front()?;
        let count = u32::try_from(self.needed.len()).unwrap_or(u32::MAX);
        (since + MISSING_AFTER <= now).then_some(MissingBlocks { height, hash, count, since })
    }

    /// Whether a block is needed.
    pub fn is_needed(&self, hash: BlockHash) -> bool {
        self.needed.iter().any(|block| block.hash == hash)
    }

    /// Whether new blocks are expected any moment.
    pub fn is_busy(&self, now: Timestamp) -> bool {
        self.needed.iter().any(|block| now < block.since + self.timeout)
    }

    /// Notes that `peer` announced a block.
    pub fn announced(&mut self, peer: PeerId, hash: BlockHash, now: Timestamp) {
        if let Some(block) = self.find(hash) {
            block.announced(peer, now);
        } else if !self.early.contains(&(peer, hash)) {
            self.early.push((peer, hash));
        }
    }

    /// Notes that `peer` does not have a block.
    pub fn not_found(&mut self, peer: PeerId, hash: BlockHash, now: Timestamp) {
        if let Some(block) = self.find(hash)
            && block.expects(peer)
        {
            block.source(peer).answer();
            if block.is_requested_from(peer) {
                block.give_up(now);
            }
        }
    }

    /// Notes that `peer` is in the middle of sending a long message.
    pub fn receiving(&mut self, peer: PeerId, now: Timestamp) {
        for block in &mut self.needed {
            block.receiving(peer, now);
        }
    }

    /// Takes a valid block that `peer` sent.
    pub fn received(&mut self, peer: PeerId, block: Arc<Block>) -> BlockReceipt {
        let hash = block.hash;
        if let Some(needed) = self.find(hash)
            && needed.expects(peer)
        {
            needed.source(peer).answer();
            if needed.has_arrived() {
                return BlockReceipt::Late;
            }
            needed.arrive(peer, block);
            return BlockReceipt::Accepted;
        }
        match self.late.iter().position(|late| *late == (peer, hash)) {
            Some(position) => {
                self.late.remove(position);
                BlockReceipt::Late
            }
            None => BlockReceipt::Unrequested,
        }
    }

    /// Extends all time limits by `time`.
    pub fn slept(&mut self, time: Duration) {
        self.needed.iter_mut().for_each(|block| block.slept(time));
    }

    /// Returns the requests to send now. If a peer takes too long, another one is asked.
    pub fn requests(&mut self, now: Timestamp) -> Vec<BlockRequest> {
        let mut requests = Vec::new();
        let newest = self.needed.back().map(|block| block.hash);
        for block in self.needed.iter_mut().take(MAX_PARALLEL) {
            block.expire(&self.servers, now, self.timeout);
            if let Some(peer) = block.next_peer(&self.servers, now) {
                block.request_from(peer, now);
                let hash = block.hash;
                // Few transactions of older blocks are known, and peers send those blocks whole anyway.
                let is_newest = Some(hash) == newest && !block.in_full;
                let can_help = self.compact_senders.contains(&peer) && !block.source(peer).sent_compact;
                let compact = is_newest && can_help;
                block.source(peer).asked_compact |= compact;
                requests.push(BlockRequest { peer, hash, compact });
            }
        }
        requests
    }

    /// When [`BlockRequests::requests`], [`BlockRequests::is_busy`] or [`BlockRequests::missing`] may change
    /// even if nothing else happens.
    pub fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let requests = self.needed.iter().take(MAX_PARALLEL);
        let requests = requests.filter_map(|block| block.deadline(now, self.timeout));
        let ages =
            self.needed.iter().flat_map(|block| [MISSING_AFTER, self.timeout].map(|age| block.since + age));
        requests.chain(ages.filter(|at| *at > now)).min()
    }

    /// Takes the next block in chain order if it has arrived.
    pub fn take_next(&mut self) -> Option<Downloaded> {
        let first = self.needed.pop_front_if(|first| first.has_arrived())?;
        self.expect_late(&first);
        match first.state {
            State::Arrived { peer, block } => Some(Downloaded { peer, height: first.height, block }),
            State::Unrequested | State::Requested { .. } => None,
        }
    }

    fn find(&mut self, hash: BlockHash) -> Option<&mut NeededBlock> {
        self.needed.iter_mut().find(|block| block.hash == hash)
    }

    /// Remembers which answers may still come for a block no longer needed.
    fn expect_late(&mut self, block: &NeededBlock) {
        for (peer, source) in &block.sources {
            for _ in 0..source.unanswered.min(MAX_LATE) {
                self.late.push((*peer, block.hash));
            }
        }
    }
}
