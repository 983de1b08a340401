//! The peers that listed transactions are requested from.

use super::entries::{Entry, ListIds, Position, SourceSet};
use super::window::Window;
use crate::event::PeerId;
use crate::util::time::Timestamp;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// How long a peer may leave requests unanswered while others could be asked. Core answers immediately, so
/// only a slow connection takes longer.
const SILENCE: Duration = Duration::from_secs(15);

/// How long to wait for a peer's first announcement. Before its first trickle to us, 5 s after the handshake
/// on average, Core serves nothing that it has not announced; a node without news stays silent.
const FIRST_TRICKLE: Duration = Duration::from_secs(20);

/// All peers that relay transactions, by number. A peer that reconnects keeps its number.
#[derive(Debug, Default)]
pub struct Sources {
    numbers: HashMap<PeerId, u8>,
    all: Vec<Source>,
}

/// A peer that transactions are requested from.
#[derive(Debug)]
pub struct Source {
    pub peer: PeerId,
    is_connected: bool,
    /// Whether it left requests unanswered, and is not asked again.
    is_silent: bool,
    /// Transactions that another peer lacked, to be requested from this one. They may have arrived since.
    pub queue: VecDeque<Position>,
    pub window: Window,
    /// Requests that were given up but may still be answered.
    pub late: usize,
    last_answer: Timestamp,
    /// When the peer begins to serve what it has not announced.
    serves_from: Timestamp,
    /// Its own lists.
    pub lists: ListIds,
}

impl Source {
    /// Whether the peer may be asked.
    pub fn is_usable(&self) -> bool {
        self.is_connected && !self.is_silent
    }

    /// Whether the peer serves what it has not announced.
    pub fn serves(&self, now: Timestamp) -> bool {
        self.serves_from <= now
    }

    /// The peer announced transactions.
    pub fn announced(&mut self, now: Timestamp) {
        self.serves_from = self.serves_from.min(now);
    }

    /// A request was answered.
    pub fn answered(&mut self, is_delivered: bool, now: Timestamp) {
        self.last_answer = now;
        self.window.answered(is_delivered, now);
    }

    /// The peer left its requests unanswered.
    pub fn give_up(&mut self) {
        self.is_silent = true;
        self.late += self.window.in_flight();
        self.window.reset();
    }

    /// A request that was given up may have been answered. Returns whether there is one.
    pub fn answered_late(&mut self) -> bool {
        let is_late = self.late > 0;
        self.late -= usize::from(is_late);
        is_late
    }

    /// A request was answered by another peer.
    pub fn cancelled(&mut self, now: Timestamp) {
        self.late += 1;
        self.window.cancelled(now);
    }
}

impl Sources {
    /// Adds a peer. Returns false if there are [`SourceSet::MAX`] already.
    pub fn connected(&mut self, peer: PeerId, now: Timestamp) -> bool {
        let number = match self.numbers.get(&peer) {
            Some(&number) => usize::from(number),
            None if self.all.len() < SourceSet::MAX => self.all.len(),
            None => return false,
        };
        let source = Source {
            peer,
            is_connected: true,
            is_silent: false,
            queue: VecDeque::new(),
            window: Window::default(),
            late: 0,
            last_answer: now,
            serves_from: now + FIRST_TRICKLE,
            lists: ListIds::default(),
        };
        if let Some(known) = self.all.get_mut(number) {
            *known = source;
        } else if let Ok(number) = u8::try_from(number) {
            self.numbers.insert(peer, number);
            self.all.push(source);
        }
        true
    }

    /// A connection ended. Returns the number of the peer and what was queued for it.
    pub fn disconnected(&mut self, peer: PeerId) -> Option<(u8, VecDeque<Position>)> {
        let number = self.number(peer)?;
        let source = self.get_mut(number).filter(|source| source.is_connected)?;
        source.is_connected = false;
        source.window = Window::default();
        Some((number, std::mem::take(&mut source.queue)))
    }

    /// Forgets the peers that are not connected, and what the others did.
    pub fn reset(&mut self, now: Timestamp) {
        for source in std::mem::take(self).all.into_iter().filter(|source| source.is_connected) {
            self.connected(source.peer, now);
            if let Some(number) = self.number(source.peer)
                && let Some(fresh) = self.get_mut(number)
            {
                fresh.late = source.late + source.window.in_flight();
                fresh.serves_from = source.serves_from;
            }
        }
    }

    /// Gives all requests as much time again.
    pub fn slept(&mut self, time: Duration) {
        for source in &mut self.all {
            source.window.slept(time);
            source.last_answer = source.last_answer + time;
        }
    }

    pub fn number(&self, peer: PeerId) -> Option<u8> {
        self.numbers.get(&peer).copied()
    }

    /// A peer, if it is a source.
    pub fn of(&mut self, peer: PeerId) -> Option<&mut Source> {
        self.get_mut(self.number(peer)?)
    }

    pub fn get(&self, number: u8) -> Option<&Source> {
        self.all.get(usize::from(number))
    }

    pub fn get_mut(&mut self, number: u8) -> Option<&mut Source> {
        self.all.get_mut(usize::from(number))
    }

    /// The peers with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &Source)> {
        (0..).zip(&self.all)
    }

    /// The number of transactions in all queues.
    pub fn queued(&self) -> usize {
        self.all.iter().map(|source| source.queue.len()).sum()
    }

    /// Whether any peer may be asked.
    pub fn is_any_usable(&self) -> bool {
        self.all.iter().any(Source::is_usable)
    }

    /// Whether transactions not requested yet may be requested from this peer. A peer is not the first to be
    /// asked for its own list if there are others, since only they can confirm it.
    pub fn may_start(&self, number: u8) -> bool {
        let is_other = |source: &Source| source.is_usable() && source.lists.is_empty();
        self.get(number).is_some_and(|source| source.lists.is_empty()) || !self.all.iter().any(is_other)
    }

    /// Chooses the next peer to ask for a transaction. Authors of lists with the transaction come last, as
    /// serving their own list proves nothing. Peers that already serve come first, the one with the shortest
    /// queue at the front.
    pub fn next_for(&self, entry: &Entry, now: Timestamp) -> Option<u8> {
        let untried =
            self.iter().filter(|(number, source)| source.is_usable() && !entry.asked.contains(*number));
        let rank = |source: &Source| {
            let listed_it = source.lists.iter().any(|list| entry.lists.contains(list));
            (listed_it, !source.serves(now), source.queue.len() + source.window.in_flight())
        };
        untried.min_by_key(|(_, source)| rank(source)).map(|(number, _)| number)
    }

    /// When the next peer begins to serve what it has not announced.
    pub fn next_serves_from(&self, now: Timestamp) -> Option<Timestamp> {
        let waiting = self.all.iter().filter(|source| source.is_usable() && !source.serves(now));
        waiting.map(|source| source.serves_from).min()
    }

    /// When the requests to a source count as unanswered, given the longest time for an answer.
    pub fn silent_at(&self, number: u8, timeout: Duration) -> Option<Timestamp> {
        let source = self.get(number)?;
        let oldest = source.window.oldest()?;
        let has_others = self.iter().any(|(other, source)| other != number && source.is_usable());
        let silence = if has_others { SILENCE.min(timeout) } else { timeout };
        Some((oldest.max(source.last_answer) + silence).min(oldest + timeout))
    }
}
