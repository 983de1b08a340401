//! Network, model and store, joined as the program joins them.

use crate::event::{DisconnectReason, Event, EventKind, PeerId, Restored};
use crate::model::{Model, ModelSettings, Outcome};
use crate::p2p::{Deed, Settings, Unplugged};
use crate::store::Unthreaded;
use crate::util::footprint::footprint;
use crate::util::time::Timestamp;
use crate::wire::{Message, Wtxid};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

/// The monitor.
#[derive(Debug)]
pub(super) struct Monitor {
    net: Unplugged,
    pub(super) model: Model,
    store: Unthreaded,
    model_settings: ModelSettings,
    /// All events, if the model is to be built again from them.
    events: Option<Vec<Event>>,
}

impl Monitor {
    /// Starts with what is saved in `dir`. Returns the parts of the saved mempool as well.
    pub(super) fn start(
        settings: &Settings,
        dir: &Path,
        rebuilds: bool,
        now: Timestamp,
        seed: [u8; 32],
    ) -> (Self, Vec<Restored>) {
        let model_settings = ModelSettings::new(settings.network, now);
        let (store, parts) = Unthreaded::load(dir, settings.network, now);
        let mut model = Model::new(model_settings.clone());
        if !parts.is_empty() {
            model = model.expecting_restored();
        }
        let net = Unplugged::seeded(settings.clone(), now, seed);
        let events = rebuilds.then(Vec::new);
        (Self { net, model, store, model_settings, events }, parts)
    }

    pub(super) fn opened(&mut self, peer: PeerId, now: Timestamp) -> Vec<Deed> {
        self.net.opened(peer, now)
    }

    pub(super) fn received(&mut self, peer: PeerId, message: Message, now: Timestamp) -> Vec<Deed> {
        self.net.received(peer, message, now)
    }

    pub(super) fn ended(&mut self, peer: PeerId, reason: DisconnectReason, now: Timestamp) -> Vec<Deed> {
        self.net.ended(peer, reason, now)
    }

    pub(super) fn overslept(&mut self, time: Duration, now: Timestamp) {
        self.net.overslept(time, now);
    }

    pub(super) fn timer(&mut self, now: Timestamp) -> Vec<Deed> {
        self.store.save(&self.model, now);
        self.net.timer(now)
    }

    pub(super) fn deadline(&mut self, now: Timestamp) -> Option<Timestamp> {
        self.net.deadline(now)
    }

    /// Applies an event to the model, and passes on what follows from it.
    pub(super) fn apply(&mut self, event: Event, now: Timestamp) -> Outcome {
        let outcome = self.model.apply(&event);
        for request in outcome.requests.clone() {
            self.net.request(request, now);
        }
        self.store.note(&event, &outcome, &self.model);
        if let Some(events) = &mut self.events {
            events.push(event);
        }
        outcome
    }

    /// Moves restored transactions into the mempool, if some wait.
    pub(super) fn restore(&mut self, now: Timestamp) {
        while self.model.is_restoring() {
            self.apply(Event { time: now, kind: EventKind::Restored(Restored::Continue) }, now);
        }
    }

    /// Writes what is not written yet, as at the end of the program.
    pub(super) fn save(&mut self, now: Timestamp) {
        self.store.write(&self.model, now);
    }

    /// The transactions of the mempool.
    pub(super) fn mempool(&self) -> BTreeSet<Wtxid> {
        self.model.transactions().map(|entry| entry.tx().wtxid()).collect()
    }

    /// Asserts that the same events make the same state.
    pub(super) fn assert_rebuilt(&self, show: impl Fn(&Model) -> String) {
        let Some(events) = &self.events else { return };
        let mut again = Model::new(self.model_settings.clone());
        if events.iter().any(|event| matches!(event.kind, EventKind::Restored(_))) {
            again = again.expecting_restored();
        }
        for event in events {
            again.apply(event);
        }
        let [again, ours] = [&again, &self.model].map(show);
        let same = again.bytes().zip(ours.bytes()).take_while(|(one, other)| one == other).count();
        let differs = [&again, &ours]
            .map(|text| text.chars().skip(same.saturating_sub(300)).take(900).collect::<String>());
        assert!(again == ours, "the same events make another model: {differs:#?}");
    }

    /// How much the network and the model keep.
    pub(super) fn footprints(&self) -> [usize; 2] {
        [footprint(&self.net), footprint(&self.model)]
    }
}
