//! The state at one moment, in parts from which another model continues.
//!
//! What takes more than it tells is left out: what is remembered of transactions that left, statistics of peers, the
//! rates of the last minutes, the notices, the comparison with lists of whole mempools, and the estimates of the past.

use crate::event::{BootstrapProgress, Event, EventKind, PeerEvent, PeerId, Restored, RestoredTx, TxSource};
use crate::model::blocks::Blocks;
use crate::model::blocks::backfill::BackfillProgress;
use crate::model::fees::history::History;
use crate::model::mempool::changes::Changes;
use crate::model::notice_log::NoticeLog;
use crate::model::peers::peer::Peer;
use crate::model::{Model, ModelSettings};
use crate::util::time::Timestamp;
use crate::wire::Txid;
use std::time::Duration;

/// The state at one moment.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Keyframe {
    /// What leads to it, transactions aside: the wall clock, the peers with their connections, announcements of what
    /// has not arrived, the tip, the downloads that are under way; in the order of their times.
    pub events: Vec<Event>,
    /// The figures of the last blocks, as [`Blocks::encode`] returns them.
    pub blocks: Vec<u8>,
    /// The size of the mempool over the last day, as [`History::encode`] returns it.
    pub history: Vec<u8>,
    /// Whether the mempool of an earlier run is expected.
    pub restoring: bool,
    /// The transactions in the mempool, in the order of their arrival.
    pub entries: Vec<KeyframeEntry>,
}

/// A transaction in the mempool, and what is known about it.
#[derive(Clone, PartialEq, Debug)]
pub struct KeyframeEntry {
    /// The transaction, and what a later run would know of it.
    pub tx: RestoredTx,
    /// Where it came from.
    pub source: TxSource,
    /// Who announced it, and how long after the first one.
    pub announcements: Vec<(PeerId, Duration)>,
    /// What it replaced.
    pub replaces: Vec<Txid>,
    /// Who vouches for it: bits 0 to 13 are a number for the netgroups, bit 14 says that it was relayed, bit 15 that
    /// it counts.
    pub vouch: u16,
    /// The two highest fee filters of its announcers, in 10⁻⁴ sat/vB.
    pub floors: [Option<i32>; 2],
}

impl Model {
    /// Returns the state as of `now`. Takes some milliseconds for a mempool of 100,000 transactions, which it shares.
    pub fn keyframe(&self, now: Timestamp) -> Keyframe {
        Keyframe {
            events: self.keyframe_events(now),
            blocks: self.blocks.encode(),
            history: self.history.encode(),
            restoring: self.restoration.is_loading(),
            entries: self.mempool.keyframe(),
        }
    }

    fn keyframe_events(&self, now: Timestamp) -> Vec<Event> {
        let mut events = vec![Event { time: now, kind: EventKind::WallClock(self.wall_offset()) }];
        let sensors = self.sensors.keyframe();
        events.extend(
            sensors.into_iter().map(|(id, event)| Event { time: now, kind: EventKind::Sensor(id, event) }),
        );
        events.extend(self.peer_events());
        for (time, peer, hash) in self.mempool.pending_announcements() {
            let event = PeerEvent::Announced { txs: vec![hash], count: 1 };
            events.push(Event { time, kind: EventKind::Peer(peer, event) });
        }
        // A connection begins before what happens on it, though at the same time.
        events.sort_by_key(|event| event.time);
        let mut at_once = |kind| events.push(Event { time: now, kind });
        if !self.addresses.is_empty() {
            at_once(EventKind::Addresses(self.addresses.clone()));
        }
        if let Some(tip) = self.tip {
            at_once(EventKind::Tip(tip));
        }
        if self.missing_blocks.is_some() {
            at_once(EventKind::MissingBlocks(self.missing_blocks));
        }
        if let Some(BackfillProgress { fetched, requested }) = self.backfill {
            at_once(EventKind::Backfill { fetched, requested, given_up: 0 });
        }
        if let Some(progress) = self.bootstrap {
            at_once(EventKind::Bootstrap(progress));
        }
        for kind in self.restoration.keyframe() {
            at_once(kind);
        }
        events
    }

    /// Returns events that lead to the peers, with their connections, and to the tip, in the order of their times. Much
    /// cheaper than [`Model::keyframe`].
    pub fn state_events(&self, now: Timestamp) -> Vec<Event> {
        let mut events = self.peer_events();
        // A connection begins before what happens on it, though at the same time.
        events.sort_by_key(|event| event.time);
        events.extend(self.tip.map(|tip| Event { time: now, kind: EventKind::Tip(tip) }));
        events
    }

    /// Returns events that lead to the peers, one peer after the other.
    fn peer_events(&self) -> Vec<Event> {
        let mut peers: Vec<(PeerId, &Peer)> = self.peers.iter().collect();
        peers.sort_unstable_by_key(|(id, _)| *id);
        let of_peer = |(id, peer): (PeerId, &Peer)| {
            let event = move |(time, event)| Event { time, kind: EventKind::Peer(id, event) };
            peer.keyframe().into_iter().map(event).collect::<Vec<_>>()
        };
        peers.into_iter().flat_map(of_peer).collect()
    }

    /// Continues from a state as of `now`. `None` if it is not one of [`Model::keyframe`].
    pub fn from_keyframe(settings: ModelSettings, keyframe: &Keyframe, now: Timestamp) -> Option<Self> {
        let mut model = Self::new(settings)
            .with_blocks(Blocks::decode(&keyframe.blocks)?)
            .with_history(History::decode(&keyframe.history, now)?);
        if keyframe.restoring {
            model = model.expecting_restored();
        }
        let mut changes = Changes::default();
        keyframe.events.iter().for_each(|event| model.resume(event, &mut changes));
        let vouchers = model.peers.vouchers();
        model.mempool.set_one_netgroup(!vouchers.are_several());
        keyframe.entries.iter().for_each(|entry| model.mempool.resume(now, entry, &mut changes));
        // Nobody waits to hear what changed.
        let _ = model.mempool.settle(now, changes);
        model.size.observe(now, model.mempool.sums().counted.count);
        model.notices = NoticeLog::default();
        Some(model)
    }

    /// Takes an event of a keyframe.
    fn resume(&mut self, event: &Event, changes: &mut Changes) {
        let now = event.time;
        match &event.kind {
            EventKind::Peer(id, PeerEvent::Announced { txs, .. }) => {
                // Nothing that is pending is in the mempool, so nobody gets credit.
                let _ = self.mempool.announce(now, self.announcer(*id), txs, changes);
            }
            EventKind::Peer(id, event) => {
                self.peers.apply(now, *id, event);
                self.sensors.note(now, *id, event, &mut self.peers);
                if self.is_live(*id) {
                    self.reach.live(now, event);
                }
                if let PeerEvent::Ready(info) = event {
                    // The user was warned before.
                    let _ = self.our_clock.peer(self.peers.voucher(*id), info.clock_offset);
                }
            }
            EventKind::WallClock(offset) => {
                let _ = self.our_clock.corrected(*offset);
            }
            EventKind::Addresses(counts) => self.addresses.clone_from(counts),
            EventKind::Tip(tip) => self.tip = Some(*tip),
            &EventKind::MissingBlocks(missing) => self.missing_blocks = missing,
            &EventKind::Backfill { fetched, requested, .. } => {
                self.backfill = Some(BackfillProgress { fetched, requested });
            }
            &EventKind::Bootstrap(progress @ BootstrapProgress { done: false, .. }) => {
                self.bootstrap = Some(progress);
            }
            EventKind::Restored(part @ (Restored::Transactions(_) | Restored::Complete(_))) => {
                // What was asked of the network is on its way.
                let _ = self.restoration.load(part, self.settings.max_mempool);
            }
            &EventKind::CatchUp(catch_up) => {
                let _ = self.restoration.catch_up(catch_up);
            }
            EventKind::Sensor(id, event) => {
                // The user knew it before.
                let _ = self.sensors.apply(now, *id, event);
            }
            EventKind::Restored(_)
            | EventKind::Seed { .. }
            | EventKind::Warning(_)
            | EventKind::Block { .. }
            | EventKind::BlocksDisconnected { .. }
            | EventKind::PastBlock { .. }
            | EventKind::Bootstrap(_)
            | EventKind::KnownOutputs(_) => {}
        }
    }
}
