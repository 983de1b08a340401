//! Blocks in compact form (BIP152), and the transactions that they lack.

use crate::event::PeerId;
use crate::p2p::block_download::requests::BlockRequests;
use crate::p2p::block_download::requests::needed::State;
use crate::util::time::Timestamp;
use crate::wire::compact_block::PartialBlock;
use crate::wire::{Block, BlockHash};
use std::sync::Arc;

/// How many incomplete forms of one block are kept (Core: `MAX_CMPCTBLOCKS_INFLIGHT_PER_BLOCK`).
const MAX_PARTIALS: usize = 3;

impl BlockRequests {
    /// Whether `peer` was asked for this block and its answer may still come.
    pub fn was_requested(&self, peer: PeerId, hash: BlockHash) -> bool {
        let mut needed = self.needed.iter().filter(|block| block.hash == hash);
        needed.any(|block| block.expects(peer)) || self.late.contains(&(peer, hash))
    }

    /// Notes that `peer` sent the compact form of a block. Returns whether it is useful: the block is needed,
    /// has not arrived, and `peer` has not sent this form before.
    pub fn compact_arrived(&mut self, peer: PeerId, hash: BlockHash) -> bool {
        let Some(block) = self.find(hash) else { return false };
        let source = block.source(peer);
        if std::mem::take(&mut source.asked_compact) {
            source.answer();
        }
        let is_first = !std::mem::replace(&mut source.sent_compact, true);
        is_first && !block.has_arrived()
    }

    /// Keeps the incomplete block from `peer`. Returns whether to request the missing transactions from
    /// `peer`: not if another peer is being asked for the block.
    pub fn request_missing(&mut self, peer: PeerId, partial: PartialBlock, now: Timestamp) -> bool {
        let Some(block) = self.find(partial.hash()) else { return false };
        let is_free = matches!(block.state, State::Unrequested) || block.is_requested_from(peer);
        if is_free {
            let mut kept = block.sources.values_mut().filter(|source| source.partial.is_some());
            if let Some(oldest) = kept.next()
                && kept.count() + 1 >= MAX_PARTIALS
            {
                oldest.partial = None;
            }
            block.source(peer).partial = Some(partial);
            block.request_from(peer, now);
        }
        is_free
    }

    /// Takes out the incomplete block to which `peer` sent the missing transactions.
    pub fn take_partial(&mut self, peer: PeerId, hash: BlockHash) -> Option<PartialBlock> {
        let source = self.find(hash)?.sources.get_mut(&peer)?;
        let partial = source.partial.take()?;
        source.answer();
        Some(partial)
    }

    /// Takes a valid block that was reconstructed from the compact form that `peer` sent.
    pub fn reconstructed(&mut self, peer: PeerId, block: Arc<Block>) {
        if let Some(needed) = self.find(block.hash) {
            needed.arrive(peer, block);
        }
    }

    /// Notes that the compact form that `peer` sent does not lead to the block.
    pub fn reconstruction_failed(&mut self, peer: PeerId, hash: BlockHash) {
        if let Some(block) = self.find(hash) {
            block.in_full = true;
            block.source(peer).fail_compact();
            if block.is_requested_from(peer) {
                block.state = State::Unrequested;
            }
        }
    }
}

#[cfg(test)]
mod tests;
