//! The download of a whole mempool (BIP35), since peers announce new transactions only, never those that were
//! there before.
//!
//! | module | what it decides |
//! |---|---|
//! | `lists` | which peers are asked for their list, and where the list begins and ends |
//! | `entries` | the listed transactions, in order, and the state of each |
//! | `sources` | the peers that the transactions are requested from |
//! | `window` | how many requests may be in flight to one peer |
//! | `fetch` | which transaction to request from which peer |
//! | `progress` | when to report progress |

mod entries;
mod fetch;
mod lists;
mod progress;
mod sources;
mod window;

use crate::event::{
    BootstrapProgress, DisconnectReason, EventKind, Misbehaviour, PeerEvent, PeerId, PeerInfo,
};
use crate::p2p::action::{Action, Dial};
use crate::p2p::settings::BootstrapMode;
use crate::util::time::Timestamp;
use crate::wire::{Inventory, Message, TxHash, Wtxid};
use entries::ListId;
pub use entries::Presence;
pub use fetch::Delivery;
use fetch::Fetch;
use lists::{Lists, Overdue, Part};
use progress::Progress;
use std::time::Duration;

/// After this long without peers, the list is fetched again: peers never repeat what they announced
/// meanwhile.
const OFFLINE: Duration = Duration::from_mins(10);

/// After this long without an arrival, what is missing is given up.
const STANDSTILL: Duration = Duration::from_mins(2);

/// The lists, and the download of what is in them.
#[derive(Debug)]
pub struct Bootstrap {
    lists: Lists,
    fetch: Fetch,
    progress: Progress,
    /// The number of connected peers that relay transactions.
    relaying: usize,
    last_online: Option<Timestamp>,
    last_arrival: Timestamp,
    needs_dial: bool,
}

impl Bootstrap {
    /// Gives a peer `timeout` to answer a request.
    pub fn new(mode: BootstrapMode, timeout: Duration) -> Self {
        Self {
            lists: Lists::new(mode),
            fetch: Fetch::new(timeout),
            progress: Progress::default(),
            relaying: 0,
            last_online: None,
            last_arrival: Timestamp::from_secs(0),
            needs_dial: false,
        }
    }

    /// Whether listed transactions are being fetched.
    pub fn is_active(&self) -> bool {
        !self.fetch.is_idle()
    }

    #[cfg(test)]
    pub fn remembered(&self) -> usize {
        self.fetch.remembered()
    }

    /// A connection is being opened.
    pub fn dialling(&mut self, dial: &Dial) {
        self.lists.dialling(dial);
    }

    /// The handshake is complete.
    pub fn connected(&mut self, peer: PeerId, info: &PeerInfo, now: Timestamp) -> Vec<Action> {
        let may_ask = self.lists.connected(peer, info, now);
        if self.lists.is_mempool_fetch(peer) {
            let is_useless = !may_ask;
            return is_useless
                .then_some(Action::Disconnect(peer, DisconnectReason::NoMempoolList))
                .into_iter()
                .collect();
        }
        if info.relay && info.wtxid_relay && self.fetch.connected(peer, now) {
            self.relaying += 1;
            self.last_arrival = now;
        }
        vec![]
    }

    /// The connection ended.
    pub fn disconnected(&mut self, peer: PeerId, now: Timestamp) {
        self.lists.disconnected(peer);
        if self.fetch.disconnected(peer, now) {
            self.relaying -= 1;
        }
    }

    /// Handles a pong that is not the keepalive's. Returns whether it is expected here.
    pub fn pong(&mut self, peer: PeerId, nonce: u64) -> bool {
        self.lists.pong(peer, nonce)
    }

    /// Reads an `inv`. Returns `None` if it is an ordinary announcement.
    pub fn inv(
        &mut self,
        peer: PeerId,
        list: &[Inventory],
        presence: impl Fn(&Wtxid) -> Presence,
        now: Timestamp,
    ) -> Option<Vec<Action>> {
        let is_of_txs = |entry: &Inventory| matches!(entry, Inventory::Wtx(_) | Inventory::Tx(_));
        if list.iter().any(is_of_txs) {
            self.fetch.trickled(peer, now);
        }
        let Some(part) = self.lists.inv(peer, list, now) else {
            // A connection just for a list is too short to learn anything about relay.
            return self.lists.is_mempool_fetch(peer).then(Vec::new);
        };
        let Part { id, wtxids, is_first, is_complete, is_too_long } = part;
        if is_too_long {
            return Some(self.reject(id, Misbehaviour::MempoolListTooLong));
        }
        if is_first {
            self.fetch.begin_list(peer, id);
            self.last_arrival = now;
        }
        for &wtxid in &wtxids {
            if !self.fetch.add(id, wtxid, presence(&wtxid)) {
                return Some(self.reject(id, Misbehaviour::MempoolListRepeats));
            }
        }
        let txs = wtxids.into_iter().map(TxHash::Wtxid).collect();
        let mut actions = vec![emit(peer, PeerEvent::Listed { txs, is_complete })];
        if is_complete {
            actions.extend(self.list_complete(peer));
        }
        Some(actions)
    }

    /// The peers that serve whatever is in their mempools.
    pub fn serving(&self, now: Timestamp) -> Vec<PeerId> {
        self.fetch.serving(now)
    }

    /// Notes an announcement. Returns whether the transaction is requested here, in which case ordinary relay
    /// must not request it too.
    pub fn announced(&mut self, peer: PeerId, wtxid: &Wtxid) -> bool {
        self.fetch.announced(peer, wtxid)
    }

    /// A transaction arrived. Returns `None` if the peer was not asked for it here.
    pub fn received(&mut self, peer: PeerId, wtxid: &Wtxid, now: Timestamp) -> Option<Delivery> {
        self.last_arrival = now;
        self.fetch.received(peer, wtxid, now)
    }

    /// A transaction arrived that the peer was asked for neither by ordinary relay nor in a current list. Returns whether
    /// it may answer a request of a list that is forgotten.
    pub fn received_late(&mut self, peer: PeerId) -> bool {
        self.fetch.received_late(peer)
    }

    /// Notes a transaction that arrived by another route.
    pub fn arrived(&mut self, wtxid: &Wtxid, now: Timestamp) {
        self.fetch.arrived(wtxid, now);
    }

    /// Starts over: peers are asked for their lists again.
    pub fn restart(&mut self, now: Timestamp) {
        self.lists.restart(now);
        self.fetch.clear(now);
        self.progress = Progress::default();
    }

    /// Notes that ordinary relay gave up a transaction, which the peers in `tried` did not deliver.
    pub fn relay_failed(&mut self, wtxid: &Wtxid, tried: &[PeerId], now: Timestamp) {
        self.fetch.relay_failed(wtxid, tried, now);
    }

    /// Notes that a peer lacks a transaction. Returns whether it was asked for it here.
    pub fn not_found(&mut self, peer: PeerId, wtxid: &Wtxid, now: Timestamp) -> bool {
        self.fetch.not_found(peer, wtxid, now)
    }

    /// The mempool is full: the rest of the list, with the lowest fee rates, is not fetched.
    pub fn stop(&mut self) {
        self.fetch.stop();
    }

    /// Extends all time limits by `time`.
    pub fn slept(&mut self, time: Duration) {
        self.lists.slept(time);
        self.fetch.slept(time);
        self.last_arrival = self.last_arrival + time;
    }

    /// Asks for lists, and passes on the requests of peers that don't answer. Also returns announced
    /// transactions for ordinary relay, each with an announcer.
    pub fn timer(&mut self, now: Timestamp) -> (Vec<Action>, Vec<(PeerId, Wtxid)>) {
        self.note_online(now);
        self.fetch.expire(now);
        if self.standstill_at().is_some_and(|at| at <= now) {
            self.fetch.stop();
            self.last_arrival = now;
        }
        let mut actions = Vec::new();
        for id in self.fetch.worthless() {
            actions.extend(self.reject(id, Misbehaviour::MempoolListMadeUp));
        }
        for (peer, overdue) in self.lists.overdue(now) {
            match overdue {
                Overdue::Nothing if self.lists.is_mempool_fetch(peer) => {
                    actions.push(Action::Disconnect(peer, DisconnectReason::NoMempoolList));
                }
                Overdue::Nothing => {}
                Overdue::Complete => {
                    actions.push(emit(peer, PeerEvent::Listed { txs: Vec::new(), is_complete: true }));
                    actions.extend(self.list_complete(peer));
                }
            }
        }
        for peer in self.lists.ask(now) {
            let messages = [Message::Ping(lists::FENCE), Message::Mempool];
            actions.extend(messages.map(|message| Action::Send(peer, message)));
        }
        let superfluous = self.lists.superfluous().into_iter();
        actions.extend(superfluous.map(|peer| Action::Disconnect(peer, DisconnectReason::NoMempoolList)));
        let needs_dial = self.lists.needs_dial(now);
        if std::mem::replace(&mut self.needs_dial, needs_dial) != needs_dial {
            actions.push(Action::NeedMempoolList(needs_dial));
        }
        (actions, self.fetch.take_relayed())
    }

    /// Requests what is missing, and reports progress.
    pub fn request(&mut self, now: Timestamp) -> Vec<Action> {
        let requests = self.fetch.requests(now).into_iter().map(|(peer, wtxids)| {
            let list = wtxids.into_iter().map(Inventory::Wtx).collect();
            Action::Send(peer, Message::GetData(list))
        });
        let mut actions: Vec<Action> = requests.collect();
        if self.fetch.is_clear() {
            return actions;
        }
        let done = self.fetch.is_idle() && !self.fetch.awaits_relay() && !self.lists.is_listing();
        let progress = BootstrapProgress { listed: self.fetch.listed(), fetched: self.fetch.here(), done };
        let report = self.progress.report(progress, now);
        actions.extend(report.map(|progress| Action::Emit(EventKind::Bootstrap(progress))));
        if done {
            self.fetch.clear(now);
            if !self.lists.has_complete() {
                // The next list is another attempt.
                self.progress = Progress::default();
            }
        }
        actions
    }

    /// When the timer has something to do even if nothing else happens.
    pub fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let (answers, report) = (self.fetch.deadline(now), self.progress.deadline());
        let deadlines = [self.lists.deadline(now), answers, report, self.standstill_at()];
        deadlines.into_iter().flatten().min()
    }

    /// When what is missing is given up, unless something arrives.
    fn standstill_at(&self) -> Option<Timestamp> {
        (self.is_active() && self.relaying > 0).then(|| self.last_arrival + STANDSTILL)
    }

    /// Starts over if no peer was connected for a long time, or this computer slept.
    fn note_online(&mut self, now: Timestamp) {
        if self.relaying == 0 {
            return;
        }
        if self.last_online.is_some_and(|last| now.since(last) >= OFFLINE) {
            self.restart(now);
        }
        self.last_online = Some(now);
    }

    fn list_complete(&self, peer: PeerId) -> Option<Action> {
        let is_over = self.lists.is_mempool_fetch(peer);
        is_over.then_some(Action::Disconnect(peer, DisconnectReason::MempoolListed))
    }

    /// Forgets a list, and disconnects its author.
    fn reject(&mut self, id: ListId, why: Misbehaviour) -> Vec<Action> {
        self.fetch.forget_list(id);
        let author = self.lists.reject(id);
        let end = author.map(|peer| Action::Disconnect(peer, DisconnectReason::Misbehaved(why)));
        end.into_iter().collect()
    }
}

fn emit(peer: PeerId, event: PeerEvent) -> Action {
    Action::Emit(EventKind::Peer(peer, event))
}
