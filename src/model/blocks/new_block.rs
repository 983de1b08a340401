//! A block to be connected to the best chain.

use crate::chain::Network;
use crate::event::PeerId;
use crate::util::time::Timestamp;
use crate::wire::Block;
use std::sync::Arc;

/// A new block, with what is known about its arrival.
#[derive(Debug)]
pub(in crate::model) struct NewBlock<'a> {
    /// When the block arrived.
    pub(in crate::model) now: Timestamp,
    pub(in crate::model) network: Network,
    /// The peer that delivered the block.
    pub(in crate::model) peer: PeerId,
    pub(in crate::model) height: u32,
    pub(in crate::model) block: &'a Arc<Block>,
    /// When a peer first announced the block.
    pub(in crate::model) announced: Option<Timestamp>,
}
