//! Whom to ask for which transaction: each is fetched once, from one peer at a time.
//!
//! The rules are those of Core's request tracker: a transaction is asked for at its first announcer;
//! when that one does not answer in time, has it not, or leaves, the next announcer is asked, and
//! nobody twice. What it gives, it accepts once.

use crate::event::PeerId;
use crate::p2p::tx_download::seen::Seen;
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;
use crate::wire::{TxHash, Txid, Wtxid};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, VecDeque};
use std::time::Duration;

/// The most unanswered requests to one peer (Core: `MAX_PEER_TX_REQUEST_IN_FLIGHT`). One `getdata`
/// asks for no more, and so stays below the 1,000 entries that Core sends (`MAX_GETDATA_SZ`).
pub const MAX_IN_FLIGHT: usize = 100;

/// The most announcements of one peer that are tracked (Core: `MAX_PEER_TX_ANNOUNCEMENTS`).
pub const MAX_TRACKED: usize = 5_000;

/// The most announcements that wait to be tracked, of a peer that was asked for its whole mempool:
/// Core's default mempool holds about that many.
pub const MAX_BACKLOG: usize = 300_000;

/// How many identifiers of received transactions are remembered; a segwit transaction has two.
const SEEN: usize = 500_000;

/// How many given-up requests to one peer are remembered, whose answers may come late.
const LATE: usize = 2 * MAX_IN_FLIGHT;

type Seeded = foldhash::fast::RandomState;

/// Who announced what, who was asked, and what was received.
#[derive(Debug)]
pub struct TxRequests {
    timeout: Duration,
    peers: HashMap<PeerId, Peer>,
    wanted: HashMap<TxHash, Wanted, Seeded>,
    /// What could be asked for at once: announcements of hashes that nobody is asked for, in order.
    ready: BTreeMap<(PeerId, u64), TxHash>,
    deadlines: BTreeSet<(Timestamp, PeerId, TxHash)>,
    /// Peers that may have something in `ready` and a free slot.
    idle: BTreeSet<PeerId>,
    seen: Seen,
    next_order: u64,
}

#[derive(Debug)]
struct Peer {
    tracked: HashSet<TxHash, Seeded>,
    in_flight: usize,
    /// What it was asked for and when, until that was given up or another was faster: when the
    /// answer comes after all, it is welcome. Oldest first, at most [`LATE`].
    late: Ring<(TxHash, Timestamp), LATE>,
    /// Announcements beyond [`MAX_TRACKED`]; `None`: such are refused.
    backlog: Option<VecDeque<TxHash>>,
}

/// A transaction that is not here yet. No peer is listed twice.
#[derive(Debug, Default)]
struct Wanted {
    asked: Option<Asked>,
    /// Who announced it and was not asked, in order.
    candidates: Vec<(u64, PeerId)>,
    /// Who was asked in vain.
    spent: Vec<PeerId>,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    peer: PeerId,
    since: Timestamp,
}

/// What becomes of an announcement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Announcement {
    /// It was received before.
    Known,
    /// Somebody is or will be asked for it.
    Tracked,
    /// The peer has announced too much that is not here yet: forgotten.
    Refused,
}

/// What becomes of a transaction that came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Receipt {
    /// It answers a request, and is new.
    New {
        /// From the request to now.
        answered_after: Duration,
        /// By which name it was asked for.
        asked_as: TxHash,
    },
    /// It answers a request, but another peer was faster.
    Known,
    /// This peer was not asked for it.
    NotAsked,
}

impl TxRequests {
    /// Gives every request `timeout` to be answered.
    pub fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            peers: HashMap::new(),
            wanted: HashMap::default(),
            ready: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            idle: BTreeSet::new(),
            seen: Seen::new(SEEN),
            next_order: 0,
        }
    }

    /// A connection is ready. What an earlier connection to the same peer left is forgotten.
    ///
    /// `bulk`: the peer is asked for its whole mempool, and may announce as much at once.
    pub fn connected(&mut self, peer: PeerId, bulk: bool) {
        self.disconnected(peer);
        let backlog = bulk.then(VecDeque::new);
        let state = Peer { tracked: HashSet::default(), in_flight: 0, late: Ring::default(), backlog };
        self.peers.insert(peer, state);
    }

    /// The connection is gone: what the peer was asked for goes to the next announcer.
    pub fn disconnected(&mut self, peer: PeerId) {
        self.idle.remove(&peer);
        let Some(state) = self.peers.remove(&peer) else { return };
        for hash in state.tracked {
            let Some(wanted) = self.wanted.get_mut(&hash) else { continue };
            if let Some(asked) = wanted.asked.take_if(|asked| asked.peer == peer) {
                self.deadlines.remove(&(asked.since + self.timeout, peer, hash));
            }
            wanted.spent.retain(|&spent| spent != peer);
            wanted.candidates.retain(|&(order, candidate)| {
                if candidate == peer {
                    self.ready.remove(&(peer, order));
                }
                candidate != peer
            });
            self.offer_to_next(hash);
        }
    }

    /// `peer` announced `hash`.
    pub fn announced(&mut self, peer: PeerId, hash: TxHash) -> Announcement {
        if self.seen.contains(bytes(hash)) {
            return Announcement::Known;
        }
        let Some(state) = self.peers.get_mut(&peer) else { return Announcement::Refused };
        if state.tracked.contains(&hash) {
            return Announcement::Tracked;
        }
        if state.tracked.len() >= MAX_TRACKED {
            return match &mut state.backlog {
                Some(backlog) if backlog.len() < MAX_BACKLOG => {
                    backlog.push_back(hash);
                    Announcement::Tracked
                }
                // Another peer may fetch it, and then it is worth knowing that this one has it.
                _ if self.wanted.contains_key(&hash) => Announcement::Tracked,
                _ => Announcement::Refused,
            };
        }
        self.track(peer, hash);
        self.idle.insert(peer);
        Announcement::Tracked
    }

    /// `peer` does not have `hash`. Whether it had been asked for it.
    pub fn not_found(&mut self, peer: PeerId, hash: TxHash) -> bool {
        let Some(asked) = self.asked(peer, hash) else { return false };
        self.give_up(asked, hash);
        true
    }

    /// `peer` sent the transaction with these names.
    pub fn received(&mut self, peer: PeerId, txid: Txid, wtxid: Wtxid, now: Timestamp) -> Receipt {
        let hashes = [TxHash::Wtxid(wtxid), TxHash::Txid(txid)];
        let mut answered = hashes.into_iter().filter_map(|hash| Some((self.answered(peer, hash)?, hash)));
        let Some((since, asked_as)) = answered.next() else {
            return Receipt::NotAsked;
        };
        let known = self.seen.contains(wtxid.0);
        self.seen.insert(wtxid.0);
        self.seen.insert(txid.0);
        for hash in hashes {
            self.forget(hash);
        }
        if known { Receipt::Known } else { Receipt::New { answered_after: now.since(since), asked_as } }
    }

    /// Gives up the requests that waited too long. Which peers did not answer, and what they were
    /// asked for.
    pub fn expire(&mut self, now: Timestamp) -> Vec<(PeerId, TxHash)> {
        let mut silent = Vec::new();
        while let Some(&(until, peer, hash)) = self.deadlines.first()
            && until <= now
        {
            self.deadlines.pop_first();
            if let Some(asked) = self.asked(peer, hash) {
                self.expect_late(asked, hash);
                self.give_up(asked, hash);
            }
            silent.push((peer, hash));
        }
        silent
    }

    /// When [`TxRequests::expire`] wants to be called.
    pub fn deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|&(until, _, _)| until)
    }

    /// What to ask for now, and whom; at most [`MAX_IN_FLIGHT`] of each peer. Earlier announcements
    /// come first.
    pub fn requests(&mut self, now: Timestamp) -> BTreeMap<PeerId, Vec<TxHash>> {
        let mut requests: BTreeMap<PeerId, Vec<TxHash>> = BTreeMap::new();
        let mut queue = BinaryHeap::new();
        for peer in std::mem::take(&mut self.idle) {
            self.refill(peer);
            queue.extend(self.first_ready(peer).map(|order| Reverse((order, peer))));
        }
        while let Some(Reverse((order, peer))) = queue.pop() {
            // Another peer may have been asked for the same meanwhile.
            if self.first_ready(peer) == Some(order)
                && let Some(hash) = self.ask(peer, order, now)
            {
                requests.entry(peer).or_default().push(hash);
            }
            queue.extend(self.first_ready(peer).map(|order| Reverse((order, peer))));
        }
        requests
    }

    fn asked(&self, peer: PeerId, hash: TxHash) -> Option<Asked> {
        self.wanted.get(&hash)?.asked.filter(|asked| asked.peer == peer)
    }

    /// Ends the request to `peer` for `hash`, given up or not. When it was made.
    fn answered(&mut self, peer: PeerId, hash: TxHash) -> Option<Timestamp> {
        if let Some(asked) = self.asked(peer, hash) {
            self.give_up(asked, hash);
            return Some(asked.since);
        }
        let late = &mut self.peers.get_mut(&peer)?.late;
        let position = late.iter().position(|&(known, _)| known == hash)?;
        late.remove(position).map(|(_, since)| since)
    }

    fn expect_late(&mut self, asked: Asked, hash: TxHash) {
        if let Some(state) = self.peers.get_mut(&asked.peer) {
            state.late.push((hash, asked.since));
        }
    }

    fn track(&mut self, peer: PeerId, hash: TxHash) {
        let Some(state) = self.peers.get_mut(&peer) else { return };
        state.tracked.insert(hash);
        let order = self.next_order;
        self.next_order += 1;
        let wanted = self.wanted.entry(hash).or_default();
        wanted.candidates.push((order, peer));
        if wanted.asked.is_none() {
            self.ready.insert((peer, order), hash);
        }
    }

    /// Tracks what waits in the backlog of `peer`, as far as there is room.
    fn refill(&mut self, peer: PeerId) {
        while let Some(state) = self.peers.get_mut(&peer)
            && state.tracked.len() < MAX_TRACKED
            && let Some(hash) = state.backlog.as_mut().and_then(VecDeque::pop_front)
        {
            if !state.tracked.contains(&hash) && !self.seen.contains(bytes(hash)) {
                self.track(peer, hash);
            }
        }
    }

    /// The first announcement of `peer` that can be asked for, if it may be asked for more.
    fn first_ready(&self, peer: PeerId) -> Option<u64> {
        let free = self.peers.get(&peer).is_some_and(|state| state.in_flight < MAX_IN_FLIGHT);
        let (&(_, order), _) = self.ready.range((peer, 0)..=(peer, u64::MAX)).next().filter(|_| free)?;
        Some(order)
    }

    fn ask(&mut self, peer: PeerId, order: u64, now: Timestamp) -> Option<TxHash> {
        let hash = self.ready.remove(&(peer, order))?;
        let wanted = self.wanted.get_mut(&hash)?;
        wanted.asked = Some(Asked { peer, since: now });
        wanted.candidates.retain(|&(_, candidate)| candidate != peer);
        for &(order, candidate) in &wanted.candidates {
            self.ready.remove(&(candidate, order));
        }
        self.deadlines.insert((now + self.timeout, peer, hash));
        self.peers.get_mut(&peer)?.in_flight += 1;
        Some(hash)
    }

    /// The request has failed: the peer is not asked again, the next announcer is.
    fn give_up(&mut self, asked: Asked, hash: TxHash) {
        self.end_request(asked, hash);
        if let Some(wanted) = self.wanted.get_mut(&hash) {
            wanted.asked = None;
            wanted.spent.push(asked.peer);
        }
        self.offer_to_next(hash);
    }

    fn end_request(&mut self, asked: Asked, hash: TxHash) {
        self.deadlines.remove(&(asked.since + self.timeout, asked.peer, hash));
        if let Some(state) = self.peers.get_mut(&asked.peer) {
            state.in_flight -= 1;
            self.idle.insert(asked.peer);
        }
    }

    /// Nobody is asked for `hash` any more: whoever of its announcers has a free slot first may be.
    fn offer_to_next(&mut self, hash: TxHash) {
        let Some(wanted) = self.wanted.get(&hash) else { return };
        if wanted.asked.is_some() {
            return;
        }
        if wanted.candidates.is_empty() {
            self.forget(hash);
            return;
        }
        for &(order, candidate) in &wanted.candidates {
            self.ready.insert((candidate, order), hash);
            self.idle.insert(candidate);
        }
    }

    /// `hash` is here, or nobody has it.
    fn forget(&mut self, hash: TxHash) {
        let Some(wanted) = self.wanted.remove(&hash) else { return };
        if let Some(asked) = wanted.asked {
            self.end_request(asked, hash);
            self.expect_late(asked, hash);
        }
        for &(order, candidate) in &wanted.candidates {
            self.ready.remove(&(candidate, order));
        }
        let announcers = wanted.candidates.iter().map(|&(_, peer)| peer);
        for peer in announcers.chain(wanted.spent).chain(wanted.asked.map(|asked| asked.peer)) {
            if let Some(state) = self.peers.get_mut(&peer) {
                state.tracked.remove(&hash);
                if state.backlog.as_ref().is_some_and(|backlog| !backlog.is_empty()) {
                    self.idle.insert(peer);
                }
            }
        }
    }
}

/// A transaction without witness has one name for both kinds of announcement.
fn bytes(hash: TxHash) -> [u8; 32] {
    match hash {
        TxHash::Txid(Txid(bytes)) | TxHash::Wtxid(Wtxid(bytes)) => bytes,
    }
}

#[cfg(test)]
mod tests;
