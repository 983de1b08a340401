//! Whom to ask for which past block: those from before the watch began, newest first.
//!
//! They are of use and not urgent: few are under way at a time, slow peers are asked for one at a
//! time, and nothing is asked for while new blocks are wanted. The order in which they come does not
//! matter, so none waits for another.

mod progress;

use crate::event::PeerId;
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Services};
pub use progress::Progress;
use progress::Reporter;
use std::collections::{BTreeMap, HashSet, VecDeque};
use std::time::Duration;

/// How long one peer may take. Nothing waits for it, and a full block of 2 MB by Tor takes its time.
pub const PAST_BLOCK_TIMEOUT: Duration = Duration::from_mins(1);

/// How many blocks one peer is asked for at a time: one that it sends, one that it reads meanwhile.
const MAX_PER_PEER: usize = 2;

/// How many blocks may be under way in all. It bounds the memory: a block is at most 4 MB.
const MAX_UNDER_WAY: usize = 8;

/// A peer that takes longer is asked for one block at a time.
const SLOW: Duration = Duration::from_secs(5);

/// After so many blocks in a row that a peer did not send, it is left alone.
const MAX_SILENCES: u32 = 3;

/// How many peers are asked in vain for one block before it is given up.
const MAX_ATTEMPTS: usize = 12;

/// How often a peer that went away while it was asked may be asked for the same block again.
const MAX_LOST: usize = 3;

/// How deep a pruned peer is asked, in blocks below the tip: it promises 288 (BIP159), and the tip
/// that it knows may be ahead of ours. Core asks pruned peers for no more either.
const LIMITED_DEPTH: u32 = 288 - 2;

/// After how long without anybody to ask, although peers that serve blocks are there, the rest is
/// given up.
const PATIENCE: Duration = Duration::from_mins(2);

/// How many given-up requests are remembered, whose answers may come late.
const MAX_LATE: usize = 64;

/// The past blocks that are wanted.
#[derive(Debug)]
pub struct Backfill {
    /// How many blocks back.
    depth: usize,
    /// The ones that are known without being fetched.
    known: HashSet<BlockHash>,
    timeout: Duration,
    /// Those that nobody is asked for, newest first.
    waiting: VecDeque<Past>,
    /// Those that are under way.
    asked: Vec<Asked>,
    servers: BTreeMap<PeerId, Server>,
    late: Ring<(PeerId, BlockHash), MAX_LATE>,
    /// Whether something has changed since nobody could be asked.
    is_worth_a_look: bool,
    /// Since when nobody can be asked for anything, although peers are there.
    stuck_since: Option<Timestamp>,
    fetched: u32,
    given_up: u32,
    reporter: Reporter,
}

#[derive(Debug)]
struct Past {
    height: u32,
    hash: BlockHash,
    /// Who did not have it, or said nothing.
    refused: Vec<PeerId>,
    /// Who went away while it was asked, as often as it did.
    lost: Vec<PeerId>,
}

#[derive(Debug)]
struct Asked {
    peer: PeerId,
    since: Timestamp,
    past: Past,
}

#[derive(Debug, Default)]
struct Server {
    /// Whether it has the whole chain.
    is_full: bool,
    is_slow: bool,
    /// How many blocks in a row it did not send.
    silences: u32,
}

/// What becomes of a block that came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PastReceipt {
    /// It answers a request.
    Taken {
        /// Its height.
        height: u32,
    },
    /// It answers a request, but is not needed any more.
    Late,
    /// The peer was not asked for it.
    NotAsked,
}

impl Backfill {
    /// Wants the last `depth` blocks but for the `known` ones, and gives every request `timeout` to be
    /// answered.
    pub fn new(depth: u32, known: HashSet<BlockHash>, timeout: Duration) -> Self {
        Self {
            depth: usize::try_from(depth).unwrap_or(usize::MAX),
            known,
            timeout,
            waiting: VecDeque::new(),
            asked: Vec::new(),
            servers: BTreeMap::new(),
            late: Ring::default(),
            is_worth_a_look: false,
            stuck_since: None,
            fetched: 0,
            given_up: 0,
            reporter: Reporter::default(),
        }
    }

    /// The handshake is done with a peer that offers `services`.
    pub fn connected(&mut self, peer: PeerId, services: Services) {
        let is_full = services.has(Services::NETWORK);
        if services.has(Services::WITNESS) && (is_full || services.has(Services::NETWORK_LIMITED)) {
            self.servers.insert(peer, Server { is_full, ..Server::default() });
            self.is_worth_a_look = true;
        }
    }

    /// The connection is gone.
    pub fn disconnected(&mut self, peer: PeerId) {
        self.servers.remove(&peer);
        if self.servers.is_empty() {
            // Somebody may come who serves what is left.
            self.stuck_since = None;
        }
        self.late.retain(|(late, _)| *late != peer);
        for asked in self.asked.extract_if(.., |asked| asked.peer == peer).collect::<Vec<_>>() {
            let mut past = asked.past;
            past.lost.push(peer);
            self.put_back(past);
        }
    }

    /// Wants these blocks of the best chain, oldest first, all of them above those that are wanted
    /// already. What is farther back than asked for is dropped in turn.
    pub fn want(&mut self, blocks: impl IntoIterator<Item = (u32, BlockHash)>) {
        for (height, hash) in blocks.into_iter().filter(|_| self.depth > 0) {
            if !self.known.contains(&hash) {
                self.waiting.push_front(Past { height, hash, refused: vec![], lost: vec![] });
            }
            let lowest = height.saturating_sub(u32::try_from(self.depth - 1).unwrap_or(u32::MAX));
            while self.waiting.back().is_some_and(|oldest| oldest.height < lowest) {
                self.waiting.pop_back();
            }
        }
        self.is_worth_a_look = true;
    }

    /// Blocks left the best chain: of the wanted ones it has only those for which `is_active` says so.
    pub fn keep(&mut self, is_active: impl Fn(BlockHash) -> bool) {
        let asked = self.asked.extract_if(.., |asked| !is_active(asked.past.hash));
        let mut dropped: Vec<_> =
            asked.flat_map(|Asked { peer, past, .. }| past.who_may_answer(peer)).collect();
        self.waiting.retain(|past| {
            let is_kept = is_active(past.hash);
            if !is_kept {
                dropped.extend(past.refused.iter().map(|peer| (*peer, past.hash)));
            }
            is_kept
        });
        for (peer, hash) in dropped {
            self.expect_late(peer, hash);
        }
        self.is_worth_a_look = true;
    }

    /// `peer` says that it does not have a block.
    pub fn not_found(&mut self, peer: PeerId, hash: BlockHash) {
        if let Some(index) = self.asked.iter().position(|asked| asked.is(peer, hash)) {
            self.refused(index);
        }
    }

    /// `peer` sent a block, which was checked.
    pub fn received(&mut self, peer: PeerId, hash: BlockHash, now: Timestamp) -> PastReceipt {
        let Some(past) = self.take(peer, hash, now) else {
            let Some(position) = self.late.iter().position(|late| *late == (peer, hash)) else {
                return PastReceipt::NotAsked;
            };
            self.late.remove(position);
            return PastReceipt::Late;
        };
        self.fetched += 1;
        self.is_worth_a_look = true;
        PastReceipt::Taken { height: past.height }
    }

    /// Whom to ask for what now. `tip` is the height of the best chain; nothing is asked for while
    /// something more urgent is, but what is due is given up.
    pub fn requests(&mut self, now: Timestamp, tip: u32, is_urgent: bool) -> Vec<(PeerId, BlockHash)> {
        while let Some(index) = self.asked.iter().position(|asked| asked.since + self.timeout <= now) {
            self.refused(index);
        }
        if self.stuck_since.is_some_and(|since| since + PATIENCE <= now) {
            self.give_up_rest();
        }
        if is_urgent || !std::mem::take(&mut self.is_worth_a_look) {
            self.is_worth_a_look |= is_urgent;
            return Vec::new();
        }
        let mut requests = Vec::new();
        while let Some((index, peer)) = self.next(tip)
            && let Some(past) = self.waiting.remove(index)
        {
            requests.push((peer, past.hash));
            self.asked.push(Asked { peer, since: now, past });
        }
        let is_stuck = self.asked.is_empty() && !self.waiting.is_empty() && !self.servers.is_empty();
        self.stuck_since = is_stuck.then(|| self.stuck_since.unwrap_or(now));
        requests
    }

    /// What is to be told of the progress now.
    pub fn report(&mut self, now: Timestamp) -> Option<Progress> {
        self.reporter.report(self.progress(), now)
    }

    /// When [`Backfill::requests`] or [`Backfill::report`] may have something without anything else
    /// happening.
    pub fn deadline(&self) -> Option<Timestamp> {
        let asked = self.asked.iter().map(|asked| asked.since + self.timeout);
        let stuck = self.stuck_since.map(|since| since + PATIENCE);
        let report = self.reporter.deadline(self.progress());
        asked.chain(stuck).chain(report).min()
    }

    /// The next block to ask for, and whom.
    fn next(&self, tip: u32) -> Option<(usize, PeerId)> {
        if self.asked.len() >= MAX_UNDER_WAY {
            return None;
        }
        let mut free: Vec<_> =
            self.servers.iter().filter_map(|(&peer, server)| self.room(peer, server)).collect();
        if free.is_empty() {
            return None;
        }
        // Who has least to do comes first.
        free.sort_unstable_by_key(|(under_way, peer, _)| (*under_way, *peer));
        let serves =
            |server: &Server, past: &Past| server.is_full || tip.saturating_sub(past.height) < LIMITED_DEPTH;
        self.waiting.iter().enumerate().find_map(|(index, past)| {
            let able =
                free.iter().find(|(_, peer, server)| serves(server, past) && past.may_be_asked_of(*peer));
            able.map(|(_, peer, _)| (index, *peer))
        })
    }

    /// What is under way from a peer, if it may be asked for more.
    fn room<'a>(&self, peer: PeerId, server: &'a Server) -> Option<(usize, PeerId, &'a Server)> {
        let under_way = self.asked.iter().filter(|asked| asked.peer == peer).count();
        let most = if server.is_slow { 1 } else { MAX_PER_PEER };
        (under_way < most && server.silences < MAX_SILENCES).then_some((under_way, peer, server))
    }

    /// Takes a block out, if `peer` was asked for it, given up or not.
    fn take(&mut self, peer: PeerId, hash: BlockHash, now: Timestamp) -> Option<Past> {
        if let Some(index) =
            self.asked.iter().position(|asked| asked.past.hash == hash && asked.was_asked_of(peer))
        {
            let Asked { peer: asked, since, mut past } = self.asked.swap_remove(index);
            if asked == peer {
                self.answered(peer, now.since(since));
            } else {
                past.refused.push(asked);
            }
            past.refused
                .iter()
                .filter(|slower| **slower != peer)
                .for_each(|slower| self.expect_late(*slower, hash));
            return Some(past);
        }
        let index = self.waiting.iter().position(|past| past.hash == hash && past.refused.contains(&peer))?;
        let past = self.waiting.remove(index)?;
        self.answered(peer, self.timeout);
        past.refused
            .iter()
            .filter(|slower| **slower != peer)
            .for_each(|slower| self.expect_late(*slower, hash));
        Some(past)
    }

    fn answered(&mut self, peer: PeerId, after: Duration) {
        if let Some(server) = self.servers.get_mut(&peer) {
            server.silences = 0;
            server.is_slow = after > SLOW;
        }
    }

    /// Somebody did not send what it was asked for.
    fn refused(&mut self, index: usize) {
        let Asked { peer, mut past, .. } = self.asked.swap_remove(index);
        if let Some(server) = self.servers.get_mut(&peer) {
            server.silences += 1;
            server.is_slow = true;
        }
        past.refused.push(peer);
        self.put_back(past);
    }

    fn put_back(&mut self, past: Past) {
        self.is_worth_a_look = true;
        if past.refused.len() + past.lost.len() >= MAX_ATTEMPTS {
            self.given_up += 1;
            past.refused.iter().for_each(|peer| self.expect_late(*peer, past.hash));
            return;
        }
        let place = self.waiting.partition_point(|other| other.height > past.height);
        self.waiting.insert(place, past);
    }

    fn give_up_rest(&mut self) {
        self.stuck_since = None;
        self.given_up += u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        self.waiting.clear();
    }

    fn expect_late(&mut self, peer: PeerId, hash: BlockHash) {
        self.late.push((peer, hash));
    }

    fn progress(&self) -> Progress {
        let under_way = u32::try_from(self.waiting.len() + self.asked.len()).unwrap_or(u32::MAX);
        let Self { fetched, given_up, .. } = *self;
        Progress { fetched, wanted: fetched + given_up + under_way, given_up }
    }
}

impl Past {
    fn may_be_asked_of(&self, peer: PeerId) -> bool {
        let lost = self.lost.iter().filter(|lost| **lost == peer).count();
        !self.refused.contains(&peer) && lost < MAX_LOST
    }

    /// Who may still send it; `peer` is asked for it now.
    fn who_may_answer(self, peer: PeerId) -> impl Iterator<Item = (PeerId, BlockHash)> {
        self.refused.into_iter().chain([peer]).map(move |peer| (peer, self.hash))
    }
}

impl Asked {
    fn is(&self, peer: PeerId, hash: BlockHash) -> bool {
        self.peer == peer && self.past.hash == hash
    }

    fn was_asked_of(&self, peer: PeerId) -> bool {
        self.peer == peer || self.past.refused.contains(&peer)
    }
}

#[cfg(test)]
mod tests;
