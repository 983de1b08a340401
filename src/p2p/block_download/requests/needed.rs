//! One needed block: which peer is asked for it, and when to ask another.

use super::source::Source;
use crate::event::PeerId;
use crate::util::time::Timestamp;
use crate::wire::{Block, BlockHash};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// How long the first request may go unanswered before another peer that has the block is asked. It doubles
/// with each failed peer, so that a slow link is not asked for more and more copies.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a transfer may take, even with progress, before another peer that has the block is asked.
const MAX_TRANSFER: Duration = Duration::from_mins(1);

/// A block of the best chain that has not been handed on yet.
#[derive(Debug)]
pub(super) struct NeededBlock {
    pub height: u32,
    pub hash: BlockHash,
    /// Since when it is needed.
    pub since: Timestamp,
    /// Whether a compact block could not be reconstructed, so that the whole block is requested next.
    pub in_full: bool,
    /// The peers that announced the block or were asked for it.
    pub sources: BTreeMap<PeerId, Source>,
    pub state: State,
}

#[derive(Debug)]
pub(super) enum State {
    Unrequested,
    /// Others may have been asked earlier, and their answers may still come.
    Requested {
        peer: PeerId,
        since: Timestamp,
        /// When the last part of a message arrived.
        heard: Timestamp,
    },
    Arrived {
        peer: PeerId,
        block: Arc<Block>,
    },
}

impl NeededBlock {
    pub fn new(height: u32, hash: BlockHash, since: Timestamp) -> Self {
        let (sources, state) = (BTreeMap::new(), State::Unrequested);
        Self { height, hash, since, in_full: false, sources, state }
    }

    pub fn source(&mut self, peer: PeerId) -> &mut Source {
        self.sources.entry(peer).or_default()
    }

    pub fn has_arrived(&self) -> bool {
        matches!(self.state, State::Arrived { .. })
    }

    pub fn is_requested_from(&self, peer: PeerId) -> bool {
        matches!(self.state, State::Requested { peer: requested, .. } if requested == peer)
    }

    /// Whether an answer from `peer` may still come.
    pub fn expects(&self, peer: PeerId) -> bool {
        self.sources.get(&peer).is_some_and(|source| source.unanswered > 0)
    }

    /// Notes that `peer` announced the block. Its first announcement displaces an unanswered request to a
    /// peer that had not announced the block (Core ignores requests for blocks it lacks) or that failed
    /// before.
    pub fn announced(&mut self, peer: PeerId, now: Timestamp) {
        if let State::Requested { peer: asked, since, heard } = self.state
            && since == heard
            && self.source(peer).announced.is_none()
            && (self.source(asked).announced.is_none() || self.source(asked).failures > 0)
        {
            self.give_up(now);
        }
        let before = self.sources.values().filter(|source| source.announced.is_some()).count();
        self.source(peer).announce(before);
    }

    /// Notes that a request goes to `peer`.
    pub fn request_from(&mut self, peer: PeerId, now: Timestamp) {
        self.source(peer).unanswered += 1;
        self.state = State::Requested { peer, since: now, heard: now };
    }

    /// Notes that `from` is in the middle of sending.
    pub fn receiving(&mut self, from: PeerId, now: Timestamp) {
        if let State::Requested { peer, heard, .. } = &mut self.state
            && *peer == from
        {
            *heard = now;
        } else if self.expects(from) {
            self.source(from).postpone(now + PATIENCE);
        }
    }

    /// Extends the time limit of the current request by `time`.
    pub fn slept(&mut self, time: Duration) {
        if let State::Requested { since, heard, .. } = &mut self.state {
            (*since, *heard) = (*since + time, *heard + time);
        }
    }

    /// Keeps the block that `peer` sent.
    pub fn arrive(&mut self, peer: PeerId, block: Arc<Block>) {
        for source in self.sources.values_mut() {
            source.partial = None;
        }
        self.state = State::Arrived { peer, block };
    }

    /// Allows asking another peer. The current one may still answer.
    pub fn give_up(&mut self, now: Timestamp) {
        if let State::Requested { peer, .. } = self.state {
            self.source(peer).fail(now);
            self.state = State::Unrequested;
        }
    }

    /// Forgets a peer that disconnected.
    pub fn forget(&mut self, peer: PeerId) {
        self.sources.remove(&peer);
        if self.is_requested_from(peer) {
            self.state = State::Unrequested;
        }
    }

    /// The next of `servers` to ask, if the block is not requested: any of them, as a block spreads within
    /// seconds.
    pub fn next_peer(&self, servers: &BTreeSet<PeerId>, now: Timestamp) -> Option<PeerId> {
        if !matches!(self.state, State::Unrequested) {
            return None;
        }
        let due = servers.iter().filter_map(|&peer| match self.sources.get(&peer) {
            Some(source) => source.is_due(now).then(|| (source.rank(), peer)),
            None => Some((Source::default().rank(), peer)),
        });
        due.min().map(|(_, peer)| peer)
    }

    /// Gives up the current request if it took too long. While no other peer is likely to do better, only
    /// silence for `timeout` counts as too long; a transfer that progresses never does.
    pub fn expire(&mut self, servers: &BTreeSet<PeerId>, now: Timestamp, timeout: Duration) {
        let State::Requested { peer, since, heard } = self.state else { return };
        let silence = now.since(heard);
        let is_slow = silence >= self.patience(timeout) || now.since(since) >= MAX_TRANSFER;
        if silence >= timeout || (is_slow && self.has_better(peer, servers, now)) {
            self.give_up(now);
        }
    }

    /// The next moment after `now` at which another peer may be asked.
    pub fn deadline(&self, now: Timestamp, timeout: Duration) -> Option<Timestamp> {
        let request = match self.state {
            State::Arrived { .. } => return None,
            State::Unrequested => None,
            State::Requested { since, heard, .. } => {
                Some([heard + self.patience(timeout), heard + timeout, since + MAX_TRANSFER])
            }
        };
        let retries = self.sources.values().filter_map(|source| source.due_after(now));
        request.into_iter().flatten().filter(|at| *at > now).chain(retries).min()
    }

    fn patience(&self, timeout: Duration) -> Duration {
        let failed = self.sources.values().filter(|source| source.failures > 0).count();
        let factor = 2_u32.saturating_pow(u32::try_from(failed).unwrap_or(u32::MAX));
        PATIENCE.saturating_mul(factor).min(timeout)
    }

    /// Whether one of `servers` other than `asked` may be asked and is more likely to have the block: one
    /// that announced it and did not fail, or any if `asked` did not announce it.
    fn has_better(&self, asked: PeerId, servers: &BTreeSet<PeerId>, now: Timestamp) -> bool {
        let has_announced = |source: &Source| source.announced.is_some();
        if self.sources.get(&asked).is_some_and(has_announced) {
            let fresh = |source: &Source| has_announced(source) && source.failures == 0;
            let mut others = self.sources.iter().filter(|(peer, source)| **peer != asked && fresh(source));
            return others.any(|(peer, source)| servers.contains(peer) && source.is_due(now));
        }
        let is_due = |peer: &PeerId| self.sources.get(peer).is_none_or(|source| source.is_due(now));
        servers.iter().any(|peer| *peer != asked && is_due(peer))
    }
}
