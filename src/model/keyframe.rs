//! The state at one moment, in parts from which another model can continue.
//!
//! Parts that are not worth their size are left out: memories of removed transactions, peer statistics, the
//! rates of the last minutes, notices, comparisons with whole-mempool lists, and past estimates.

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
    /// Events that lead to the rest of the state: the wall clock, the peers with their connections,
    /// announcements of transactions that have not arrived, the tip, and downloads in progress; in
    /// chronological order.
    pub events: Vec<Event>,
    /// The figures of the last blocks, encoded by [`Blocks::encode`].
    pub blocks: Vec<u8>,
    /// The size of the mempool over the last day, encoded by [`History::encode`].
    pub history: Vec<u8>,
    /// Whether an earlier run's mempool is still expected.
    pub restoring: bool,
    /// The transactions in the mempool, in order of arrival.
    pub entries: Vec<KeyframeEntry>,
}

/// A transaction in the mempool, and what is known about it.
#[derive(Clone, PartialEq, Debug)]
pub struct KeyframeEntry {
    /// The transaction, and what a later run would know about it.
    pub tx: RestoredTx,
    /// Where it came from.
    pub source: TxSource,
    /// The peers that announced it, each with the delay after the first one.
    pub announcements: Vec<(PeerId, Duration)>,
    /// What it replaced.
    pub replaces: Vec<Txid>,
    /// Who vouches for it: bits 0 to 13 are a number for the netgroups, bit 14 means relayed, bit 15 means
    /// that it counts.
    pub vouch: u16,
    /// The two highest fee filters of its announcers, in 10⁻⁴ sat/vB.
    pub floors: [Option<i32>; 2],
}

impl Model {
    /// Returns the state as of `now`. Takes some milliseconds for a mempool of 100,000 transactions, which
    /// are shared rather than copied.
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
        // A connection must precede what happens on it, even at the same time.
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

    /// Returns events that lead to the peers, with their connections, and to the tip, in chronological order.
    /// Much cheaper than [`Model::keyframe`].
    pub fn state_events(&self, now: Timestamp) -> Vec<Event> {
        let mut events = self.peer_events();
        // A connection must precede what happens on it, even at the same time.
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

    /// Continues from a state as of `now`. `None` if [`Model::keyframe`] did not make it.
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
        // The changes are not reported to anyone.
        let _ = model.mempool.settle(now, changes);
        model.size.observe(now, model.mempool.sums().counted.count);
        model.notices = NoticeLog::default();
        Some(model)
    }

    /// Applies an event of a keyframe.
    fn resume(&mut self, event: &Event, changes: &mut Changes) {
        let now = event.time;
        match &event.kind {
            EventKind::Peer(id, PeerEvent::Announced { txs, .. }) => {
                // Nothing pending is in the mempool, so no peer gets credit.
                let _ = self.mempool.announce(now, self.announcer(*id), txs, changes);
            }
            EventKind::Peer(id, event) => {
                self.peers.apply(now, *id, event);
                self.sensors.note(now, *id, event, &mut self.peers);
                if self.is_live(*id) {
                    self.reach.live(now, event);
                }
                if let PeerEvent::Ready(info) = event {
                    // The user was already warned.
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
                // The requests have already been made.
                let _ = self.restoration.load(part, self.settings.max_mempool);
            }
            &EventKind::CatchUp(catch_up) => {
                let _ = self.restoration.catch_up(catch_up);
            }
            EventKind::Sensor(id, event) => {
                // The user already knew.
                let _ = self.sensors.apply(now, *id, event, &mut self.peers);
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
