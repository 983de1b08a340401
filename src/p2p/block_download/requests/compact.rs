//! Blocks that come in compact form (BIP152), and the transactions that are missing in them.

use crate::event::PeerId;
use crate::p2p::block_download::requests::BlockRequests;
use crate::p2p::block_download::requests::needed::State;
use crate::util::time::Timestamp;
use crate::wire::compact_block::PartialBlock;
use crate::wire::{Block, BlockHash};
use std::sync::Arc;

impl BlockRequests {
    /// Whether `peer` was asked for this block and its answer may still come.
    pub fn was_requested(&self, peer: PeerId, hash: BlockHash) -> bool {
        let mut needed = self.needed.iter().filter(|block| block.hash == hash);
        needed.any(|block| block.was_requested_from(peer)) || self.late.contains(&(peer, hash))
    }

    /// Notes that `peer` sent the compact form of a block. Returns whether it is of use: the block is
    /// needed, has not arrived, and `peer` did not send this before.
    pub fn compact_arrived(&mut self, peer: PeerId, hash: BlockHash) -> bool {
        let Some(block) = self.find(hash) else { return false };
        let has_arrived = matches!(block.state, State::Arrived { .. });
        if has_arrived || block.compact_from.contains(&peer) {
            return false;
        }
        block.compact_from.push(peer);
        true
    }

    /// Keeps the incomplete block that `peer` sent. Returns whether the missing transactions are to be
    /// requested from `peer`: not if another peer is being asked for the block.
    pub fn request_missing(&mut self, peer: PeerId, partial: PartialBlock, now: Timestamp) -> bool {
        let until = now + self.timeout;
        let Some(block) = self.find(partial.hash()) else { return false };
        let is_free = matches!(block.state, State::Unrequested) || block.is_requested_from(peer);
        if is_free {
            block.state = State::Requested { peer, until, partial: Some(partial) };
        }
        is_free
    }

    /// Takes out the incomplete block to which `peer` sent the missing transactions.
    pub fn take_partial(&mut self, peer: PeerId, hash: BlockHash) -> Option<PartialBlock> {
        match &mut self.find(hash)?.state {
            State::Requested { peer: requested, partial, .. } if *requested == peer => partial.take(),
            _ => None,
        }
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
            if block.is_requested_from(peer) {
                block.state = State::Unrequested;
            }
        }
    }
}

#[cfg(test)]
mod tests;
