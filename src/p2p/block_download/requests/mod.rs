//! Which peer to request each new block from, so that all arrive and are handed on in chain order.

mod compact;
mod needed;
#[cfg(test)]
mod tests;

use crate::event::PeerId;
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;
use crate::wire::{Block, BlockHash};
use needed::{NeededBlock, State};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// How long a peer may take to send a block. Core does not answer if it does not have the block, and a
/// whole block takes a while over a slow connection.
pub const BLOCK_TIMEOUT: Duration = Duration::from_secs(20);

/// How many new blocks are requested at most when many arrive at once, as after a pause: about a day's
/// worth. Pruned nodes serve twice as many (BIP159).
const MAX_CATCH_UP: usize = 144;

/// How many blocks may be requested at once, or wait for an earlier one.
const MAX_PARALLEL: usize = 4;

/// How many timed-out requests are remembered, because answers may come late.
const MAX_LATE: usize = 64;

/// The new blocks of the best chain that are not handed on yet, in chain order.
#[derive(Debug)]
pub struct BlockRequests {
    timeout: Duration,
    needed: VecDeque<NeededBlock>,
    /// Peers that serve blocks with witnesses.
    servers: BTreeSet<PeerId>,
    /// Peers that send compact blocks.
    compact_senders: BTreeSet<PeerId>,
    late: Ring<(PeerId, BlockHash), MAX_LATE>,
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

/// How a block that arrived relates to the requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BlockReceipt {
    /// It answers a request.
    Accepted,
    /// It answers a request and is no longer needed.
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
    /// No requests yet; each will time out after `timeout`.
    pub fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            needed: VecDeque::new(),
            servers: BTreeSet::new(),
            compact_senders: BTreeSet::new(),
            late: Ring::default(),
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
        for block in &mut self.needed {
            block.forget(peer);
        }
    }

    /// Adds the new blocks `connected` of the best chain, oldest first. Blocks that are no longer in it
    /// by `is_active` are dropped.
    pub fn need(
        &mut self,
        connected: impl IntoIterator<Item = (u32, BlockHash)>,
        is_active: impl Fn(BlockHash) -> bool,
    ) {
        let (kept, mut dropped): (Vec<_>, Vec<_>) =
            self.needed.drain(..).partition(|block| is_active(block.hash));
        self.needed = kept.into();
        for (height, hash) in connected {
            self.needed.push_back(NeededBlock::new(height, hash));
        }
        let excess = self.needed.len().saturating_sub(MAX_CATCH_UP);
        dropped.extend(self.needed.drain(..excess));
        for block in dropped {
            for peer in block.may_answer() {
                self.expect_late(peer, block.hash);
            }
        }
    }

    /// Whether new blocks are needed.
    pub fn is_busy(&self) -> bool {
        !self.needed.is_empty()
    }

    /// Notes that `peer` announced a block.
    pub fn announced(&mut self, peer: PeerId, hash: BlockHash) {
        if let Some(block) = self.find(hash)
            && !block.announcers.contains(&peer)
        {
            block.announcers.push(peer);
        }
    }

    /// Notes that `peer` does not have a block.
    pub fn not_found(&mut self, peer: PeerId, hash: BlockHash) {
        if let Some(block) = self.find(hash)
            && block.is_requested_from(peer)
        {
            block.give_up(peer);
        }
    }

    /// Takes a valid block that `peer` sent.
    pub fn received(&mut self, peer: PeerId, block: Arc<Block>) -> BlockReceipt {
        let hash = block.hash;
        if let Some(needed) = self.find(hash)
            && needed.was_requested_from(peer)
        {
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

    /// Returns the requests to send now. Timed-out requests go to other peers.
    pub fn requests(&mut self, now: Timestamp) -> Vec<BlockRequest> {
        self.expire(now);
        let mut requests = Vec::new();
        let newest = self.needed.back().map(|block| block.hash);
        for block in self.needed.iter_mut().take(MAX_PARALLEL) {
            if matches!(block.state, State::Unrequested)
                && let Some(peer) = block.next_peer(&self.servers)
            {
                block.state = State::Requested { peer, until: now + self.timeout, partial: None };
                let hash = block.hash;
                // Few transactions of older blocks are known, and peers send those blocks whole anyway.
                let is_newest = Some(hash) == newest && !block.in_full;
                let can_help = self.compact_senders.contains(&peer) && !block.compact_from.contains(&peer);
                requests.push(BlockRequest { peer, hash, compact: is_newest && can_help });
            }
        }
        requests
    }

    /// When [`BlockRequests::requests`] may return something even if nothing else happens.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.needed.iter().filter_map(NeededBlock::timeout).min()
    }

    /// Takes the next block in chain order if it has arrived. A block that no peer serves is skipped.
    pub fn take_next(&mut self) -> Option<Downloaded> {
        while self.needed.front().is_some_and(|first| first.is_unavailable(&self.servers)) {
            self.needed.pop_front();
        }
        let first = self.needed.pop_front()?;
        match first.state {
            State::Arrived { peer, block } => {
                for tried in first.tried {
                    self.expect_late(tried, first.hash);
                }
                Some(Downloaded { peer, height: first.height, block })
            }
            State::Unrequested | State::Requested { .. } => {
                self.needed.push_front(first);
                None
            }
        }
    }

    fn find(&mut self, hash: BlockHash) -> Option<&mut NeededBlock> {
        self.needed.iter_mut().find(|block| block.hash == hash)
    }

    fn expire(&mut self, now: Timestamp) {
        for block in &mut self.needed {
            if let State::Requested { peer, until, .. } = block.state
                && until <= now
            {
                block.give_up(peer);
            }
        }
    }

    fn expect_late(&mut self, peer: PeerId, hash: BlockHash) {
        self.late.push((peer, hash));
    }
}
