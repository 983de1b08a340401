//! One past block that is needed, and a request for it.

use crate::event::PeerId;
use crate::util::time::Timestamp;
use crate::wire::BlockHash;

/// How often a block may be requested again from a peer that disconnected while it was asked.
const MAX_LOST: usize = 3;

#[derive(Debug)]
pub(super) struct PastBlock {
    pub height: u32,
    pub hash: BlockHash,
    /// Peers that lacked the block or did not answer in time.
    pub refused: Vec<PeerId>,
    /// Peers that disconnected while asked, once for each time.
    pub lost: Vec<PeerId>,
    /// Whether to fetch the block however deep it is.
    pub is_pinned: bool,
}

#[derive(Debug)]
pub(super) struct Request {
    pub peer: PeerId,
    pub since: Timestamp,
    /// When the last part of a message from the peer arrived.
    pub heard: Timestamp,
    pub block: PastBlock,
}

impl PastBlock {
    pub fn new(height: u32, hash: BlockHash) -> Self {
        Self { height, hash, refused: vec![], lost: vec![], is_pinned: false }
    }

    /// How many requests failed.
    pub fn attempts(&self) -> usize {
        self.refused.len() + self.lost.len()
    }

    pub fn may_be_requested_from(&self, peer: PeerId) -> bool {
        let lost = self.lost.iter().filter(|lost| **lost == peer).count();
        !self.refused.contains(&peer) && lost < MAX_LOST
    }
}

impl Request {
    pub fn is(&self, peer: PeerId, hash: BlockHash) -> bool {
        self.peer == peer && self.block.hash == hash
    }

    /// Whether `peer` was ever asked for the block.
    pub fn was_sent_to(&self, peer: PeerId) -> bool {
        self.peer == peer || self.block.refused.contains(&peer)
    }

    /// The answers that may still come.
    pub fn late_answers(self) -> impl Iterator<Item = (PeerId, BlockHash)> {
        let Self { peer, block, .. } = self;
        block.refused.into_iter().chain([peer]).map(move |peer| (peer, block.hash))
    }
}
