//! Whom to ask for which block, so that each new one arrives, in the order of the chain.

mod compact;

use crate::event::PeerId;
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;
use crate::wire::compact_block::PartialBlock;
use crate::wire::{Block, BlockHash};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// How long one peer may take. Core does not say when it has not got a block (and a whole block
/// takes its time on a slow line).
pub const BLOCK_TIMEOUT: Duration = Duration::from_secs(20);

/// How many new blocks are fetched at most when many come at once, as after a pause: those of about
/// one day. Pruned nodes serve twice as many (BIP159).
pub const MAX_CATCH_UP: usize = 144;

/// How many blocks may be under way, or wait for one before them.
const MAX_PARALLEL: usize = 4;

/// How many given-up requests are remembered, whose answers may come late.
const MAX_LATE: usize = 64;

/// The blocks that are wanted, in the order of the chain.
#[derive(Debug)]
pub struct BlockRequests {
    timeout: Duration,
    wanted: VecDeque<Wanted>,
    /// Peers that serve whole blocks.
    servers: BTreeSet<PeerId>,
    /// Peers that send compact blocks.
    compact_senders: BTreeSet<PeerId>,
    late: Ring<(PeerId, BlockHash), MAX_LATE>,
}

#[derive(Debug)]
struct Wanted {
    height: u32,
    hash: BlockHash,
    /// Who announced it, in order.
    announcers: Vec<PeerId>,
    /// Who was asked in vain.
    spent: Vec<PeerId>,
    /// Whose compact block came.
    compact_from: Vec<PeerId>,
    /// Whether a compact block has led astray: the next one to ask sends the whole block.
    in_full: bool,
    state: State,
}

#[derive(Debug)]
enum State {
    Unasked,
    Asked {
        peer: PeerId,
        until: Timestamp,
        /// What its compact block has led to, if it was asked for the rest.
        partial: Option<PartialBlock>,
    },
    Arrived {
        peer: PeerId,
        block: Arc<Block>,
    },
}

/// What to ask for now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BlockRequest {
    /// Whom.
    pub peer: PeerId,
    /// For which block.
    pub hash: BlockHash,
    /// Whether its compact form will do.
    pub compact: bool,
}

/// What becomes of a block that came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BlockReceipt {
    /// It answers a request.
    Taken,
    /// It answers a request, but is not needed any more.
    Late,
    /// The peer was not asked for it.
    NotAsked,
}

/// A wanted block is here, and so is everything before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fetched {
    /// Who sent it.
    pub peer: PeerId,
    /// Its height.
    pub height: u32,
    /// It.
    pub block: Arc<Block>,
}

impl BlockRequests {
    /// Gives every request `timeout` to be answered.
    pub fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            wanted: VecDeque::new(),
            servers: BTreeSet::new(),
            compact_senders: BTreeSet::new(),
            late: Ring::default(),
        }
    }

    /// The handshake is done with a peer that serves blocks with witnesses.
    pub fn connected(&mut self, peer: PeerId) {
        self.servers.insert(peer);
    }

    /// `peer` says that it sends compact blocks.
    pub fn sends_compact(&mut self, peer: PeerId) {
        self.compact_senders.insert(peer);
    }

    /// The connection is gone.
    pub fn disconnected(&mut self, peer: PeerId) {
        self.servers.remove(&peer);
        self.compact_senders.remove(&peer);
        self.late.retain(|(late, _)| *late != peer);
        for wanted in &mut self.wanted {
            wanted.announcers.retain(|announcer| *announcer != peer);
            wanted.spent.retain(|spent| *spent != peer);
            wanted.compact_from.retain(|sender| *sender != peer);
            if wanted.is_asked_of(peer) {
                wanted.state = State::Unasked;
            }
        }
    }

    /// The best chain has these new blocks, oldest first; of the wanted ones it has only those for
    /// which `is_active` says so.
    pub fn want(
        &mut self,
        connected: impl IntoIterator<Item = (u32, BlockHash)>,
        is_active: impl Fn(BlockHash) -> bool,
    ) {
        let (kept, mut dropped): (Vec<_>, Vec<_>) =
            self.wanted.drain(..).partition(|wanted| is_active(wanted.hash));
        self.wanted = kept.into();
        for (height, hash) in connected {
            self.wanted.push_back(Wanted::new(height, hash));
        }
        let excess = self.wanted.len().saturating_sub(MAX_CATCH_UP);
        dropped.extend(self.wanted.drain(..excess));
        for wanted in dropped {
            for peer in wanted.who_may_answer() {
                self.expect_late(peer, wanted.hash);
            }
        }
    }

    /// Whether a block is wanted that is not here.
    pub fn is_busy(&self) -> bool {
        !self.wanted.is_empty()
    }

    /// `peer` has a block.
    pub fn announced(&mut self, peer: PeerId, hash: BlockHash) {
        if let Some(wanted) = self.find(hash)
            && !wanted.announcers.contains(&peer)
        {
            wanted.announcers.push(peer);
        }
    }

    /// `peer` says that it does not have a block.
    pub fn not_found(&mut self, peer: PeerId, hash: BlockHash) {
        if let Some(wanted) = self.find(hash)
            && wanted.is_asked_of(peer)
        {
            wanted.give_up(peer);
        }
    }

    /// `peer` sent a block, which was checked.
    pub fn received(&mut self, peer: PeerId, block: Arc<Block>) -> BlockReceipt {
        let hash = block.hash;
        if let Some(wanted) = self.wanted.iter_mut().find(|wanted| wanted.hash == hash)
            && wanted.was_asked_of(peer)
        {
            wanted.arrive(peer, block);
            return BlockReceipt::Taken;
        }
        match self.late.iter().position(|late| *late == (peer, hash)) {
            Some(position) => {
                self.late.remove(position);
                BlockReceipt::Late
            }
            None => BlockReceipt::NotAsked,
        }
    }

    /// Whom to ask for what now.
    pub fn requests(&mut self, now: Timestamp) -> Vec<BlockRequest> {
        self.expire(now);
        let mut requests = Vec::new();
        let newest = self.wanted.back().map(|wanted| wanted.hash);
        for wanted in self.wanted.iter_mut().take(MAX_PARALLEL) {
            if matches!(wanted.state, State::Unasked)
                && let Some(peer) = wanted.next_peer(&self.servers)
            {
                wanted.state = State::Asked { peer, until: now + self.timeout, partial: None };
                let hash = wanted.hash;
                // Of older ones we hold little, and peers send them whole anyway.
                let is_news = Some(hash) == newest && !wanted.in_full;
                let can_help = self.compact_senders.contains(&peer) && !wanted.compact_from.contains(&peer);
                let compact = is_news && can_help;
                requests.push(BlockRequest { peer, hash, compact });
            }
        }
        requests
    }

    /// When [`BlockRequests::requests`] may have something without anything else happening.
    pub fn deadline(&self) -> Option<Timestamp> {
        let until = |wanted: &Wanted| match wanted.state {
            State::Asked { until, .. } => Some(until),
            State::Unasked | State::Arrived { .. } => None,
        };
        self.wanted.iter().filter_map(until).min()
    }

    /// Takes the next block of the chain, if it is here. A block that nobody has is left out.
    pub fn take_next(&mut self) -> Option<Fetched> {
        while self.wanted.front().is_some_and(|first| first.is_hopeless(&self.servers)) {
            self.wanted.pop_front();
        }
        let first = self.wanted.pop_front()?;
        match first.state {
            State::Arrived { peer, block } => {
                for spent in first.spent {
                    self.expect_late(spent, first.hash);
                }
                Some(Fetched { peer, height: first.height, block })
            }
            State::Unasked | State::Asked { .. } => {
                self.wanted.push_front(first);
                None
            }
        }
    }

    fn find(&mut self, hash: BlockHash) -> Option<&mut Wanted> {
        self.wanted.iter_mut().find(|wanted| wanted.hash == hash)
    }

    fn expire(&mut self, now: Timestamp) {
        for wanted in &mut self.wanted {
            if let State::Asked { peer, until, .. } = wanted.state
                && until <= now
            {
                wanted.give_up(peer);
            }
        }
    }

    fn expect_late(&mut self, peer: PeerId, hash: BlockHash) {
        self.late.push((peer, hash));
    }
}

impl Wanted {
    fn new(height: u32, hash: BlockHash) -> Self {
        Self {
            height,
            hash,
            announcers: vec![],
            spent: vec![],
            compact_from: vec![],
            in_full: false,
            state: State::Unasked,
        }
    }

    fn arrive(&mut self, peer: PeerId, block: Arc<Block>) {
        self.spent.retain(|spent| *spent != peer);
        let before = std::mem::replace(&mut self.state, State::Arrived { peer, block });
        if let State::Asked { peer: slower, .. } = before
            && slower != peer
        {
            self.spent.push(slower);
        }
    }

    fn give_up(&mut self, peer: PeerId) {
        self.spent.push(peer);
        self.state = State::Unasked;
    }

    fn is_asked_of(&self, peer: PeerId) -> bool {
        matches!(self.state, State::Asked { peer: asked, .. } if asked == peer)
    }

    /// Those whose answer is still to be expected.
    fn who_may_answer(&self) -> impl Iterator<Item = PeerId> {
        let asked = match self.state {
            State::Asked { peer, .. } => Some(peer),
            State::Unasked | State::Arrived { .. } => None,
        };
        self.spent.iter().copied().chain(asked)
    }

    /// Whether `peer` was asked, given up or not, and it is not here yet.
    fn was_asked_of(&self, peer: PeerId) -> bool {
        let is_here = matches!(self.state, State::Arrived { .. });
        self.is_asked_of(peer) || (!is_here && self.spent.contains(&peer))
    }

    /// The next one to ask: the first announcer, and when there is none left, anybody. A block
    /// spreads within seconds. Whose compact block has led astray comes last.
    fn next_peer(&self, servers: &BTreeSet<PeerId>) -> Option<PeerId> {
        let candidates = self.announcers.iter().chain(servers).copied();
        let mut able = candidates.filter(|peer| servers.contains(peer) && !self.spent.contains(peer));
        let any = able.clone().next();
        let other = able.find(|peer| !self.in_full || !self.compact_from.contains(peer));
        other.or(any)
    }

    /// Whether all who are there were asked in vain.
    fn is_hopeless(&self, servers: &BTreeSet<PeerId>) -> bool {
        let is_unasked = matches!(self.state, State::Unasked);
        is_unasked && !self.spent.is_empty() && self.next_peer(servers).is_none()
    }
}

#[cfg(test)]
mod tests;
