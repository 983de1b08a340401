//! Transactions: announcements in, requests out, transactions in (Core: `TxDownloadManager`).
//!
//! | module | what it decides |
//! |---|---|
//! | `request_tracker` | which announcer to request a transaction from, and when to try the next one |
//! | `bootstrap` | which peers to ask for their whole mempool, and how to download it |
//! | `parent_requests` | which unconfirmed parents to request without an announcement |
//! | `seen` | what was received before, in bounded memory |

mod bootstrap;
mod parent_requests;
mod request_tracker;
mod seen;

use crate::event::{DisconnectReason, EventKind, Misbehaviour, PeerEvent, PeerId, PeerInfo};
use crate::p2p::action::{Action, Dial};
use crate::p2p::input::Input;
use crate::p2p::part::Part;
use crate::p2p::settings::BootstrapMode;
use crate::util::time::Timestamp;
use crate::wire::transaction::TransactionError;
use crate::wire::{Inventory, Message, Transaction, TxHash, Txid, Wtxid};
use bootstrap::{Bootstrap, Delivery, Presence};
use parent_requests::ParentRequests;
use request_tracker::{Announcement, Receipt, RequestTracker};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// The most peers asked, one after the other, to send again a transaction that is here.
const MAX_RESENDERS: usize = 3;

/// Decides which transactions to request from which peers.
#[derive(Debug)]
pub struct TxDownload {
    bootstrap: Bootstrap,
    requests: RequestTracker,
    parents: ParentRequests,
    /// The peers that announce by wtxid (BIP339).
    wtxid_relay: HashSet<PeerId>,
}

impl TxDownload {
    /// Gives a peer `request_timeout` to answer a request.
    pub fn new(request_timeout: Duration, bootstrap: BootstrapMode) -> Self {
        Self {
            bootstrap: Bootstrap::new(bootstrap, request_timeout),
            requests: RequestTracker::new(request_timeout),
            parents: ParentRequests::default(),
            wtxid_relay: HashSet::new(),
        }
    }

    /// Requests the parents of `child` from `peer`, which sent it, unless they arrive first.
    pub fn request_parents(&mut self, peer: PeerId, child: Txid, parents: &[Txid], now: Timestamp) {
        // The whole-mempool list contains the child's parents.
        if !self.bootstrap.is_active() {
            self.parents.add(now, peer, child, parents);
        }
    }

    /// Asks peers to send again transactions that are here: each is requested from one peer, and from a few
    /// more only if that one lacks it.
    pub fn resend(&mut self, txs: &[(Txid, Wtxid)], now: Timestamp) {
        let peers = self.bootstrap.serving(now);
        let turns = (0..peers.len()).cycle();
        for (&(txid, wtxid), turn) in txs.iter().zip(turns) {
            // Otherwise it would not be requested.
            self.requests.unsee(txid, wtxid);
            self.parents.note(txid);
            for &peer in peers.iter().cycle().skip(turn).take(MAX_RESENDERS.min(peers.len())) {
                self.requests.request_unannounced(peer, TxHash::Txid(txid));
            }
        }
    }

    /// Notes that a transaction is no longer here.
    pub fn forget(&mut self, txid: Txid, wtxid: Wtxid) {
        self.requests.unsee(txid, wtxid);
    }

    /// Asks peers for whole-mempool lists again.
    pub fn relist(&mut self, now: Timestamp) {
        self.bootstrap.restart(now);
    }

    /// Notes a transaction that is here already.
    pub fn known(&mut self, tx: &Transaction, now: Timestamp) {
        self.requests.known(tx.txid(), tx.wtxid());
        self.bootstrap.arrived(&tx.wtxid(), now);
    }

    /// The room that is reserved for listed transactions.
    #[cfg(test)]
    fn remembered(&self) -> usize {
        self.bootstrap.remembered()
    }

    /// Notes that the mempool is full: its rest need not be downloaded.
    pub fn mempool_full(&mut self) {
        self.bootstrap.stop();
    }

    fn inv(&mut self, peer: PeerId, list: &[Inventory], now: Timestamp) -> Vec<Action> {
        let requests = &self.requests;
        let presence = |wtxid: &Wtxid| match requests.progress(TxHash::Wtxid(*wtxid)) {
            Some(Announcement::Known) => Presence::Here,
            Some(_) => Presence::Relayed,
            None => Presence::Missing,
        };
        match self.bootstrap.inv(peer, list, presence, now) {
            Some(actions) => actions,
            None => self.announced(peer, list),
        }
    }

    fn announced(&mut self, peer: PeerId, list: &[Inventory]) -> Vec<Action> {
        let by_wtxid = self.wtxid_relay.contains(&peer);
        let (mut txs, mut count, mut dropped) = (Vec::new(), 0, 0);
        for hash in list.iter().copied().filter_map(tx_hash) {
            count += 1;
            // As in Core, only the kind of hash agreed on in the handshake is accepted (BIP339).
            if by_wtxid != matches!(hash, TxHash::Wtxid(_)) {
                continue;
            }
            if let TxHash::Wtxid(wtxid) = hash
                && self.bootstrap.announced(peer, &wtxid)
            {
                txs.push(hash);
                continue;
            }
            match self.requests.announced(peer, hash) {
                Announcement::Known | Announcement::Tracked => txs.push(hash),
                Announcement::Refused => dropped += 1,
            }
        }
        let announced = (count > 0).then_some(PeerEvent::Announced { txs, count });
        let announced = announced.map(|event| emit(peer, event));
        announced.into_iter().chain(too_many(peer, dropped)).collect()
    }

    fn not_found(&mut self, peer: PeerId, list: &[Inventory], now: Timestamp) -> Vec<Action> {
        let mut count = 0;
        for hash in list.iter().copied().filter_map(tx_hash) {
            // The peer may never have announced a listed transaction.
            if let TxHash::Wtxid(wtxid) = hash
                && self.bootstrap.not_found(peer, &wtxid, now)
            {
                continue;
            }
            // Most parents were confirmed long ago, so the peer is not at fault for lacking them.
            if self.requests.not_found(peer, hash) && !self.is_parent(hash) {
                count += 1;
            }
        }
        (count > 0).then(|| emit(peer, PeerEvent::NotFound { count })).into_iter().collect()
    }

    fn transaction(
        &mut self,
        peer: PeerId,
        tx: &Arc<Transaction>,
        verdict: &Result<(), TransactionError>,
        now: Timestamp,
    ) -> Vec<Action> {
        if let Some(delivery) = self.bootstrap.received(peer, &tx.wtxid(), now) {
            self.requests.known(tx.txid(), tx.wtxid());
            return listed_transaction(peer, tx, verdict, delivery);
        }
        let receipt = self.requests.received(peer, tx.txid(), tx.wtxid(), now);
        if receipt == Receipt::Unrequested && self.bootstrap.received_late(peer) {
            let is_first = self.requests.progress(TxHash::Wtxid(tx.wtxid())) != Some(Announcement::Known);
            self.requests.known(tx.txid(), tx.wtxid());
            return listed_transaction(peer, tx, verdict, Delivery { is_first, announced_answer: None });
        }
        if matches!(receipt, Receipt::New { .. }) {
            self.bootstrap.arrived(&tx.wtxid(), now);
        }
        let event = match (receipt, verdict) {
            (Receipt::Unrequested, _) => PeerEvent::Tolerated(Misbehaviour::UnrequestedTransaction),
            // It counts as seen and isn't requested again.
            (_, Err(why)) => PeerEvent::Tolerated(Misbehaviour::InvalidTransaction(*why)),
            (Receipt::Known, Ok(())) => return vec![],
            (Receipt::New { answered_after, requested_as }, Ok(())) => {
                let tx = Arc::clone(tx);
                if self.is_parent(requested_as) {
                    PeerEvent::Parent { tx }
                } else {
                    PeerEvent::Transaction { tx, answered_after }
                }
            }
        };
        vec![emit(peer, event)]
    }

    fn expire(&mut self, now: Timestamp) -> Vec<Action> {
        let mut silent: BTreeMap<PeerId, usize> = BTreeMap::new();
        for (peer, hash) in self.requests.expire(now) {
            // The peer never announced the parent.
            if !self.is_parent(hash) {
                *silent.entry(peer).or_default() += 1;
            }
        }
        silent.into_iter().map(|(peer, count)| emit(peer, PeerEvent::RequestTimedOut { count })).collect()
    }

    fn request(&mut self, now: Timestamp) -> Vec<Action> {
        let mut actions = Vec::new();
        for (peer, hashes) in self.requests.requests(now) {
            let count = hashes.iter().filter(|&&hash| !self.is_parent(hash)).count();
            let list = hashes.into_iter().map(|hash| match hash {
                TxHash::Wtxid(wtxid) => Inventory::Wtx(wtxid),
                TxHash::Txid(txid) => Inventory::WitnessTx(txid),
            });
            actions.push(Action::Send(peer, Message::GetData(list.collect())));
            if count > 0 {
                actions.push(emit(peer, PeerEvent::Requested { count }));
            }
        }
        actions
    }

    fn is_parent(&self, hash: TxHash) -> bool {
        matches!(hash, TxHash::Txid(txid) if self.parents.is_parent(txid))
    }
}

impl Part for TxDownload {
    fn dialling(&mut self, dial: &Dial, _: Timestamp) -> Vec<Action> {
        self.bootstrap.dialling(dial);
        vec![]
    }

    fn connected(&mut self, peer: PeerId, info: &PeerInfo, now: Timestamp) -> Vec<Action> {
        if info.wtxid_relay {
            self.wtxid_relay.insert(peer);
        }
        self.requests.connected(peer);
        self.bootstrap.connected(peer, info, now)
    }

    fn received(&mut self, peer: PeerId, input: &Input, now: Timestamp) -> Vec<Action> {
        match input {
            Input::Inv(list) => self.inv(peer, list, now),
            Input::NotFound(list) => self.not_found(peer, list, now),
            Input::Tx(tx, verdict) => self.transaction(peer, tx, verdict, now),
            Input::Pong(nonce) if !self.bootstrap.pong(peer, *nonce) => {
                vec![emit(peer, PeerEvent::Tolerated(Misbehaviour::UnexpectedPong))]
            }
            _ => vec![],
        }
    }

    fn disconnected(&mut self, peer: PeerId, _: &DisconnectReason, now: Timestamp) -> Vec<Action> {
        self.wtxid_relay.remove(&peer);
        self.requests.disconnected(peer);
        self.bootstrap.disconnected(peer, now);
        vec![]
    }

    fn slept(&mut self, time: Duration, _: Timestamp) {
        self.requests.slept(time);
        self.bootstrap.slept(time);
    }

    fn timer(&mut self, now: Timestamp) -> Vec<Action> {
        let mut actions = self.expire(now);
        for (peer, txid) in self.parents.due(now) {
            if !self.requests.request_unannounced(peer, TxHash::Txid(txid)) {
                self.parents.retract(txid);
            }
        }
        for (hash, tried) in self.requests.take_abandoned() {
            if let TxHash::Wtxid(wtxid) = hash {
                self.bootstrap.relay_failed(&wtxid, &tried, now);
            }
        }
        let (asks, relayed) = self.bootstrap.timer(now);
        actions.extend(asks);
        let mut dropped: BTreeMap<PeerId, usize> = BTreeMap::new();
        for (peer, wtxid) in relayed {
            if self.requests.announced(peer, TxHash::Wtxid(wtxid)) == Announcement::Refused {
                *dropped.entry(peer).or_default() += 1;
            }
        }
        actions.extend(dropped.into_iter().filter_map(|(peer, count)| too_many(peer, count)));
        // Live relay comes first, as anything after a bulk request has to wait for its answer.
        actions.extend(self.request(now));
        actions.extend(self.bootstrap.request(now));
        actions
    }

    fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let deadlines = [self.requests.deadline(), self.parents.deadline(), self.bootstrap.deadline(now)];
        deadlines.into_iter().flatten().min()
    }
}

fn listed_transaction(
    peer: PeerId,
    tx: &Arc<Transaction>,
    verdict: &Result<(), TransactionError>,
    delivery: Delivery,
) -> Vec<Action> {
    let tx = Arc::clone(tx);
    let event = match (verdict, delivery) {
        (_, Delivery { is_first: false, .. }) => return vec![],
        (Err(why), _) => PeerEvent::Tolerated(Misbehaviour::InvalidTransaction(*why)),
        (Ok(()), Delivery { announced_answer: Some(answered_after), .. }) => {
            PeerEvent::Transaction { tx, answered_after }
        }
        (Ok(()), _) => PeerEvent::Bootstrapped { tx },
    };
    vec![emit(peer, event)]
}

fn emit(peer: PeerId, event: PeerEvent) -> Action {
    Action::Emit(EventKind::Peer(peer, event))
}

/// Reports announcements dropped for lack of room, if any.
fn too_many(peer: PeerId, dropped: usize) -> Option<Action> {
    let misbehaviour = Misbehaviour::TooManyAnnouncements { dropped };
    (dropped > 0).then(|| emit(peer, PeerEvent::Tolerated(misbehaviour)))
}

fn tx_hash(entry: Inventory) -> Option<TxHash> {
    match entry {
        Inventory::Wtx(wtxid) => Some(TxHash::Wtxid(wtxid)),
        Inventory::Tx(txid) | Inventory::WitnessTx(txid) => Some(TxHash::Txid(txid)),
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod tests;
