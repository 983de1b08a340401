//! Which peer to request an announced transaction from: each is downloaded once, from one peer at a time.
//!
//! The rules are those of Core's `TxRequestTracker`: the first announcer is asked. If it doesn't answer in
//! time, doesn't have the transaction or disconnects, the next announcer is asked; no peer is asked twice.
//! Each transaction is accepted once.

mod timeouts;

use crate::event::PeerId;
use crate::p2p::tx_download::seen::Seen;
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;
use crate::wire::{TxHash, Txid, Wtxid};
use indexmap::IndexMap;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};
use std::time::Duration;

/// The most requests in flight to one peer (Core: `MAX_PEER_TX_REQUEST_IN_FLIGHT`). It also keeps a `getdata`
/// below the 1,000 entries that Core sends (`MAX_GETDATA_SZ`).
const MAX_IN_FLIGHT: usize = 100;

/// The most announcements of one peer that are tracked (Core: `MAX_PEER_TX_ANNOUNCEMENTS`).
const MAX_TRACKED: usize = 5_000;

/// The most transactions requested from one peer, or waiting to be, without its announcement. They take no
/// room from its announcements.
const MAX_UNANNOUNCED: usize = 5_000;

/// The number of hashes of received transactions that are remembered; a segwit transaction has two.
const SEEN: usize = 500_000;

/// The number of timed-out requests to one peer whose late answers are still accepted.
const LATE: usize = 2 * MAX_IN_FLIGHT;

type Seeded = foldhash::fast::RandomState;

/// Announcements, requests in flight, and what was received.
#[derive(Debug)]
pub struct RequestTracker {
    timeout: Duration,
    peers: HashMap<PeerId, Peer>,
    missing: IndexMap<TxHash, Missing, Seeded>,
    /// Announcements of hashes not in flight, in order: these can be requested.
    ready: BTreeMap<(PeerId, u64), TxHash>,
    deadlines: BTreeSet<(Timestamp, PeerId, TxHash)>,
    /// Peers that may have announcements in `ready` and room for another request.
    idle: BTreeSet<PeerId>,
    seen: Seen,
    /// Announced transactions that no announcer delivered, and which connected ones were asked.
    abandoned: Vec<(TxHash, Vec<PeerId>)>,
    next_order: u64,
}

#[derive(Debug)]
struct Peer {
    tracked: HashSet<TxHash, Seeded>,
    /// Requests to the peer for what it did not announce.
    unannounced: HashSet<TxHash, Seeded>,
    in_flight: usize,
    /// Requests that timed out or were answered by another peer first, with their time, oldest first: late
    /// answers are accepted.
    late: Ring<(TxHash, Timestamp), LATE>,
}

/// An announced transaction that has not arrived. No peer is listed twice.
#[derive(Debug, Default)]
struct Missing {
    asked: Option<Asked>,
    /// Announcers not asked yet, in order.
    candidates: Vec<(u64, PeerId)>,
    /// Announcers that were asked and did not deliver.
    tried: Vec<PeerId>,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    peer: PeerId,
    since: Timestamp,
}

/// The result of an announcement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Announcement {
    /// The transaction was received before.
    Known,
    /// The transaction is or will be requested.
    Tracked,
    /// The peer announced too many transactions that have not arrived yet; this announcement is dropped.
    Refused,
}

/// The result of a transaction's arrival.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Receipt {
    /// The transaction answers a request and is new.
    New {
        /// The time since the request.
        answered_after: Duration,
        /// The hash used in the request.
        requested_as: TxHash,
    },
    /// The transaction answers a request, but another peer answered first.
    Known,
    /// The transaction was not requested from this peer.
    Unrequested,
}

impl RequestTracker {
    /// Gives each request `timeout` to be answered.
    pub fn new(timeout: Duration) -> Self {
        Self {
            timeout,
            peers: HashMap::new(),
            missing: IndexMap::default(),
            ready: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            idle: BTreeSet::new(),
            seen: Seen::new(SEEN),
            abandoned: Vec::new(),
            next_order: 0,
        }
    }

    /// Starts over with `peer`.
    pub fn connected(&mut self, peer: PeerId) {
        self.disconnected(peer);
        let state = Peer {
            tracked: HashSet::default(),
            unannounced: HashSet::default(),
            in_flight: 0,
            late: Ring::default(),
        };
        self.peers.insert(peer, state);
    }

    /// Forgets `peer`: its requests go to the next announcers.
    pub fn disconnected(&mut self, peer: PeerId) {
        self.idle.remove(&peer);
        let Some(state) = self.peers.remove(&peer) else { return };
        for hash in state.tracked.into_iter().chain(state.unannounced) {
            let Some(missing) = self.missing.get_mut(&hash) else { continue };
            if let Some(asked) = missing.asked.take_if(|asked| asked.peer == peer) {
                self.deadlines.remove(&(asked.since + self.timeout, peer, hash));
            }
            missing.tried.retain(|&tried| tried != peer);
            missing.candidates.retain(|&(order, candidate)| {
                if candidate == peer {
                    self.ready.remove(&(peer, order));
                }
                candidate != peer
            });
            self.offer_to_next(hash);
        }
    }

    /// Whether a transaction is here or tracked; `None` if neither.
    pub fn progress(&self, hash: TxHash) -> Option<Announcement> {
        if self.seen.contains(bytes(hash)) {
            Some(Announcement::Known)
        } else {
            self.missing.contains_key(&hash).then_some(Announcement::Tracked)
        }
    }

    /// Returns the transactions that no announcer delivered, each once, with the connected peers that were asked.
    pub fn take_abandoned(&mut self) -> Vec<(TxHash, Vec<PeerId>)> {
        std::mem::take(&mut self.abandoned)
    }

    /// Tracks that `peer` announced `hash`.
    pub fn announced(&mut self, peer: PeerId, hash: TxHash) -> Announcement {
        if self.seen.contains(bytes(hash)) {
            return Announcement::Known;
        }
        let Some(state) = self.peers.get_mut(&peer) else { return Announcement::Refused };
        if state.tracked.contains(&hash) || state.unannounced.contains(&hash) {
            return Announcement::Tracked;
        }
        if state.tracked.len() >= MAX_TRACKED {
            // It may arrive from another peer, and then this announcement matters.
            let is_missing = self.missing.contains_key(&hash);
            return if is_missing { Announcement::Tracked } else { Announcement::Refused };
        }
        state.tracked.insert(hash);
        self.track(peer, hash);
        Announcement::Tracked
    }

    /// Requests `hash` from `peer`, which did not announce it. Returns false only if there is no room.
    pub fn request_unannounced(&mut self, peer: PeerId, hash: TxHash) -> bool {
        if self.seen.contains(bytes(hash)) {
            return true;
        }
        let Some(state) = self.peers.get_mut(&peer) else { return false };
        if state.tracked.contains(&hash) || state.unannounced.contains(&hash) {
            return true;
        }
        if state.unannounced.len() >= MAX_UNANNOUNCED {
            return false;
        }
        state.unannounced.insert(hash);
        self.track(peer, hash);
        true
    }

    /// `peer` doesn't have `hash`. Returns whether it was asked for it.
    pub fn not_found(&mut self, peer: PeerId, hash: TxHash) -> bool {
        let Some(asked) = self.asked(peer, hash) else { return false };
        self.give_up(asked, hash);
        true
    }

    /// `peer` sent the transaction with these hashes.
    pub fn received(&mut self, peer: PeerId, txid: Txid, wtxid: Wtxid, now: Timestamp) -> Receipt {
        let hashes = [TxHash::Wtxid(wtxid), TxHash::Txid(txid)];
        let mut answered = hashes.into_iter().filter_map(|hash| Some((self.answered(peer, hash)?, hash)));
        let Some((since, requested_as)) = answered.next() else {
            return Receipt::Unrequested;
        };
        let known = self.seen.contains(wtxid.0);
        self.known(txid, wtxid);
        if known { Receipt::Known } else { Receipt::New { answered_after: now.since(since), requested_as } }
    }

    /// Notes that the transaction with these hashes is here and no longer needed.
    pub fn known(&mut self, txid: Txid, wtxid: Wtxid) {
        self.seen.insert(wtxid.0);
        self.seen.insert(txid.0);
        self.forget(TxHash::Wtxid(wtxid));
        self.forget(TxHash::Txid(txid));
    }

    /// Notes that the transaction with these hashes is no longer here and may be requested again.
    pub fn unsee(&mut self, txid: Txid, wtxid: Wtxid) {
        self.seen.remove(wtxid.0);
        self.seen.remove(txid.0);
    }

    /// Returns the requests to send now, at most [`MAX_IN_FLIGHT`] per peer. They count as sent. Earlier
    /// announcements come first.
    pub fn requests(&mut self, now: Timestamp) -> BTreeMap<PeerId, Vec<TxHash>> {
        let mut requests: BTreeMap<PeerId, Vec<TxHash>> = BTreeMap::new();
        let mut queue = BinaryHeap::new();
        for peer in std::mem::take(&mut self.idle) {
            queue.extend(self.first_ready(peer).map(|order| Reverse((order, peer))));
        }
        while let Some(Reverse((order, peer))) = queue.pop() {
            // The same hash may have been requested from another peer meanwhile.
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
        self.missing.get(&hash)?.asked.filter(|asked| asked.peer == peer)
    }

    /// Ends the request to `peer` for `hash`, timed out or not. Returns when it was made.
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
        let order = self.next_order;
        self.next_order += 1;
        let missing = self.missing.entry(hash).or_default();
        missing.candidates.push((order, peer));
        if missing.asked.is_none() {
            self.ready.insert((peer, order), hash);
        }
        self.idle.insert(peer);
    }

    /// The first announcement of `peer` that can be requested, if there is room for another request.
    fn first_ready(&self, peer: PeerId) -> Option<u64> {
        let free = self.peers.get(&peer).is_some_and(|state| state.in_flight < MAX_IN_FLIGHT);
        let (&(_, order), _) = self.ready.range((peer, 0)..=(peer, u64::MAX)).next().filter(|_| free)?;
        Some(order)
    }

    fn ask(&mut self, peer: PeerId, order: u64, now: Timestamp) -> Option<TxHash> {
        let hash = self.ready.remove(&(peer, order))?;
        let missing = self.missing.get_mut(&hash)?;
        missing.asked = Some(Asked { peer, since: now });
        missing.candidates.retain(|&(_, candidate)| candidate != peer);
        for &(order, candidate) in &missing.candidates {
            self.ready.remove(&(candidate, order));
        }
        self.deadlines.insert((now + self.timeout, peer, hash));
        self.peers.get_mut(&peer)?.in_flight += 1;
        Some(hash)
    }

    /// Gives up a request: the next announcer is asked, and this one never again.
    fn give_up(&mut self, asked: Asked, hash: TxHash) {
        self.end_request(asked, hash);
        if let Some(missing) = self.missing.get_mut(&hash) {
            missing.asked = None;
            missing.tried.push(asked.peer);
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

    /// Offers `hash`, if it is not in flight, to the first of its announcers with room for a request.
    fn offer_to_next(&mut self, hash: TxHash) {
        let Some(missing) = self.missing.get(&hash) else { return };
        if missing.asked.is_some() {
            return;
        }
        if missing.candidates.is_empty() {
            let tried = missing.tried.clone();
            self.forget(hash);
            self.abandoned.push((hash, tried));
            return;
        }
        for &(order, candidate) in &missing.candidates {
            self.ready.insert((candidate, order), hash);
            self.idle.insert(candidate);
        }
    }

    /// Forgets `hash`: it has arrived, or no announcer is left.
    fn forget(&mut self, hash: TxHash) {
        let Some(missing) = self.missing.swap_remove(&hash) else { return };
        if let Some(asked) = missing.asked {
            self.end_request(asked, hash);
            self.expect_late(asked, hash);
        }
        for &(order, candidate) in &missing.candidates {
            self.ready.remove(&(candidate, order));
        }
        let announcers = missing.candidates.iter().map(|&(_, peer)| peer);
        for peer in announcers.chain(missing.tried).chain(missing.asked.map(|asked| asked.peer)) {
            if let Some(state) = self.peers.get_mut(&peer) {
                state.tracked.remove(&hash);
                state.unannounced.remove(&hash);
            }
        }
    }
}

/// The bytes of a hash: a transaction without witness has the same txid and wtxid.
fn bytes(hash: TxHash) -> [u8; 32] {
    match hash {
        TxHash::Txid(Txid(bytes)) | TxHash::Wtxid(Wtxid(bytes)) => bytes,
    }
}

#[cfg(test)]
mod tests;
