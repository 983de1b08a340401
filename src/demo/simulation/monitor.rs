//! Network, model and stores, joined as in the program, with a possibly wrong clock.

use crate::event::{DisconnectReason, Event, EventKind, PeerId, Restored};
use crate::model::{Change, Model, ModelSettings, Outcome};
use crate::p2p::{Deed, PeerChoice, SavedAddresses, Settings, Unplugged};
use crate::store::{Loaded, StoreSettings, Stores};
use crate::util::footprint::footprint;
use crate::util::time::{Timestamp, WallOffset};
use crate::wire::{BlockHash, Message, Wtxid};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// For how many blocks it keeps the outputs.
const PREVOUT_BLOCKS: usize = 144;

/// How many blocks are compared after a restart.
const COMPARED_BLOCKS: u32 = 100;

/// The monitor. All times are the world's.
#[derive(Debug)]
pub(super) struct Monitor {
    net: Unplugged,
    pub(super) model: Model,
    /// `None` once it has ended.
    disk: Option<Disk>,
    model_settings: ModelSettings,
    /// For rebuilding the model at the end: what was loaded, and all events.
    rebuild: Option<(Loaded, Vec<Event>)>,
    /// The blocks whose outputs should have been saved.
    outputs: BTreeSet<(u32, BlockHash)>,
    /// The monitor's time line minus the world's, which is the error of its wall clock at the start.
    ahead: WallOffset,
    /// The current error of its wall clock.
    wall: WallOffset,
}

/// What survives a restart, and the threads that write it.
#[derive(Debug)]
struct Disk {
    stores: Stores,
    /// Dropped last, as that waits for the threads.
    runtime: Runtime,
}

/// What the stores should keep, except for the mempool and block outputs.
#[derive(Debug, PartialEq)]
pub(super) struct Kept {
    addresses: Option<BTreeSet<String>>,
    history: Vec<u8>,
    blocks: Vec<u8>,
}

impl Kept {
    /// Asserts that another run found this; the history only if its clock is the same.
    pub(super) fn assert_found(&self, found: &Self, is_same_clock: bool) {
        assert_eq!(self.addresses, found.addresses);
        assert!(self.blocks == found.blocks, "{} bytes of figures of blocks differ", self.blocks.len());
        let has_history = !is_same_clock || self.history == found.history;
        assert!(has_history, "{} bytes of history differ", self.history.len());
    }
}

impl Monitor {
    /// Starts with what is saved in `dir` and a wall clock with this error. Returns the parts of the saved
    /// mempool, and everything else that was saved.
    pub(super) fn start(
        settings: &Settings,
        dir: &Path,
        rebuilds: bool,
        (now, wall): (Timestamp, WallOffset),
        seed: [u8; 32],
    ) -> (Self, Vec<Restored>, Kept) {
        let now = wall.wall(now);
        let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime can be built");
        let guard = runtime.enter();
        let store_settings = StoreSettings {
            state_dir: Some(dir),
            network: settings.network,
            addresses: matches!(settings.choice, PeerChoice::Discover(_)),
            prevout_blocks: PREVOUT_BLOCKS,
            mempool: true,
            figures: true,
            screen: false,
        };
        let (mut stores, loaded) = Stores::load(store_settings, now);
        let again = rebuilds.then(|| Stores::load(store_settings, now).1);
        drop(guard);
        let mut parts = Vec::new();
        while stores.restores() {
            match runtime.block_on(stores.next()) {
                EventKind::Restored(part) => parts.push(part),
                other => panic!("{other:?}"),
            }
        }
        let kept = Kept {
            addresses: loaded.addresses.as_ref().map(records),
            history: loaded.history.encode(),
            blocks: loaded.blocks.encode(),
        };
        let outputs: BTreeSet<_> = loaded.prevouts.blocks().collect();
        let known_blocks = outputs.iter().map(|(_, hash)| *hash).collect();
        let mut settings = Settings { known_blocks, ..settings.clone() };
        if let PeerChoice::Discover(discovery) = &mut settings.choice {
            discovery.addresses.clone_from(&loaded.addresses);
        }
        let model_settings = ModelSettings::new(settings.network, now);
        let model = model(&model_settings, loaded);
        let net = Unplugged::seeded(settings, now, seed);
        let rebuild = again.map(|loaded| (loaded, Vec::new()));
        let disk = Some(Disk { stores, runtime });
        let monitor = Self { net, model, disk, model_settings, rebuild, outputs, ahead: wall, wall };
        (monitor, parts, kept)
    }

    /// The time of the monitor's events at the world's time `now`.
    pub(super) fn time(&self, now: Timestamp) -> Timestamp {
        self.ahead.wall(now)
    }

    /// The world's time of an event.
    pub(super) fn world_time(&self, at: Timestamp) -> Timestamp {
        WallOffset::from_micros(-self.ahead.as_micros()).wall(at)
    }

    /// The error of its wall clock.
    pub(super) fn wall(&self) -> WallOffset {
        self.wall
    }

    /// Sets the error of its wall clock. Returns the event.
    pub(super) fn set_clock(&mut self, wall: WallOffset, now: Timestamp) -> Event {
        self.wall = wall;
        let offset = WallOffset::from_micros(wall.as_micros() - self.ahead.as_micros());
        Event { time: self.time(now), kind: EventKind::WallClock(offset) }
    }

    pub(super) fn opened(&mut self, peer: PeerId, now: Timestamp) -> Vec<Deed> {
        self.net.opened(peer, self.time(now))
    }

    pub(super) fn received(&mut self, peer: PeerId, message: Message, now: Timestamp) -> Vec<Deed> {
        self.net.received(peer, message, self.time(now))
    }

    pub(super) fn ended(&mut self, peer: PeerId, reason: DisconnectReason, now: Timestamp) -> Vec<Deed> {
        self.net.ended(peer, reason, self.time(now))
    }

    pub(super) fn overslept(&mut self, time: Duration, now: Timestamp) {
        self.net.overslept(time, self.time(now));
    }

    pub(super) fn timer(&mut self, now: Timestamp) -> Vec<Deed> {
        self.net.timer(self.time(now))
    }

    pub(super) fn deadline(&mut self, now: Timestamp) -> Option<Timestamp> {
        let deadline = self.net.deadline(self.time(now))?;
        Some(self.world_time(deadline))
    }

    /// Applies an event to the model, and passes on the consequences.
    pub(super) fn apply(&mut self, event: Event, now: Timestamp) -> Outcome {
        let now = self.time(now);
        let outcome = self.model.apply(&event);
        for request in outcome.requests.clone() {
            self.net.request(request, now);
        }
        let Disk { stores, .. } = self.disk.as_mut().expect("it has not ended");
        for change in &outcome.changes {
            if let Change::BlockOutputs(block) = change {
                self.outputs.insert((block.height, block.hash));
                stores.save_prevouts(Arc::clone(block));
            }
        }
        if let EventKind::Block { height, .. } = event.kind {
            stores.block_connected(height);
        }
        stores.note(&event, &outcome, &self.model);
        stores.save(self.net.addresses(), &self.model, event.time);
        stores.wait_for_room();
        if let Some((_, events)) = &mut self.rebuild {
            events.push(event);
        }
        outcome
    }

    /// Moves waiting restored transactions into the mempool.
    pub(super) fn restore(&mut self, now: Timestamp) {
        while self.model.is_restoring() {
            let time = self.time(now);
            self.apply(Event { time, kind: EventKind::Restored(Restored::Continue) }, now);
        }
    }

    /// Ends like the program. Returns what the stores should keep.
    pub(super) fn end(&mut self, now: Timestamp) -> Kept {
        let now = self.time(now);
        let Disk { stores, runtime } = self.disk.take().expect("it has not ended");
        let kept = Kept {
            addresses: self.net.addresses().map(|table| records(&table.to_saved())),
            history: self.model.history().encode(),
            blocks: self.model.blocks().encode(),
        };
        let problems = runtime.block_on(stores.close(self.net.addresses(), &self.model, now));
        assert_eq!(problems, []);
        kept
    }

    /// Ends abruptly. Writes already begun are completed.
    pub(super) fn kill(&mut self) {
        self.disk = None;
    }

    /// Asserts that the outputs of the last blocks that another run should have saved are here.
    pub(super) fn assert_has_outputs(&self, others: &BTreeSet<(u32, BlockHash)>) {
        let highest = others.last().map_or(0, |(height, _)| *height);
        let mut last = others.iter().filter(|(height, _)| height + COMPARED_BLOCKS > highest);
        assert!(last.all(|block| self.outputs.contains(block)), "{:?} of {others:?}", self.outputs);
    }

    /// The blocks whose outputs should have been saved.
    pub(super) fn outputs(&self) -> BTreeSet<(u32, BlockHash)> {
        self.outputs.clone()
    }

    /// The transactions of the mempool.
    pub(super) fn mempool(&self) -> BTreeSet<Wtxid> {
        self.model.transactions().map(|entry| entry.tx().wtxid()).collect()
    }

    /// Asserts that the same events make the same state.
    pub(super) fn assert_rebuilt(self, show: impl Fn(&Model) -> String) {
        let Some((loaded, events)) = self.rebuild else { return };
        let mut again = model(&self.model_settings, loaded);
        for event in events {
            again.apply(&event);
        }
        let [again, ours] = [&again, &self.model].map(show);
        let same = again.bytes().zip(ours.bytes()).take_while(|(one, other)| one == other).count();
        let differs = [&again, &ours]
            .map(|text| text.chars().skip(same.saturating_sub(300)).take(900).collect::<String>());
        assert!(again == ours, "the same events make another model: {differs:#?}");
    }

    /// The memory use of the network and the model.
    pub(super) fn footprints(&self) -> [usize; 2] {
        [footprint(&self.net), footprint(&self.model)]
    }
}

/// The model at the start.
fn model(settings: &ModelSettings, loaded: Loaded) -> Model {
    let Loaded { prevouts, history, blocks, .. } = loaded;
    let model =
        Model::new(settings.clone()).with_prevouts(prevouts).with_history(history).with_blocks(blocks);
    model.expecting_restored()
}

/// The saved addresses, except for details that do not cause a save: being dialled, and being seen again.
fn records(saved: &SavedAddresses) -> BTreeSet<String> {
    let text = |record| {
        let mut record = serde_json::to_value(record).expect("it has no other keys than strings");
        if let Some(fields) = record.as_object_mut() {
            fields.retain(|name, _| name != "last_try" && name != "seen");
        }
        record.to_string()
    };
    saved.records.iter().map(text).collect()
}
