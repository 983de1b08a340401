//! Announcements whose order is kept until their transactions have arrived, and for some minutes more.
//!
//! Each is judged several times, at growing intervals: transactions arrive after it, and fees become exact
//! later. A list is looked at more often until its transactions are here. What a peer's announcements of the last minutes say together decides which order it follows: a
//! peer that changes its order loses the belief.

use crate::event::PeerId;
use crate::model::fees::bounds::by_order::{Verdict, Voter, short};
use crate::model::fees::bounds::order::Order;
use crate::model::fees::bounds::tally::{Honesty, Tally};
use crate::model::mempool::vouch::voucher::Vouchers;
use crate::util::bounded::BoundedMap;
use crate::util::time::Timestamp;
use crate::wire::Wtxid;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// How long the transactions of an announcement, and their parents, may take to arrive before it is judged
/// for the first time. Each further judgement is after twice the time.
const PATIENCE: Duration = Duration::from_secs(30);

/// The same for the list of a mempool, whose transactions are mostly known or about to be fetched.
const LIST_PATIENCE: Duration = Duration::from_secs(5);

/// How long announcements are kept.
pub(in crate::model) const KEPT: Duration = Duration::from_mins(10);

/// The longest announcement that is kept (Core: `INVENTORY_BROADCAST_MAX`).
const MAX_ANNOUNCEMENT: usize = 1_000;

/// The most transactions in the announcements of one peer: over ten minutes, 33 per second.
const MAX_OF_PEER: usize = 20_000;

/// The most transactions in all announcements: over ten minutes, seven per second from 24 peers.
const MAX_ANNOUNCED: usize = 100_000;

/// The most transactions in all lists of mempools, incomplete ones included. The lists of peers that began
/// earlier are given up first.
const MAX_LISTED: usize = 400_000;

/// The most peers whose order is known.
const MAX_PEERS: usize = 1_024;

/// An announcement, or the list of a whole mempool (BIP35).
#[derive(Debug)]
pub(in crate::model) struct Announcement {
    pub(in crate::model) peer: PeerId,
    netgroup: Vouchers,
    /// When it arrived.
    pub(in crate::model) at: Timestamp,
    /// In the order of the peer.
    pub(in crate::model) txs: Vec<Wtxid>,
    pub(in crate::model) is_list: bool,
    /// What it counts in the tally of its peer.
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

    /// Who gives the bounds that follow from it.
    pub(in crate::model) fn voter(&self) -> Voter {
        Voter::new(self.peer, self.netgroup)
    }
}

/// What is known of a peer's order.
#[derive(Clone, Copy, Debug, Default)]
struct PeerOrder {
    /// The sum over its announcements.
    tally: Tally,
    /// The transactions in its announcements, lists aside.
    txs: usize,
    honesty: Honesty,
}

/// Announcements by the time of their next judgement, with a number that tells them apart.
type Waiting = BTreeMap<(Timestamp, u64), Announcement>;

/// The announcements of the last minutes, and the orders of their peers.
#[derive(Debug, Default)]
pub(in crate::model) struct Announcements {
    /// Announcements by the time of the next judgement.
    waiting: Waiting,
    /// The complete lists of mempools, in the same way.
    lists: Waiting,
    next_number: u64,
    /// The lists that are not complete, oldest first.
    incomplete: VecDeque<Announcement>,
    /// The transactions in all announcements, those that are being judged included.
    announced: usize,
    /// The transactions in all lists, incomplete ones included.
    listed: usize,
    peers: BoundedMap<u32, PeerOrder, MAX_PEERS>,
}

impl Announcements {
    /// Keeps an announcement of a peer in a netgroup.
    pub(in crate::model) fn announce(&mut self, now: Timestamp, by: (PeerId, Vouchers), txs: Vec<Wtxid>) {
        let (peer, _) = by;
        let known = self.peers.get(&short(peer)).map_or(0, |peer| peer.txs);
        if !(2..=MAX_ANNOUNCEMENT).contains(&txs.len()) || known + txs.len() > MAX_OF_PEER {
            return;
        }
        self.peers.get_or_default(short(peer)).txs += txs.len();
        self.announced += txs.len();
        self.wait_for(Announcement::new(by, now, txs, false));
        while self.announced > MAX_ANNOUNCED && self.drop_last(false) {}
    }

    /// Keeps a part of the list of the mempool of a peer in a netgroup. A new list replaces the last one of the peer.
    pub(in crate::model) fn list(
        &mut self,
        now: Timestamp,
        by: (PeerId, Vouchers),
        txs: Vec<Wtxid>,
        is_complete: bool,
    ) {
        let (peer, _) = by;
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
        while self.listed > MAX_LISTED && self.drop_list() {}
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

    /// Drops the list that is to be judged last, or else the oldest incomplete one. Returns whether there
    /// was one.
    fn drop_list(&mut self) -> bool {
        if self.drop_last(true) {
            return true;
        }
        let Some(list) = self.incomplete.pop_front() else { return false };
        self.end(&list);
        true
    }

    /// Drops the announcement or list that is to be judged last: mostly one that has been judged often.
    fn drop_last(&mut self, is_list: bool) -> bool {
        let Some((_, last)) = self.waiting(is_list).pop_last() else { return false };
        self.end(&last);
        true
    }

    /// Takes the announcement out of all sums.
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

    /// Takes out the next announcement that is to be judged.
    pub(in crate::model) fn due(&mut self, now: Timestamp) -> Option<Announcement> {
        let next = |waiting: &Waiting| waiting.first_key_value().map(|(&(due, _), _)| due);
        let is_list = match (next(&self.waiting), next(&self.lists)) {
            (Some(announcement), Some(list)) => list < announcement,
            (_, list) => list.is_some(),
        };
        let next = self.waiting(is_list).first_entry().filter(|next| next.key().0 <= now)?;
        Some(next.remove())
    }

    /// Counts what an announcement says about the order of its peer, in place of what it said before.
    /// Returns the order that the peer is believed to follow.
    pub(in crate::model) fn count(&mut self, announcement: &mut Announcement, tally: Tally) -> Option<Order> {
        let peer = self.peers.get_or_default(short(announcement.peer));
        peer.tally -= announcement.tally;
        peer.tally += tally;
        announcement.tally = tally;
        peer.tally.order().filter(|_| !peer.honesty.is_discredited())
    }

    /// Puts an announcement that was judged back, unless it is too old to be judged again. Next time, more of its
    /// transactions may be here, unless it `is_whole`.
    pub(in crate::model) fn judged(&mut self, mut announcement: Announcement, is_whole: bool) {
        announcement.wait = if is_whole { announcement.wait * 2 } else { announcement.wait * 5 / 4 };
        if announcement.wait > KEPT { self.end(&announcement) } else { self.wait_for(announcement) }
    }

    /// Records whether a bound that a peer gave held.
    pub(in crate::model) fn record(&mut self, verdict: Verdict) {
        self.peers.get_or_default(verdict.peer).honesty.record(verdict.held);
    }

    /// Returns the number of transactions in announcements and in lists.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 2] {
        [self.announced, self.listed]
    }
}
