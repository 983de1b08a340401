//! Past blocks, those from before startup: which peer to request each from, newest first.
//!
//! Past blocks are useful and not urgent: few are requested at a time, from a slow peer one at a time,
//! and none while new blocks are needed. They may come in any order, so none waits for another.

mod past_block;
mod progress;
#[cfg(test)]
mod tests;

use crate::event::PeerId;
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Services};
use past_block::{PastBlock, Request};
pub use progress::Progress;
use progress::ProgressReporter;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::time::Duration;

/// How long a peer may take to send a block. Nothing depends on it, and a full 2 MB block takes a while
/// through Tor.
pub const PAST_BLOCK_TIMEOUT: Duration = Duration::from_mins(1);

/// How long a request may take even if the transfer progresses.
const MAX_TRANSFER: Duration = Duration::from_mins(5);

/// How many blocks are requested from one peer at a time: while it sends one, it reads the next from disk.
const MAX_PER_PEER: usize = 2;

/// How many blocks are requested at a time in total. This bounds the memory: a block has at most 4 MB.
const MAX_REQUESTS: usize = 8;

/// A peer that takes longer gets one request at a time.
const SLOW: Duration = Duration::from_secs(5);

/// After this many consecutive failures a peer is no longer asked.
const MAX_FAILURES: u32 = 3;

/// After this many failed requests a block is given up.
const MAX_ATTEMPTS: usize = 12;

/// How deep below the tip a pruned peer is asked: it promises 288 blocks (BIP159), and its tip may be
/// ahead of ours. Core asks pruned peers for no more either.
const LIMITED_DEPTH: u32 = 288 - 2;

/// After this long without a connected peer that serves the remaining blocks, they are given up.
const PATIENCE: Duration = Duration::from_mins(2);

/// How many timed-out requests are remembered, to accept late answers.
const MAX_LATE: usize = 64;

/// The download of past blocks.
#[derive(Debug)]
pub struct Backfill {
    /// How many blocks below the tip to fetch.
    depth: usize,
    /// Blocks downloaded by an earlier run.
    known: HashSet<BlockHash>,
    timeout: Duration,
    /// Blocks not yet requested, newest first.
    waiting: VecDeque<PastBlock>,
    requests: Vec<Request>,
    servers: BTreeMap<PeerId, Server>,
    late: Ring<(PeerId, BlockHash), MAX_LATE>,
    /// Whether a request may have become possible.
    has_changed: bool,
    /// Since when no request is possible although peers are connected.
    stuck_since: Option<Timestamp>,
    fetched: u32,
    given_up: u32,
    /// The blocks that were given up since the last call of [`Backfill::take_given_up`].
    abandoned: Vec<BlockHash>,
    reporter: ProgressReporter,
}

#[derive(Debug, Default)]
struct Server {
    /// Whether the peer has the whole chain.
    is_full: bool,
    is_slow: bool,
    /// The number of consecutive failures.
    failures: u32,
}

/// How an arriving block relates to the requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PastReceipt {
    /// It answers a request.
    Accepted {
        /// The block's height.
        height: u32,
    },
    /// It answers a request but is no longer needed.
    Late,
    /// The peer was not asked for it.
    Unrequested,
}

impl Backfill {
    /// Fetches the last `depth` blocks except for the `known` ones. Each request times out after `timeout`.
    pub fn new(depth: u32, known: HashSet<BlockHash>, timeout: Duration) -> Self {
        Self {
            depth: usize::try_from(depth).unwrap_or(usize::MAX),
            known,
            timeout,
            waiting: VecDeque::new(),
            requests: Vec::new(),
            servers: BTreeMap::new(),
            late: Ring::default(),
            has_changed: false,
            stuck_since: None,
            fetched: 0,
            given_up: 0,
            abandoned: Vec::new(),
            reporter: ProgressReporter::default(),
        }
    }

    /// How many blocks below the tip are needed.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Adds a peer if it serves blocks with witnesses.
    pub fn connected(&mut self, peer: PeerId, services: Services) {
        let is_full = services.has(Services::NETWORK);
        if services.has(Services::WITNESS) && (is_full || services.has(Services::NETWORK_LIMITED)) {
            self.servers.insert(peer, Server { is_full, ..Server::default() });
            self.has_changed = true;
        }
    }

    /// Removes a peer.
    pub fn disconnected(&mut self, peer: PeerId) {
        self.servers.remove(&peer);
        if self.servers.is_empty() {
            // A peer that serves the rest may connect.
            self.stuck_since = None;
        }
        self.late.retain(|(late, _)| *late != peer);
        for request in self.requests.extract_if(.., |request| request.peer == peer).collect::<Vec<_>>() {
            let mut block = request.block;
            block.lost.push(peer);
            self.put_back(block);
        }
    }

    /// Adds blocks of the best chain, oldest first, all above those already needed. Drops blocks that are now
    /// too deep.
    pub fn need(&mut self, blocks: impl IntoIterator<Item = (u32, BlockHash)>) {
        for (height, hash) in blocks.into_iter().filter(|_| self.depth > 0) {
            if !self.known.contains(&hash) {
                self.waiting.push_front(PastBlock::new(height, hash));
            }
            let lowest = height.saturating_sub(u32::try_from(self.depth - 1).unwrap_or(u32::MAX));
            while self.waiting.back().is_some_and(|oldest| oldest.height < lowest && !oldest.is_pinned) {
                self.waiting.pop_back();
            }
        }
        self.has_changed = true;
    }

    /// Adds blocks of the best chain at any depth, including known and received ones.
    pub fn need_again(&mut self, blocks: impl IntoIterator<Item = (u32, BlockHash)>) {
        for (height, hash) in blocks {
            let waiting = self.waiting.iter_mut().find(|block| block.hash == hash);
            let requested = self.requests.iter_mut().map(|request| &mut request.block);
            if let Some(block) = waiting.or_else(|| requested.into_iter().find(|block| block.hash == hash)) {
                block.is_pinned = true;
                continue;
            }
            let mut block = PastBlock::new(height, hash);
            block.is_pinned = true;
            self.put_back(block);
        }
    }

    /// Takes out the blocks that were given up since the last call.
    pub fn take_given_up(&mut self) -> Vec<BlockHash> {
        std::mem::take(&mut self.abandoned)
    }

    /// Drops the blocks that are no longer in the best chain according to `is_active`.
    pub fn retain_active(&mut self, is_active: impl Fn(BlockHash) -> bool) {
        let requests = self.requests.extract_if(.., |request| !is_active(request.block.hash));
        let mut dropped: Vec<_> = requests.flat_map(Request::late_answers).collect();
        self.waiting.retain(|block| {
            let is_kept = is_active(block.hash);
            if !is_kept {
                dropped.extend(block.refused.iter().map(|peer| (*peer, block.hash)));
            }
            is_kept
        });
        for (peer, hash) in dropped {
            self.expect_late(peer, hash);
        }
        self.has_changed = true;
    }

    /// Notes that `peer` does not have a block.
    pub fn not_found(&mut self, peer: PeerId, hash: BlockHash) {
        if let Some(index) = self.requests.iter().position(|request| request.is(peer, hash)) {
            self.request_failed(index);
        }
    }

    /// Notes that `peer` is in the middle of sending a long message: its requests don't time out for now.
    pub fn receiving(&mut self, peer: PeerId, now: Timestamp) {
        for request in self.requests.iter_mut().filter(|request| request.peer == peer) {
            request.heard = now;
        }
    }

    /// Extends all time limits by `time`: those of requests, and that for finding a peer that serves the
    /// rest.
    pub fn slept(&mut self, time: Duration) {
        for request in &mut self.requests {
            (request.since, request.heard) = (request.since + time, request.heard + time);
        }
        self.stuck_since = self.stuck_since.map(|since| since + time);
    }

    /// Records a valid block from `peer`.
    pub fn received(&mut self, peer: PeerId, hash: BlockHash, now: Timestamp) -> PastReceipt {
        let Some(block) = self.take(peer, hash, now) else {
            let Some(position) = self.late.iter().position(|late| *late == (peer, hash)) else {
                return PastReceipt::Unrequested;
            };
            self.late.remove(position);
            return PastReceipt::Late;
        };
        self.fetched += 1;
        self.has_changed = true;
        PastReceipt::Accepted { height: block.height }
    }

    /// Returns the requests to send now. Timed-out requests go to other peers; nothing new is requested
    /// while `is_urgent` says that new blocks are needed. `tip` is the height of the best chain.
    pub fn requests(&mut self, now: Timestamp, tip: u32, is_urgent: bool) -> Vec<(PeerId, BlockHash)> {
        while let Some(index) = self.requests.iter().position(|request| self.timeout_of(request) <= now) {
            self.request_failed(index);
        }
        if self.stuck_since.is_some_and(|since| since + PATIENCE <= now) {
            self.give_up_rest();
        }
        if is_urgent || !std::mem::take(&mut self.has_changed) {
            self.has_changed |= is_urgent;
            return Vec::new();
        }
        let mut requests = Vec::new();
        while let Some((index, peer)) = self.next(tip)
            && let Some(block) = self.waiting.remove(index)
        {
            requests.push((peer, block.hash));
            self.requests.push(Request { peer, since: now, heard: now, block });
        }
        let is_stuck = self.requests.is_empty() && !self.waiting.is_empty() && !self.servers.is_empty();
        self.stuck_since = is_stuck.then(|| self.stuck_since.unwrap_or(now));
        requests
    }

    /// Returns the progress if a report is due.
    pub fn report(&mut self, now: Timestamp) -> Option<Progress> {
        self.reporter.report(self.progress(), now)
    }

    /// When [`Backfill::requests`] or [`Backfill::report`] may return something even if nothing else
    /// happens.
    pub fn deadline(&self) -> Option<Timestamp> {
        let requests = self.requests.iter().map(|request| self.timeout_of(request));
        let stuck = self.stuck_since.map(|since| since + PATIENCE);
        let report = self.reporter.deadline(self.progress());
        requests.chain(stuck).chain(report).min()
    }

    /// The next block to request, as an index, and the peer to ask.
    fn next(&self, tip: u32) -> Option<(usize, PeerId)> {
        if self.requests.len() >= MAX_REQUESTS {
            return None;
        }
        let mut free: Vec<_> =
            self.servers.iter().filter_map(|(&peer, server)| self.load(peer, server)).collect();
        if free.is_empty() {
            return None;
        }
        // Prefer the peer with the fewest requests.
        free.sort_unstable_by_key(|(load, peer, _)| (*load, *peer));
        let serves = |server: &Server, block: &PastBlock| {
            server.is_full || tip.saturating_sub(block.height) < LIMITED_DEPTH
        };
        self.waiting.iter().enumerate().find_map(|(index, block)| {
            let able = free
                .iter()
                .find(|(_, peer, server)| serves(server, block) && block.may_be_requested_from(*peer));
            able.map(|(_, peer, _)| (index, *peer))
        })
    }

    /// The number of requests to a peer, if it may be asked for more.
    fn load<'a>(&self, peer: PeerId, server: &'a Server) -> Option<(usize, PeerId, &'a Server)> {
        let load = self.requests.iter().filter(|request| request.peer == peer).count();
        let limit = if server.is_slow { 1 } else { MAX_PER_PEER };
        (load < limit && server.failures < MAX_FAILURES).then_some((load, peer, server))
    }

    /// Takes out a block if `peer` was ever asked for it.
    fn take(&mut self, peer: PeerId, hash: BlockHash, now: Timestamp) -> Option<PastBlock> {
        let was_requested = |request: &Request| request.block.hash == hash && request.was_sent_to(peer);
        let block = if let Some(index) = self.requests.iter().position(was_requested) {
            let Request { peer: requested, since, mut block, .. } = self.requests.swap_remove(index);
            if requested == peer {
                self.answered(peer, now.since(since));
            } else {
                block.refused.push(requested);
            }
            block
        } else {
            let was_requested = |block: &PastBlock| block.hash == hash && block.refused.contains(&peer);
            let index = self.waiting.iter().position(was_requested)?;
            let block = self.waiting.remove(index)?;
            self.answered(peer, self.timeout);
            block
        };
        for slower in block.refused.iter().filter(|slower| **slower != peer) {
            self.expect_late(*slower, hash);
        }
        Some(block)
    }

    fn timeout_of(&self, request: &Request) -> Timestamp {
        (request.heard + self.timeout).min(request.since + MAX_TRANSFER)
    }

    fn answered(&mut self, peer: PeerId, after: Duration) {
        if let Some(server) = self.servers.get_mut(&peer) {
            server.failures = 0;
            server.is_slow = after > SLOW;
        }
    }

    fn request_failed(&mut self, index: usize) {
        let Request { peer, mut block, .. } = self.requests.swap_remove(index);
        if let Some(server) = self.servers.get_mut(&peer) {
            server.failures += 1;
            server.is_slow = true;
        }
        block.refused.push(peer);
        self.put_back(block);
    }

    fn put_back(&mut self, block: PastBlock) {
        self.has_changed = true;
        if block.attempts() >= MAX_ATTEMPTS {
            self.given_up += 1;
            self.abandoned.push(block.hash);
            block.refused.iter().for_each(|peer| self.expect_late(*peer, block.hash));
            return;
        }
        let place = self.waiting.partition_point(|other| other.height > block.height);
        self.waiting.insert(place, block);
    }

    fn give_up_rest(&mut self) {
        self.stuck_since = None;
        self.given_up += u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        self.abandoned.extend(self.waiting.drain(..).map(|block| block.hash));
    }

    fn expect_late(&mut self, peer: PeerId, hash: BlockHash) {
        self.late.push((peer, hash));
    }

    fn progress(&self) -> Progress {
        let pending = u32::try_from(self.waiting.len() + self.requests.len()).unwrap_or(u32::MAX);
        let Self { fetched, given_up, .. } = *self;
        Progress { fetched, requested: fetched + given_up + pending, given_up }
    }
}
