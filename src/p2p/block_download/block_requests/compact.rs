//! Blocks that come in their compact form, and what is missing in them.

use crate::event::PeerId;
use crate::p2p::block_download::block_requests::{BlockRequests, State};
use crate::util::time::Timestamp;
use crate::wire::compact_block::PartialBlock;
use crate::wire::{Block, BlockHash};
use std::sync::Arc;

impl BlockRequests {
    /// Whether `peer` was asked for this block, lately or now.
    pub fn was_asked(&self, peer: PeerId, hash: BlockHash) -> bool {
        let mut wanted = self.wanted.iter().filter(|wanted| wanted.hash == hash);
        wanted.any(|wanted| wanted.was_asked_of(peer)) || self.late.contains(&(peer, hash))
    }

    /// `peer` sent the compact form of a block. Whether it is of use: the block is wanted, not here,
    /// and `peer` did not send this before.
    pub fn compact_arrived(&mut self, peer: PeerId, hash: BlockHash) -> bool {
        let Some(wanted) = self.find(hash) else { return false };
        let is_here = matches!(wanted.state, State::Arrived { .. });
        if is_here || wanted.compact_from.contains(&peer) {
            return false;
        }
        wanted.compact_from.push(peer);
        true
    }

    /// The compact form that `peer` sent has led to `partial`. Whether `peer` is to be asked for the
    /// rest: nobody else is asked for the block already.
    pub fn ask_for_rest(&mut self, peer: PeerId, partial: PartialBlock, now: Timestamp) -> bool {
        let until = now + self.timeout;
        let Some(wanted) = self.find(partial.hash()) else { return false };
        let is_free = matches!(wanted.state, State::Unasked) || wanted.is_asked_of(peer);
        if is_free {
            wanted.state = State::Asked { peer, until, partial: Some(partial) };
        }
        is_free
    }

    /// `peer` sent the rest of a block: to what it belongs.
    pub fn take_partial(&mut self, peer: PeerId, hash: BlockHash) -> Option<PartialBlock> {
        match &mut self.find(hash)?.state {
            State::Asked { peer: asked, partial, .. } if *asked == peer => partial.take(),
            _ => None,
        }
    }

    /// A block was put together out of the compact form that `peer` sent, and checked.
    pub fn rebuilt(&mut self, peer: PeerId, block: Arc<Block>) {
        if let Some(wanted) = self.find(block.hash) {
            wanted.arrive(peer, block);
        }
    }

    /// The compact form that `peer` sent does not lead to its block.
    pub fn compact_failed(&mut self, peer: PeerId, hash: BlockHash) {
        if let Some(wanted) = self.find(hash) {
            wanted.in_full = true;
            if wanted.is_asked_of(peer) {
                wanted.state = State::Unasked;
            }
        }
    }
}

#[cfg(test)]
mod tests;
