//! Which listed transactions to request from which peers.
//!
//! All peers work through the list in order, each taking what it delivers in about a second. What one peer
//! lacks is queued for another, until all have been asked.

use super::entries::{Entries, ListId, Position, Presence, State};
use super::sources::{Source, Sources};
use crate::event::PeerId;
use crate::util::time::Timestamp;
use crate::wire::Wtxid;
use std::time::Duration;

/// How many transactions of a list may be unavailable from every peer before the list counts as made up, if
/// they are also more than half of those requested. An honest list loses what is confirmed or replaced
/// meanwhile.
const MAX_MISSES: usize = 500;

/// How many transactions may be queued for a second peer before new ones are requested: a made-up list shows
/// itself before all of it was requested from everyone.
const MAX_QUEUED: usize = 1_000;

/// The download of the listed transactions.
#[derive(Debug)]
pub struct Fetch {
    timeout: Duration,
    entries: Entries,
    sources: Sources,
    /// The first transaction not requested yet.
    next: Position,
    /// Transactions whose source went away when there was no other.
    returned: Vec<Position>,
    /// For each list, how many transactions were delivered, and how many no peer served.
    outcomes: [Served; ListId::MAX as usize],
    to_relay: Vec<(PeerId, Wtxid)>,
}

#[derive(Clone, Copy, Default, Debug)]
struct Served {
    delivered: usize,
    missed: usize,
}

/// A listed transaction from a peer that was asked for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// Whether this peer is the first to deliver it.
    pub is_first: bool,
    /// The time since the request, if the peer also announced the transaction.
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

    /// Whether nothing is waiting or in flight.
    pub fn is_idle(&self) -> bool {
        self.entries.open() == 0
    }

    /// Whether ordinary relay may still hand transactions back.
    pub fn awaits_relay(&self) -> bool {
        self.entries.relayed() > 0
    }

    /// Forgets all lists.
    pub fn clear(&mut self, now: Timestamp) {
        self.entries = Entries::default();
        self.returned = Vec::new();
        self.next = 0;
        self.outcomes = Default::default();
        self.sources.reset(now);
    }

    /// Adds a peer that relays transactions by wtxid. Returns whether it is a source.
    pub fn connected(&mut self, peer: PeerId, now: Timestamp) -> bool {
        let is_source = self.sources.connected(peer, now);
        for position in std::mem::take(&mut self.returned) {
            self.ask_next(position, now);
        }
        is_source
    }

    /// Removes a peer, and requests from others what was in flight. Returns whether it was a source.
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

    /// Notes that `peer` is the author of `list`.
    pub fn begin_list(&mut self, peer: PeerId, list: ListId) {
        self.outcomes[list.index()] = Served::default();
        if let Some(source) = self.sources.of(peer) {
            source.lists.insert(list);
        }
    }

    /// Adds a transaction of a list. Returns whether it is new to that list.
    pub fn add(&mut self, list: ListId, wtxid: Wtxid, presence: Presence) -> bool {
        self.entries.add(list, wtxid, presence.into())
    }

    /// Forgets a list, with everything that is in no other list.
    pub fn forget_list(&mut self, list: ListId) {
        self.outcomes[list.index()] = Served::default();
        self.entries.forget_list(list);
    }

    /// Requests nothing more; what is in flight may still arrive.
    pub fn stop(&mut self) {
        self.entries.stop();
    }

    /// Notes that a peer announced transactions: after its first trickle it serves its whole mempool.
    pub fn trickled(&mut self, peer: PeerId, now: Timestamp) {
        if let Some(source) = self.sources.of(peer) {
            source.announced(now);
        }
    }

    /// The peers that serve whatever is in their mempools.
    pub fn serving(&self, now: Timestamp) -> Vec<PeerId> {
        let serving = self.sources.iter().filter(|(_, source)| source.is_usable() && source.serves(now));
        serving.map(|(_, source)| source.peer).collect()
    }

    /// Notes an announcement. Returns whether the transaction is requested here, in which case ordinary relay
    /// must not request it too.
    pub fn announced(&mut self, peer: PeerId, wtxid: &Wtxid) -> bool {
        let Some(position) = self.entries.find(wtxid) else { return false };
        let state = self.entries.get(position).map(|entry| entry.state);
        let is_open = matches!(state, Some(State::Waiting | State::InFlight(_)));
        if is_open && let Some(number) = self.sources.number(peer) {
            self.entries.announced(position, number);
        }
        is_open
    }

    /// Ordinary relay gave up a transaction: none of its announcers, `tried`, delivered it.
    pub fn relay_failed(&mut self, wtxid: &Wtxid, tried: &[PeerId], now: Timestamp) {
        if let Some(position) = self.entries.find(wtxid)
            && self.entries.get(position).is_some_and(|entry| entry.state == State::Relayed)
        {
            for number in tried.iter().filter_map(|peer| self.sources.number(*peer)) {
                self.entries.tried(position, number);
            }
            self.entries.set(position, State::Waiting);
            self.ask_next(position, now);
        }
    }

    /// A transaction arrived from a peer. Returns `None` if that peer was not asked for it here.
    pub fn received(&mut self, peer: PeerId, wtxid: &Wtxid, now: Timestamp) -> Option<Delivery> {
        let number = self.sources.number(peer)?;
        let position = self.entries.find(wtxid)?;
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
        // Answers come in order, so this one answers the oldest request.
        let answered_after = source.window.oldest().map_or(Duration::ZERO, |sent| now.since(sent));
        if state == State::InFlight(number) {
            source.answered(true, now);
            self.entries.set(position, State::Here);
        } else {
            self.arrived_at(position, now);
        }
        Some(Delivery { is_first, announced_answer: was_announced.then_some(answered_after) })
    }

    /// A transaction arrived that the peer was not asked for otherwise. Returns whether it may answer a request that was
    /// given up, in a list that is forgotten.
    pub fn received_late(&mut self, peer: PeerId) -> bool {
        self.sources.of(peer).is_some_and(Source::answered_late)
    }

    /// Notes a transaction that arrived by another route.
    pub fn arrived(&mut self, wtxid: &Wtxid, now: Timestamp) {
        if let Some(position) = self.entries.find(wtxid) {
            self.arrived_at(position, now);
        }
    }

    /// Notes that a peer lacks a transaction. Returns whether it was asked for it here.
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

    /// Passes on the requests of peers that do not answer.
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

    /// Extends all time limits by `time`.
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

    /// Returns announced transactions whose request here failed, each with an announcer.
    pub fn take_relayed(&mut self) -> Vec<(PeerId, Wtxid)> {
        std::mem::take(&mut self.to_relay)
    }

    /// The lists with too many unserved transactions: they are made up or outdated.
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
        // Ordinary relay asked it before this turn came: the transaction is queued for another source.
        if entry.asked.contains(number) {
            return None;
        }
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
