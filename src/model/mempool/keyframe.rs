//! The transactions of a keyframe: taking them from a mempool, and resuming one from them.

use crate::event::{KnownOutput, PeerEvent, PeerId, RestoredTx};
use crate::model::fees::bounds::PeerBound;
use crate::model::fees::input_values::InputValues;
use crate::model::keyframe::KeyframeEntry;
use crate::model::mempool::Mempool;
use crate::model::mempool::changes::Changes;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::exact_fees::learn_outputs;
use crate::model::mempool::relay::announcements::{Announcements, Sighting};
use crate::model::mempool::restored::add_bounds;
use crate::model::mempool::vouch::state::Vouch;
use crate::util::time::Timestamp;
use crate::wire::{OutPoint, Transaction, TxHash};
use std::sync::Arc;

impl Mempool {
    /// Returns the transactions in order of arrival.
    pub(in crate::model) fn keyframe(&self) -> Vec<KeyframeEntry> {
        let of = |entry: &MempoolEntry| {
            let (tx, first_seen) = (Arc::clone(entry.tx()), entry.first_seen());
            let mut announcements = Vec::with_capacity(entry.announced_by());
            announcements.extend(entry.announcements());
            KeyframeEntry {
                tx: RestoredTx { tx, first_seen, knowledge: entry.knowledge() },
                source: entry.source(),
                announcements,
                replaces: entry.replaces().to_vec(),
                vouch: entry.vouch().number(),
                floors: entry.floors().parts(),
            }
        };
        self.entries().iter().map(|(_, entry)| of(entry)).collect()
    }

    /// Returns the announcements of transactions that have not arrived, in chronological order.
    pub(in crate::model) fn pending_announcements(&self) -> Vec<(Timestamp, PeerId, TxHash)> {
        let mut all: Vec<_> = self.pending.announcements().collect();
        all.sort_unstable();
        all
    }

    /// Adds a transaction of a keyframe to the mempool, unless it conflicts with an earlier one.
    pub(in crate::model) fn resume(&mut self, now: Timestamp, entry: &KeyframeEntry, changes: &mut Changes) {
        let RestoredTx { tx, first_seen, knowledge } = &entry.tx;
        let is_known = self.key(TxHash::Txid(tx.txid())).is_some();
        if is_known || self.entries.spends().conflicts(tx).next().is_some() {
            return;
        }
        let mut values = InputValues::unknown(tx.input_count());
        for &(vin, value) in &knowledge.input_values {
            values.learn(tx.input_count(), vin, value);
        }
        let floors = PeerBound::from_parts(entry.floors);
        let announcements = Announcements::recorded(entry.announcements.iter().copied(), floors);
        let sighting = Sighting { first_seen: (*first_seen).min(now), announcements };
        let vouch = Vouch::from_number(entry.vouch);
        let replaces = entry.replaces.clone().into();
        let mut new = MempoolEntry::new(Arc::clone(tx), entry.source, vouch, sighting, values, replaces);
        new.set_earlier_announcers(knowledge.announcers);
        add_bounds(&mut new, knowledge);
        self.entries.insert(new, changes);
        learn_outputs(&mut self.entries, tx, changes);
    }

    /// Returns known block outputs that matter for an event of a peer: the values of those that its
    /// transaction spends and, for a parent that is in a block, one of its own.
    pub(in crate::model) fn known_outputs(&self, event: &PeerEvent) -> Vec<KnownOutput> {
        match event {
            PeerEvent::Transaction { tx, .. } | PeerEvent::Bootstrapped { tx } => self.spent_by(tx).collect(),
            PeerEvent::Parent { tx } => {
                let txid = tx.txid();
                let own = (0..tx.output_count()).map(|vout| OutPoint { txid, vout });
                self.spent_by(tx)
                    .chain(own.filter_map(|outpoint| self.known_output(outpoint)).take(1))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn spent_by(&self, tx: &Transaction) -> impl Iterator<Item = KnownOutput> {
        tx.prevouts().filter_map(|outpoint| self.known_output(outpoint))
    }

    fn known_output(&self, outpoint: OutPoint) -> Option<KnownOutput> {
        self.prevouts.value(&outpoint).map(|value| KnownOutput { outpoint, value })
    }
}
