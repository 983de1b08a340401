//! One block that is needed: where it was announced, requested and tried.

use crate::event::PeerId;
use crate::util::time::Timestamp;
use crate::wire::compact_block::PartialBlock;
use crate::wire::{Block, BlockHash};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A block of the best chain that was not handed on yet.
#[derive(Debug)]
pub(super) struct NeededBlock {
    pub height: u32,
    pub hash: BlockHash,
    /// Peers that announced the block, in order.
    pub announcers: Vec<PeerId>,
    /// Peers that were asked for the block and did not send it in time.
    pub tried: Vec<PeerId>,
    /// Peers whose compact block came.
    pub compact_from: Vec<PeerId>,
    /// Whether a compact block could not be reconstructed, so that the whole block is requested next.
    pub in_full: bool,
    pub state: State,
}

#[derive(Debug)]
pub(super) enum State {
    Unrequested,
    Requested {
        peer: PeerId,
        until: Timestamp,
        /// The compact block of `peer`, if its missing transactions were requested.
        partial: Option<PartialBlock>,
    },
    Arrived {
        peer: PeerId,
        block: Arc<Block>,
    },
}

impl NeededBlock {
    pub fn new(height: u32, hash: BlockHash) -> Self {
        Self {
            height,
            hash,
            announcers: vec![],
            tried: vec![],
            compact_from: vec![],
            in_full: false,
            state: State::Unrequested,
        }
    }

    /// Keeps the block that `peer` sent.
    pub fn arrive(&mut self, peer: PeerId, block: Arc<Block>) {
        self.tried.retain(|tried| *tried != peer);
        let before = std::mem::replace(&mut self.state, State::Arrived { peer, block });
        if let State::Requested { peer: slower, .. } = before
            && slower != peer
        {
            self.tried.push(slower);
        }
    }

    /// Notes that `peer` did not send the block.
    pub fn give_up(&mut self, peer: PeerId) {
        self.tried.push(peer);
        self.state = State::Unrequested;
    }

    /// Forgets a peer that disconnected.
    pub fn forget(&mut self, peer: PeerId) {
        self.announcers.retain(|announcer| *announcer != peer);
        self.tried.retain(|tried| *tried != peer);
        self.compact_from.retain(|sender| *sender != peer);
        if self.is_requested_from(peer) {
            self.state = State::Unrequested;
        }
    }

    pub fn is_requested_from(&self, peer: PeerId) -> bool {
        matches!(self.state, State::Requested { peer: requested, .. } if requested == peer)
    }

    /// When the current request times out.
    pub fn timeout(&self) -> Option<Timestamp> {
        match self.state {
            State::Requested { until, .. } => Some(until),
            State::Unrequested | State::Arrived { .. } => None,
        }
    }

    /// The peers whose answers may still come.
    pub fn may_answer(&self) -> impl Iterator<Item = PeerId> {
        let requested = match self.state {
            State::Requested { peer, .. } => Some(peer),
            State::Unrequested | State::Arrived { .. } => None,
        };
        self.tried.iter().copied().chain(requested)
    }

    /// Whether `peer` was ever asked for the block, which has not arrived yet.
    pub fn was_requested_from(&self, peer: PeerId) -> bool {
        let has_arrived = matches!(self.state, State::Arrived { .. });
        self.is_requested_from(peer) || (!has_arrived && self.tried.contains(&peer))
    }

    /// The next peer to ask: the first announcer, and if there is none left, any server, because a
    /// block spreads within seconds. A peer whose compact block could not be reconstructed comes last.
    pub fn next_peer(&self, servers: &BTreeSet<PeerId>) -> Option<PeerId> {
        let candidates = self.announcers.iter().chain(servers).copied();
        let mut able = candidates.filter(|peer| servers.contains(peer) && !self.tried.contains(peer));
        let any = able.clone().next();
        let other = able.find(|peer| !self.in_full || !self.compact_from.contains(peer));
        other.or(any)
    }

    /// Whether all connected servers were asked without success.
    pub fn is_unavailable(&self, servers: &BTreeSet<PeerId>) -> bool {
        let is_unrequested = matches!(self.state, State::Unrequested);
        is_unrequested && !self.tried.is_empty() && self.next_peer(servers).is_none()
    }
}
