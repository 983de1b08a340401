//! The transactions of the lists, in order, and the state of each.

use crate::wire::Wtxid;
use std::collections::HashMap;

/// Identifies a list among those of one bootstrap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListId(u8);

/// A set of lists.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ListIds(u8);

/// The position of a transaction in the lists.
pub type Position = u32;

/// A set of peers, by the numbers of [`super::sources`].
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct SourceSet(u64);

/// What is known about a listed transaction before its download.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// Already here.
    Here,
    /// Handled by ordinary relay.
    Relayed,
    /// To be requested.
    Missing,
}

impl From<Presence> for State {
    fn from(presence: Presence) -> Self {
        match presence {
            Presence::Here => Self::Here,
            Presence::Relayed => Self::Relayed,
            Presence::Missing => Self::Waiting,
        }
    }
}

/// Where the download of a listed transaction stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// To be requested.
    Waiting,
    /// Requested from the source with this number.
    InFlight(u8),
    /// Handled by ordinary relay.
    Relayed,
    /// Received, or known before.
    Here,
    /// No longer requested.
    GivenUp,
}

/// One listed transaction.
#[derive(Debug)]
pub struct Entry {
    pub wtxid: Wtxid,
    pub state: State,
    /// The lists that contain it.
    pub lists: ListIds,
    /// The peers asked for it.
    pub asked: SourceSet,
    /// The peers that announced it while it waited or was in flight.
    pub announced_by: SourceSet,
}

/// All listed transactions.
#[derive(Debug, Default)]
pub struct Entries {
    all: Vec<Entry>,
    index: HashMap<Wtxid, Position, foldhash::fast::RandomState>,
    here: usize,
    open: usize,
    relayed: usize,
}

impl ListId {
    /// The most lists of one bootstrap.
    pub const MAX: u8 = 8;

    /// All possible lists.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::MAX).map(Self)
    }

    /// The list's number, below [`ListId::MAX`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl ListIds {
    pub fn insert(&mut self, list: ListId) {
        self.0 |= 1 << list.0;
    }

    pub fn remove(&mut self, list: ListId) {
        self.0 &= !(1 << list.0);
    }

    pub fn contains(self, list: ListId) -> bool {
        self.0 & 1 << list.0 != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = ListId> {
        ListId::all().filter(move |&list| self.contains(list))
    }
}

impl SourceSet {
    /// The most members.
    pub const MAX: usize = 64;

    pub fn insert(&mut self, number: u8) {
        self.0 |= 1 << number;
    }

    pub fn remove(&mut self, number: u8) {
        self.0 &= !(1 << number);
    }

    pub fn contains(self, number: u8) -> bool {
        self.0 & 1 << number != 0
    }

    pub fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl Entries {
    /// The number of transactions that were listed.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    #[cfg(test)]
    pub fn capacity(&self) -> usize {
        self.all.capacity() + self.index.capacity()
    }

    /// The number of listed transactions that are here.
    pub fn here(&self) -> usize {
        self.here
    }

    /// The number of transactions that wait or are in flight.
    pub fn open(&self) -> usize {
        self.open
    }

    /// The number of transactions handled by ordinary relay.
    pub fn relayed(&self) -> usize {
        self.relayed
    }

    /// The position after the last transaction.
    pub fn end(&self) -> Position {
        Position::try_from(self.all.len()).unwrap_or(Position::MAX)
    }

    pub fn get(&self, position: Position) -> Option<&Entry> {
        self.all.get(position as usize)
    }

    pub fn find(&self, wtxid: &Wtxid) -> Option<Position> {
        self.index.get(wtxid).copied()
    }

    /// Adds a transaction of `list` in this state. Returns whether it is new to that list.
    pub fn add(&mut self, list: ListId, wtxid: Wtxid, state: State) -> bool {
        if let Some(&position) = self.index.get(&wtxid) {
            let lists = &mut self.all[position as usize].lists;
            let is_new = !lists.contains(list);
            lists.insert(list);
            return is_new;
        }
        self.index.insert(wtxid, self.end());
        let mut lists = ListIds::default();
        lists.insert(list);
        let (asked, announced_by) = (SourceSet::default(), SourceSet::default());
        self.all.push(Entry { wtxid, state, lists, asked, announced_by });
        self.here += usize::from(state == State::Here);
        self.open += usize::from(is_open(state));
        self.relayed += usize::from(state == State::Relayed);
        true
    }

    /// Changes the state of a transaction, and returns the former one.
    pub fn set(&mut self, position: Position, state: State) -> State {
        let Some(entry) = self.all.get_mut(position as usize) else { return state };
        let former = std::mem::replace(&mut entry.state, state);
        self.here = self.here + usize::from(state == State::Here) - usize::from(former == State::Here);
        self.open = self.open + usize::from(is_open(state)) - usize::from(is_open(former));
        let [now, before] = [state, former].map(|state| usize::from(state == State::Relayed));
        self.relayed = self.relayed + now - before;
        former
    }

    /// Notes that a source is asked for a transaction.
    pub fn ask(&mut self, position: Position, source: u8) {
        self.set(position, State::InFlight(source));
        self.tried(position, source);
    }

    /// Notes that a source was asked for a transaction by ordinary relay.
    pub fn tried(&mut self, position: Position, source: u8) {
        if let Some(entry) = self.all.get_mut(position as usize) {
            entry.asked.insert(source);
        }
    }

    /// Undoes [`Entries::ask`] for a source whose connection ended.
    pub fn unask(&mut self, position: Position, source: u8) {
        if let Some(entry) = self.all.get_mut(position as usize) {
            entry.asked.remove(source);
        }
    }

    /// The transactions that are in flight to a source.
    pub fn in_flight_to(&self, source: u8) -> Vec<Position> {
        let all = (0..).zip(&self.all);
        all.filter(|(_, entry)| entry.state == State::InFlight(source))
            .map(|(position, _)| position)
            .collect()
    }

    /// Notes that a source announced a transaction.
    pub fn announced(&mut self, position: Position, source: u8) {
        if let Some(entry) = self.all.get_mut(position as usize) {
            entry.announced_by.insert(source);
        }
    }

    /// Forgets a list, with everything that is in no other list. Transactions in flight are kept.
    pub fn forget_list(&mut self, list: ListId) {
        for position in 0..self.end() {
            let Some(entry) = self.all.get_mut(position as usize) else { return };
            entry.lists.remove(list);
            if entry.lists.is_empty() && !matches!(entry.state, State::InFlight(_)) {
                self.index.remove(&entry.wtxid);
                self.set(position, State::GivenUp);
            }
        }
    }

    /// Gives up all transactions that wait, or would if ordinary relay fails.
    pub fn stop(&mut self) {
        for position in 0..self.end() {
            let state = self.get(position).map(|entry| entry.state);
            if matches!(state, Some(State::Waiting | State::Relayed)) {
                self.set(position, State::GivenUp);
            }
        }
    }
}

fn is_open(state: State) -> bool {
    matches!(state, State::Waiting | State::InFlight(_))
}
