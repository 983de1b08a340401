//! The invariants of every run, whatever the nodes do.

use super::forks::Forks;
use crate::demo::ledger::Ledger;
use crate::demo::world::World;
use crate::event::{Event, EventKind, PeerEvent, PeerId};
use crate::util::clock::ASLEEP;
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Inventory, Message, TxHash, Wtxid};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

/// How long a transaction served by an honest node may take to arrive, whatever other nodes do meanwhile.
const ARRIVES_WITHIN: Duration = Duration::from_mins(10);

/// How long the arrival of a transaction is remembered after it left the mempool.
const REMEMBERED: Duration = Duration::from_mins(30);

/// How long the monitor may lag behind the best chain of honest nodes.
const CATCHES_UP_WITHIN: Duration = Duration::from_mins(3);

/// How many blocks of the best chain are compared.
const BLOCKS: u32 = 100;

/// What has been seen so far, and what is still owed.
#[derive(Debug, Default)]
pub(super) struct Checks {
    last_event: Timestamp,
    /// When the process last woke from a sleep that it must notice.
    woke: Option<Timestamp>,
    /// When each transaction arrived.
    arrived: HashMap<Wtxid, Timestamp>,
    /// Transactions announced by honest nodes that have not arrived: since when, and which nodes serve them.
    owed: BTreeMap<Wtxid, Owed>,
    /// The connected blocks by height.
    blocks: BTreeMap<u32, BlockHash>,
    tip: Option<(BlockHash, u32)>,
    /// Since when honest nodes have been connected without a break.
    served_since: Option<Timestamp>,
    /// The heights that the nodes' best chain reached recently, and when.
    heights: VecDeque<(Timestamp, u32)>,
    pub(super) report: Report,
}

#[derive(Debug)]
struct Owed {
    since: Timestamp,
    by: BTreeSet<PeerId>,
}

/// What happened in a run, so that a test can check that something did.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Report {
    /// Transactions that arrived.
    pub(super) arrived: usize,
    /// Announcements of transactions.
    pub(super) announced: usize,
    /// Blocks that were connected, and disconnected.
    pub(super) blocks: usize,
    pub(super) disconnected: usize,
    /// Connections that were made.
    pub(super) connections: usize,
    /// How often the process slept, was restarted, and had its clock set.
    pub(super) sleeps: usize,
    pub(super) restarts: usize,
    pub(super) clocks_set: usize,
    /// The memory of network and model at each measurement.
    pub(super) kept: Vec<[usize; 2]>,
    /// A digest of all events: the same for the same seed.
    pub(super) digest: u64,
}

impl Report {
    /// Asserts that the last quarter used about as little memory as the one before.
    pub(super) fn assert_no_growth(&self) {
        let quarter = self.kept.len() / 4;
        let (before, last) = self.kept[quarter * 2..].split_at(quarter);
        for part in [0, 1] {
            let most = |samples: &[[usize; 2]]| samples.iter().map(|kept| kept[part]).max();
            let [before, last] = [before, last].map(|samples| most(samples).expect("there are samples"));
            assert!(last * 100 <= before * 115, "{before} and then {last} is kept: {:?}", self.kept);
        }
    }
}

impl Checks {
    /// Notes a message from a node that may or may not serve what it announces.
    pub(super) fn announced(
        &mut self,
        peer: PeerId,
        serves: bool,
        message: &Message,
        world: &World,
        now: Timestamp,
    ) {
        let Message::Inv(list) = message else { return };
        for entry in list {
            let hash = match *entry {
                Inventory::Wtx(wtxid) => TxHash::Wtxid(wtxid),
                Inventory::Tx(txid) => TxHash::Txid(txid),
                _ => continue,
            };
            self.report.announced += 1;
            let Some(tx) = world.announced(hash).filter(|_| serves) else { continue };
            let wtxid = tx.tx.wtxid();
            if !self.arrived.contains_key(&wtxid) {
                let owed = self.owed.entry(wtxid).or_insert(Owed { since: now, by: BTreeSet::new() });
                owed.by.insert(peer);
            }
        }
    }

    /// Notes that a connection ended or stalled.
    pub(super) fn lost(&mut self, peer: PeerId) {
        self.owed.retain(|_, owed| {
            owed.by.remove(&peer);
            !owed.by.is_empty()
        });
    }

    /// Notes that the process slept for `time`, until now: nothing could arrive.
    pub(super) fn slept(&mut self, time: Duration, now: Timestamp) {
        self.report.sleeps += 1;
        self.woke = Some(now).filter(|_| time >= ASLEEP);
        self.owed.values_mut().for_each(|owed| owed.since = now);
        self.served_since = None;
    }

    /// Notes that these transactions may be requested again.
    pub(super) fn forgotten(&mut self, wtxids: impl Iterator<Item = Wtxid>) {
        for wtxid in wtxids {
            self.arrived.remove(&wtxid);
        }
    }

    /// Notes that the process restarts with these transactions.
    pub(super) fn restarted(&mut self, restored: &BTreeSet<Wtxid>, now: Timestamp) {
        self.report.restarts += 1;
        self.owed.clear();
        self.arrived = restored.iter().map(|wtxid| (*wtxid, now)).collect();
        self.blocks.clear();
        (self.tip, self.served_since) = (None, None);
    }

    /// Notes that the nodes' best chain grew.
    pub(super) fn chain_grew(&mut self, height: u32, now: Timestamp) {
        self.heights.push_back((now, height));
    }

    /// Whether a transaction arrived before this time.
    pub(super) fn arrived_before(&self, wtxid: &Wtxid, time: Timestamp) -> bool {
        self.arrived.get(wtxid).is_some_and(|at| *at < time)
    }

    /// Notes an event, `at` this time of the world.
    pub(super) fn event(&mut self, event: &Event, at: Timestamp) {
        assert!(at >= self.last_event, "events go back in time");
        self.last_event = at;
        self.report.digest = self.report.digest.rotate_left(5) ^ digest(event);
        match &event.kind {
            EventKind::Peer(
                _,
                PeerEvent::Transaction { tx, .. } | PeerEvent::Bootstrapped { tx } | PeerEvent::Parent { tx },
            ) => {
                self.report.arrived += 1;
                let wtxid = tx.wtxid();
                self.owed.remove(&wtxid);
                let before = self.arrived.insert(wtxid, at);
                assert_eq!(before, None, "{wtxid} arrives twice");
            }
            EventKind::Peer(_, PeerEvent::Ready(_)) => self.report.connections += 1,
            EventKind::Peer(peer, PeerEvent::RequestTimedOut { .. }) => {
                assert_ne!(self.woke, Some(at), "{peer:?} is blamed for a sleep");
            }
            EventKind::WallClock(_) => self.report.clocks_set += 1,
            EventKind::Tip(tip) => self.tip = Some((tip.hash, tip.height)),
            EventKind::Block { height, block, .. } => {
                self.report.blocks += 1;
                if let Some(below) = height.checked_sub(1).and_then(|below| self.blocks.get(&below)) {
                    assert_eq!(*below, block.header.previous, "block {height} does not follow the last one");
                }
                let before = self.blocks.insert(*height, block.hash);
                assert_eq!(before, None, "two blocks at height {height}");
                if self.blocks.len() > BLOCKS as usize {
                    self.blocks.pop_first();
                }
            }
            EventKind::BlocksDisconnected { blocks, .. } => {
                for (height, hash) in blocks {
                    if self.blocks.get(height) == Some(hash) {
                        self.report.disconnected += 1;
                        self.blocks.remove(height);
                    }
                }
            }
            _ => {}
        }
    }

    /// Checks whether everything owed has arrived. `is_served` says whether an honest node is connected.
    pub(super) fn look(&mut self, world: &World, forks: &Forks, is_served: bool, now: Timestamp) {
        self.owed.retain(|wtxid, _| world.announced(TxHash::Wtxid(*wtxid)).is_some());
        for (wtxid, owed) in &self.owed {
            let wait = now.since(owed.since);
            assert!(wait < ARRIVES_WITHIN, "{wtxid}, which {:?} serve, has not come for {wait:?}", owed.by);
        }
        self.arrived.retain(|wtxid, at| {
            now.since(*at) < REMEMBERED || world.announced(TxHash::Wtxid(*wtxid)).is_some()
        });
        self.served_since = self.served_since.filter(|_| is_served).or(is_served.then_some(now));
        let Some(since) = self.served_since else { return };
        if now.since(since) < CATCHES_UP_WITHIN {
            return;
        }
        while self.heights.get(1).is_some_and(|(at, _)| now.since(*at) >= CATCHES_UP_WITHIN) {
            self.heights.pop_front();
        }
        let (ours, height) = self.tip.expect("honest nodes have a chain");
        let known = world.chain().height_of(ours).or_else(|| forks.block(ours).map(|_| height));
        let least = self.heights.front().map_or(0, |(_, height)| *height);
        assert!(
            known.is_some_and(|height| height >= least),
            "the tip is {ours} at {height}, and not at {least}"
        );
        if let Some((&height, _)) = self.blocks.last_key_value() {
            assert!(height >= least, "{height} is the last block to be reported, and not {least}");
        }
    }
}

/// A digest of an event, excluding random numbers of the process.
fn digest(event: &Event) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    event.time.hash(&mut hasher);
    match &event.kind {
        EventKind::Block { block, .. } | EventKind::PastBlock { block, .. } => block.hash.hash(&mut hasher),
        EventKind::Peer(peer, PeerEvent::Transaction { tx, .. }) => (peer, tx.wtxid()).hash(&mut hasher),
        kind => format!("{kind:?}").hash(&mut hasher),
    }
    hasher.finish()
}
