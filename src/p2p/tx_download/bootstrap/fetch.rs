//! Which listed transactions to request from which peers.
//!
//! All peers take from the list in its order, each as much as it delivers in about a second. What a peer does
//! not have is queued for another one, until each has been asked.

use super::entries::{Entries, ListId, Position, State};
use super::sources::Sources;
use crate::event::PeerId;
use crate::util::time::Timestamp;
use crate::wire::Wtxid;
use std::time::Duration;

/// The number of transactions of a list that nobody serves, at which the list counts as made up if they are
/// more than half of what was asked for. An honest list loses what is confirmed or replaced meanwhile.
const MAX_MISSES: usize = 500;

/// The most transactions that may be queued for a second peer before others are requested for the first time: a
/// made-up list shows itself before all of it was requested from everyone.
const MAX_QUEUED: usize = 1_000;

/// The download of the listed transactions.
#[derive(Debug)]
pub struct Fetch {
    timeout: Duration,
    entries: Entries,
    sources: Sources,
    /// The first transaction that nobody was asked for.
    next: Position,
    /// Transactions whose source went away while there was no other one.
    returned: Vec<Position>,
    /// By list: how many transactions were delivered, and how many nobody served.
    outcomes: [Served; ListId::MAX as usize],
    to_relay: Vec<(PeerId, Wtxid)>,
}

#[derive(Clone, Copy, Default, Debug)]
struct Served {
    delivered: usize,
    missed: usize,
}

/// What is known about a listed transaction before its download.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// The transaction is here.
    Here,
    /// Ordinary relay takes care of the transaction.
    Relayed,
    /// The transaction is to be requested.
    Missing,
}

/// A listed transaction that arrived from a peer that was asked for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// Whether it is the first one to deliver the transaction.
    pub is_first: bool,
    /// The time since the request, if the peer announced the transaction as well.
    pub announced_answer: Option<Duration>,
}

impl Fetch {
    /// Gives a peer `timeout` to answer a request.
    pub fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            entries: Entries::default(),
            sources: Sources::default(),
            next: 0,
            returned: Vec::new(),
            outcomes: Default::default(),
            to_relay: Vec::new(),
        }
    }

    /// The number of transactions that were listed.
    pub fn listed(&self) -> usize {
        self.entries.len()
    }

    /// The number of listed transactions that are here.
    pub fn here(&self) -> usize {
        self.entries.here()
    }

    /// The room that is reserved for listed transactions.
    #[cfg(test)]
    pub fn remembered(&self) -> usize {
        let queued: usize = self.sources.iter().map(|(_, source)| source.queue.capacity()).sum();
        self.entries.capacity() + self.returned.capacity() + self.to_relay.capacity() + queued
    }

    /// Whether nothing was listed since the last [`Fetch::clear`].
    pub fn is_clear(&self) -> bool {
        self.entries.end() == 0
    }

    /// Whether nothing waits or is in flight.
    pub fn is_idle(&self) -> bool {
        self.entries.open() == 0
    }

    /// Forgets all lists.
    pub fn clear(&mut self, now: Timestamp) {
        self.entries = Entries::default();
        self.returned = Vec::new();
        self.next = 0;
        self.outcomes = Default::default();
        self.sources.reset(now);
    }

    /// A peer that relays transactions by wtxid is connected. Returns whether it is a source.
    pub fn connected(&mut self, peer: PeerId, now: Timestamp) -> bool {
        let is_source = self.sources.connected(peer, now);
        for position in std::mem::take(&mut self.returned) {
            self.ask_next(position, now);
        }
        is_source
    }

    /// A connection ended: what was in flight is requested from others. Returns whether it was a source.
    pub fn disconnected(&mut self, peer: PeerId, now: Timestamp) -> bool {
        let Some((number, queued)) = self.sources.disconnected(peer) else { return false };
        for position in self.entries.in_flight_to(number) {
            self.entries.unask(position, number);
            self.failed(position, now);
        }
        for position in queued {
            self.ask_next(position, now);
        }
        true
    }

    /// The author of a list.
    pub fn begin_list(&mut self, peer: PeerId, list: ListId) {
        self.outcomes[list.index()] = Served::default();
        if let Some(source) = self.sources.number(peer).and_then(|number| self.sources.get_mut(number)) {
            source.lists.insert(list);
        }
    }

    /// Adds a transaction of a list. Returns whether it is new to that list.
    pub fn add(&mut self, list: ListId, wtxid: Wtxid, presence: Presence) -> bool {
        let state = match presence {
            Presence::Here => State::Here,
            Presence::Relayed => State::Relayed,
            Presence::Missing => State::Waiting,
        };
        self.entries.add(list, wtxid, state)
    }

    /// Forgets a list and what only that list contains.
    pub fn forget_list(&mut self, list: ListId) {
        self.outcomes[list.index()] = Served::default();
        self.entries.forget_list(list);
    }

    /// Stops at what is in flight.
    pub fn stop(&mut self) {
        self.entries.stop();
    }

    /// A peer announced transactions: it has trickled, and serves all of its mempool from now on.
    pub fn trickled(&mut self, peer: PeerId, now: Timestamp) {
        if let Some(source) = self.sources.number(peer).and_then(|number| self.sources.get_mut(number)) {
            source.announced(now);
        }
    }

    /// The peers that serve whatever is in their mempools.
    pub fn serving(&self, now: Timestamp) -> Vec<PeerId> {
        let serving = self.sources.iter().filter(|(_, source)| source.is_usable() && source.serves(now));
        serving.map(|(_, source)| source.peer).collect()
    }

    /// A peer announced a transaction. Returns whether it is requested here, so that ordinary relay must not
    /// request it as well.
    pub fn announced(&mut self, peer: PeerId, wtxid: &Wtxid) -> bool {
        let Some(position) = self.entries.find(wtxid) else { return false };
        let state = self.entries.get(position).map(|entry| entry.state);
        let is_open = matches!(state, Some(State::Waiting | State::InFlight(_)));
        if is_open && let Some(number) = self.sources.number(peer) {
            self.entries.announced(position, number);
        }
        is_open
    }

    /// Ordinary relay gave up a transaction: none of its announcers delivered it.
    pub fn relay_failed(&mut self, wtxid: &Wtxid, now: Timestamp) {
        if let Some(position) = self.entries.find(wtxid)
            && self.entries.get(position).is_some_and(|entry| entry.state == State::Relayed)
        {
            self.entries.set(position, State::Waiting);
            self.ask_next(position, now);
        }
    }

    /// A transaction arrived from a peer. Returns `None` if that peer was not asked for it here.
    pub fn received(&mut self, peer: PeerId, wtxid: &Wtxid, now: Timestamp) -> Option<Delivery> {
        let number = self.sources.number(peer)?;
        let Some(position) = self.entries.find(wtxid) else {
            let source = self.sources.get_mut(number).filter(|source| source.late > 0)?;
            source.late -= 1;
            return Some(Delivery { is_first: false, announced_answer: None });
        };
        let entry = self.entries.get(position).filter(|entry| entry.asked.contains(number))?;
        let (state, lists) = (entry.state, entry.lists);
        let was_announced = entry.announced_by.contains(number);
        let is_first = state != State::Here;
        if is_first {
            for list in lists.iter() {
                self.outcomes[list.index()].delivered += 1;
            }
        }
        let source = self.sources.get_mut(number)?;
        // Answers come in order: it answers the oldest request.
        let answered_after = source.window.oldest().map_or(Duration::ZERO, |sent| now.since(sent));
        if state == State::InFlight(number) {
            source.answered(true, now);
            self.entries.set(position, State::Here);
        } else {
            self.arrived_at(position, now);
        }
        Some(Delivery { is_first, announced_answer: was_announced.then_some(answered_after) })
    }

    /// A transaction arrived by another way.
    pub fn arrived(&mut self, wtxid: &Wtxid, now: Timestamp) {
        if let Some(position) = self.entries.find(wtxid) {
            self.arrived_at(position, now);
        }
    }

    /// A peer doesn't have a transaction. Returns whether it was asked for it here.
    pub fn not_found(&mut self, peer: PeerId, wtxid: &Wtxid, now: Timestamp) -> bool {
        let Some((position, number)) = self.entries.find(wtxid).zip(self.sources.number(peer)) else {
            return false;
        };
        let Some(entry) = self.entries.get(position) else { return false };
        if entry.state == State::InFlight(number) {
            if let Some(source) = self.sources.get_mut(number) {
                source.answered(false, now);
            }
            self.failed(position, now);
            return true;
        }
        entry.asked.contains(number)
    }

    /// Turns to others where a peer doesn't answer.
    pub fn expire(&mut self, now: Timestamp) {
        let silent: Vec<u8> = self
            .sources
            .iter()
            .map(|(number, _)| number)
            .filter(|&number| self.sources.silent_at(number, self.timeout).is_some_and(|at| at <= now))
            .collect();
        for number in silent {
            let Some(source) = self.sources.get_mut(number) else { continue };
            source.give_up();
            let queued = std::mem::take(&mut source.queue);
            for position in self.entries.in_flight_to(number) {
                self.failed(position, now);
            }
            for position in queued {
                self.ask_next(position, now);
            }
        }
    }

    /// Gives all requests as much time again.
    pub fn slept(&mut self, time: Duration) {
        self.sources.slept(time);
    }

    /// When [`Fetch::expire`] has something to do.
    pub fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let answers =
            self.sources.iter().filter_map(|(number, _)| self.sources.silent_at(number, self.timeout)).min();
        let serves = self.sources.next_serves_from(now).filter(|_| !self.is_idle());
        answers.into_iter().chain(serves).min()
    }

    /// Returns the requests to send now. They count as sent.
    pub fn requests(&mut self, now: Timestamp) -> Vec<(PeerId, Vec<Wtxid>)> {
        if self.is_idle() {
            return Vec::new();
        }
        let mut requests = Vec::new();
        let numbers: Vec<u8> = self.sources.iter().map(|(number, _)| number).collect();
        for number in numbers {
            while let Some((peer, room)) = self.room(number, now) {
                let wtxids = self.take(number, room);
                if wtxids.is_empty() {
                    break;
                }
                if let Some(source) = self.sources.get_mut(number) {
                    source.window.sent(wtxids.len(), now);
                }
                requests.push((peer, wtxids));
            }
        }
        requests
    }

    /// Returns announced transactions whose request failed here, with an announcer.
    pub fn take_relayed(&mut self) -> Vec<(PeerId, Wtxid)> {
        std::mem::take(&mut self.to_relay)
    }

    /// The lists of which so much is served by nobody that they are made up, or outdated.
    pub fn worthless(&self) -> Vec<ListId> {
        let is_worthless = |list: &ListId| {
            let Served { delivered, missed } = self.outcomes[list.index()];
            missed >= MAX_MISSES && missed > delivered
        };
        ListId::all().filter(is_worthless).collect()
    }

    fn room(&self, number: u8, now: Timestamp) -> Option<(PeerId, usize)> {
        let source = self.sources.get(number).filter(|source| source.is_usable() && source.serves(now))?;
        Some((source.peer, source.window.room())).filter(|&(_, room)| room > 0)
    }

    /// Takes up to `count` transactions that may be requested from a source now.
    fn take(&mut self, number: u8, count: usize) -> Vec<Wtxid> {
        let mut taken = Vec::new();
        while taken.len() < count
            && let Some(position) = self.sources.get_mut(number).and_then(|source| source.queue.pop_front())
        {
            taken.extend(self.ask(number, position));
        }
        let may_start = self.sources.may_start(number) && self.sources.queued() < MAX_QUEUED;
        while may_start && taken.len() < count && self.next < self.entries.end() {
            taken.extend(self.ask(number, self.next));
            self.next += 1;
        }
        taken
    }

    fn ask(&mut self, number: u8, position: Position) -> Option<Wtxid> {
        let entry = self.entries.get(position).filter(|entry| entry.state == State::Waiting)?;
        let wtxid = entry.wtxid;
        self.entries.ask(position, number);
        Some(wtxid)
    }

    /// The request for a transaction failed. It goes to the peers that announced it, or to the next source.
    fn failed(&mut self, position: Position, now: Timestamp) {
        let Some(entry) = self.entries.get(position) else { return };
        if entry.lists.is_empty() {
            self.entries.set(position, State::GivenUp);
            return;
        }
        let (wtxid, announcers) = (entry.wtxid, entry.announced_by.without(entry.asked));
        if announcers.is_empty() {
            self.entries.set(position, State::Waiting);
            self.ask_next(position, now);
        } else {
            self.entries.set(position, State::Relayed);
            let announcers = self.sources.iter().filter(|(number, _)| announcers.contains(*number));
            self.to_relay.extend(announcers.map(|(_, source)| (source.peer, wtxid)));
        }
    }

    /// Queues a transaction for the next source, or gives it up if there is none.
    fn ask_next(&mut self, position: Position, now: Timestamp) {
        let Some(entry) = self.entries.get(position).filter(|entry| entry.state == State::Waiting) else {
            return;
        };
        let lists = entry.lists;
        if !self.sources.is_any_usable() {
            self.returned.push(position);
        } else if let Some(next) = self.sources.next_for(entry, now)
            && let Some(source) = self.sources.get_mut(next)
        {
            source.queue.push_back(position);
        } else {
            self.entries.set(position, State::GivenUp);
            for list in lists.iter() {
                self.outcomes[list.index()].missed += 1;
            }
        }
    }

    fn arrived_at(&mut self, position: Position, now: Timestamp) {
        if let State::InFlight(number) = self.entries.set(position, State::Here)
            && let Some(source) = self.sources.get_mut(number)
        {
            source.cancelled(now);
        }
    }
}
