//! Keeps the order of announcements until their transactions have arrived, and some minutes longer.
//!
//! Each one is judged several times, at growing intervals, as transactions arrive and fees become exact
//! later. A list is judged more often until its transactions are here. All of a peer's announcements in the
//! last minutes together decide which order it is believed to follow: a peer that changes its order is no
//! longer believed.

use crate::event::{PeerId, SensorId};
use crate::model::fees::bounds::by_order::{Verdict, Voter, short};
use crate::model::fees::bounds::order::Order;
use crate::model::fees::bounds::tally::{Honesty, Tally};
use crate::model::mempool::vouch::voucher::Vouchers;
use crate::util::bounded::BoundedMap;
use crate::util::time::Timestamp;
use crate::wire::Wtxid;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// How long the transactions of an announcement, and their parents, have to arrive before it is first judged.
/// The time doubles with each judgement.
const PATIENCE: Duration = Duration::from_secs(30);

/// The same for a whole-mempool list, whose transactions are mostly known or about to be fetched.
const LIST_PATIENCE: Duration = Duration::from_secs(5);

/// How long announcements are kept.
pub(in crate::model) const KEPT: Duration = Duration::from_mins(10);

/// The longest announcement to keep (Core: `INVENTORY_BROADCAST_MAX`).
const MAX_ANNOUNCEMENT: usize = 1_000;

/// The most transactions in one peer's announcements: 33 per second over ten minutes.
const MAX_OF_PEER: usize = 20_000;

/// The most transactions in all announcements: seven per second from 24 peers over ten minutes.
const MAX_ANNOUNCED: usize = 100_000;

/// The most transactions in all whole-mempool lists, including incomplete ones. Lists that began earlier are
/// dropped first.
const MAX_LISTED: usize = 400_000;

/// The most whole-mempool lists, including incomplete ones. Each part of a list searches all of them.
const MAX_LISTS: usize = 64;

/// The most peers whose order is known.
const MAX_PEERS: usize = 1_024;

/// An announcement, or a whole-mempool list (BIP35).
#[derive(Debug)]
pub(in crate::model) struct Announcement {
    pub(in crate::model) peer: PeerId,
    netgroup: Vouchers,
    /// When it arrived.
    pub(in crate::model) at: Timestamp,
    /// In the peer's order.
    pub(in crate::model) txs: Vec<Wtxid>,
    pub(in crate::model) is_list: bool,
    /// Its part of the peer's tally.
    tally: Tally,
    /// The time from its arrival to the next judgement.
    wait: Duration,
}

impl Announcement {
    fn new(by: (PeerId, Vouchers), at: Timestamp, txs: Vec<Wtxid>, is_list: bool) -> Self {
        let (peer, netgroup) = by;
        let wait = if is_list { LIST_PATIENCE } else { PATIENCE };
        Self { peer, netgroup, at, txs, is_list, tally: Tally::default(), wait }
    }

    /// The source of the bounds that follow from it.
    pub(in crate::model) fn voter(&self) -> Voter {
        Voter::new(self.peer, self.netgroup)
    }
}

/// What is known about a peer's order.
#[derive(Clone, Copy, Debug, Default)]
struct PeerOrder {
    /// The sum over its announcements.
    tally: Tally,
    /// The number of transactions in its announcements, excluding lists.
    txs: usize,
    honesty: Honesty,
}

/// Announcements by the time of their next judgement, with a number to tell them apart.
type Waiting = BTreeMap<(Timestamp, u64), Announcement>;

/// The announcements of the last minutes, and the orders of their peers.
#[derive(Debug, Default)]
pub(in crate::model) struct Announcements {
    /// Announcements by the time of the next judgement.
    waiting: Waiting,
    /// Complete whole-mempool lists, in the same form.
    lists: Waiting,
    next_number: u64,
    /// Incomplete lists, oldest first.
    incomplete: VecDeque<Announcement>,
    /// The number of transactions in all announcements, including those being judged.
    announced: usize,
    /// The number of transactions in all lists, including incomplete ones.
    listed: usize,
    peers: BoundedMap<u32, PeerOrder, MAX_PEERS>,
}

impl Announcements {
    /// Keeps an announcement by a peer in a netgroup.
    pub(in crate::model) fn announce(&mut self, now: Timestamp, by: (PeerId, Vouchers), txs: Vec<Wtxid>) {
        let (peer, _) = by;
        let known = self.peers.get(&short(peer)).map_or(0, |peer| peer.txs);
        if !(2..=MAX_ANNOUNCEMENT).contains(&txs.len()) || known + txs.len() > MAX_OF_PEER {
            return;
        }
        self.peers.get_or_default(short(peer)).txs += txs.len();
        self.announced += txs.len();
        self.wait_for(Announcement::new(by, now, txs, false));
        while self.announced > MAX_ANNOUNCED && self.drop_last() {}
    }

    /// Keeps a part of the whole-mempool list of a peer in a netgroup. A new list replaces the peer's
    /// previous one.
    pub(in crate::model) fn list(
        &mut self,
        now: Timestamp,
        by: (PeerId, Vouchers),
        txs: Vec<Wtxid>,
        is_complete: bool,
    ) {
        let (peer, _) = by;
        if let Some(list) = self.incomplete.pop_front_if(|list| now.since(list.at) > KEPT) {
            self.end(&list);
        }
        let position = self.incomplete.iter().position(|list| list.peer == peer);
        let mut list = position
            .and_then(|position| self.incomplete.remove(position))
            .unwrap_or_else(|| Announcement::new(by, now, Vec::new(), true));
        self.listed += txs.len();
        list.txs.extend(txs);
        if is_complete {
            self.replace_list(list);
        } else {
            self.incomplete.push_back(list);
        }
        let is_too_much =
            |all: &Self| all.listed > MAX_LISTED || all.lists.len() + all.incomplete.len() > MAX_LISTS;
        while is_too_much(self) && self.drop_list() {}
    }

    fn replace_list(&mut self, list: Announcement) {
        let former = self.lists.iter().find(|(_, other)| other.peer == list.peer).map(|(&key, _)| key);
        if let Some(former) = former.and_then(|key| self.lists.remove(&key)) {
            self.end(&former);
        }
        self.wait_for(list);
    }

    fn waiting(&mut self, is_list: bool) -> &mut Waiting {
        if is_list { &mut self.lists } else { &mut self.waiting }
    }

    fn wait_for(&mut self, announcement: Announcement) {
        let key = (announcement.at + announcement.wait, self.next_number);
        self.next_number += 1;
        self.waiting(announcement.is_list).insert(key, announcement);
    }

    /// Drops a list of the sensor whose lists are the longest in total: the one that is due last, or else the
    /// oldest incomplete one. Returns whether there was one.
    fn drop_list(&mut self) -> bool {
        let mut sizes = BTreeMap::<_, usize>::new();
        for list in self.lists.values().chain(&self.incomplete) {
            *sizes.entry(SensorId::of(list.peer)).or_default() += list.txs.len() + 1;
        }
        let Some((longest, _)) = sizes.into_iter().max_by_key(|(_, size)| *size) else { return false };
        let is_of_it = |list: &Announcement| SensorId::of(list.peer) == longest;
        let last = self.lists.iter().rfind(|(_, list)| is_of_it(list)).map(|(&key, _)| key);
        let oldest = self.incomplete.iter().position(is_of_it);
        let dropped = last.and_then(|key| self.lists.remove(&key));
        let dropped = dropped.or_else(|| self.incomplete.remove(oldest?));
        dropped.inspect(|list| self.end(list)).is_some()
    }

    /// Drops the announcement that is due last, which mostly has been judged often.
    fn drop_last(&mut self) -> bool {
        let Some((_, last)) = self.waiting.pop_last() else { return false };
        self.end(&last);
        true
    }

    /// Removes the announcement from all sums.
    fn end(&mut self, announcement: &Announcement) {
        let count = announcement.txs.len();
        if announcement.is_list {
            self.listed -= count;
        } else {
            self.announced -= count;
        }
        if let Some(peer) = self.peers.get_mut(&short(announcement.peer)) {
            peer.tally -= announcement.tally;
            if !announcement.is_list {
                peer.txs = peer.txs.saturating_sub(count);
            }
        }
    }

    /// Takes out the next announcement to judge.
    pub(in crate::model) fn due(&mut self, now: Timestamp) -> Option<Announcement> {
        let next = |waiting: &Waiting| waiting.first_key_value().map(|(&(due, _), _)| due);
        let is_list = match (next(&self.waiting), next(&self.lists)) {
            (Some(announcement), Some(list)) => list < announcement,
            (_, list) => list.is_some(),
        };
        let next = self.waiting(is_list).first_entry().filter(|next| next.key().0 <= now)?;
        Some(next.remove())
    }

    /// Replaces an announcement's part of the peer's tally. Returns the order that the peer is believed to
    /// follow.
    pub(in crate::model) fn count(&mut self, announcement: &mut Announcement, tally: Tally) -> Option<Order> {
        let peer = self.peers.get_or_default(short(announcement.peer));
        peer.tally -= announcement.tally;
        peer.tally += tally;
        announcement.tally = tally;
        peer.tally.order().filter(|_| !peer.honesty.is_discredited())
    }

    /// Puts a judged announcement back, unless it is too old. Next time more of its transactions may be here,
    /// unless it `is_whole`.
    pub(in crate::model) fn judged(&mut self, mut announcement: Announcement, is_whole: bool) {
        announcement.wait = if is_whole { announcement.wait * 2 } else { announcement.wait * 5 / 4 };
        if announcement.wait > KEPT { self.end(&announcement) } else { self.wait_for(announcement) }
    }

    /// Records whether a bound from a peer held.
    pub(in crate::model) fn record(&mut self, verdict: Verdict) {
        self.peers.get_or_default(verdict.peer).honesty.record(verdict.held);
    }

    /// Returns the number of lists.
    #[cfg(test)]
    pub(super) fn list_count(&self) -> usize {
        self.lists.len() + self.incomplete.len()
    }

    /// Returns the numbers of transactions in announcements and in lists.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 2] {
        [self.announced, self.listed]
    }
}
