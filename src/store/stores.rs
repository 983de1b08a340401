//! All stores of one run.

use crate::chain::Network;
use crate::event::{Command, Event, EventKind, StoreProblem, WatchTarget};
use crate::model::blocks::Blocks;
use crate::model::{BlockOutputs, History, Model, Outcome, PrevoutCache};
use crate::p2p::{AddrTable, SavedAddresses};
use crate::store::addresses::AddressStore;
use crate::store::blocks::BlockStore;
use crate::store::history::HistoryStore;
use crate::store::lines::LineStore;
use crate::store::lock::Lock;
use crate::store::mempool::MempoolStore;
use crate::store::prevouts::PrevoutStore;
use crate::store::saving::Saving;
use crate::store::watchlist::WatchlistStore;
use crate::util::time::Timestamp;
use std::path::Path;
use std::sync::Arc;

/// What to load, and from where.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is set on its own")]
pub struct StoreSettings<'a> {
    /// The directory of all files; `None` loads and saves nothing.
    pub state_dir: Option<&'a Path>,
    /// The network whose files are used.
    pub network: Network,
    /// Whether to load and save addresses, which is for discovery only.
    pub addresses: bool,
    /// The number of blocks whose outputs to load.
    pub prevout_blocks: usize,
    /// Whether to load and save the mempool.
    pub mempool: bool,
    /// Whether to load and save the outputs and figures of blocks, and the mempool's size.
    pub figures: bool,
    /// Whether to save what the user types and chooses on screen.
    pub screen: bool,
}

/// What earlier runs saved.
#[derive(Debug)]
pub struct Loaded {
    /// Addresses of nodes, and the key of their table; `None` at the first run.
    pub addresses: Option<SavedAddresses>,
    /// Outputs of recent blocks.
    pub prevouts: PrevoutCache,
    /// The size of the mempool over the last day.
    pub history: History,
    /// The figures of the last blocks.
    pub(crate) blocks: Blocks,
    /// The targets of the watch list that were added on screen.
    pub targets: Vec<WatchTarget>,
    /// The rules of alerts that were added on screen.
    pub alerts: Vec<String>,
}

/// Everything that survives a restart.
#[derive(Debug)]
pub struct Stores {
    addresses: AddressStore,
    prevouts: PrevoutStore,
    history: HistoryStore,
    blocks: BlockStore,
    watchlist: WatchlistStore,
    mempool: MempoolStore,
    alerts: LineStore,
    /// The problem that another process uses the same files, until it is reported.
    in_use: Option<StoreProblem>,
    lock: Option<Lock>,
    /// The lock on what is typed and chosen on screen, and whether that is saved.
    screen_lock: Option<Lock>,
    saving: Saving,
}

impl Stores {
    /// Opens all stores. Blocks while reading, except for the mempool, which is read in the background. If
    /// another process uses the same files, they are only read.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn load(settings: StoreSettings, now: Timestamp) -> (Self, Loaded) {
        let StoreSettings { state_dir, network, .. } = settings;
        let (lock, in_use) = acquired(state_dir.map(|dir| Lock::of_network(dir, network)));
        let is_second = in_use.is_some();
        // A process that saves nothing must not keep one of another network from saving this.
        let screen_dir = state_dir.filter(|_| settings.screen && !is_second);
        let (screen_lock, screen_in_use) = acquired(screen_dir.map(Lock::of_screen));
        let saving = Saving::default();
        saving.set(screen_dir.is_some() && screen_in_use.is_none());
        let address_dir = state_dir.filter(|_| settings.addresses);
        let (address_store, addresses) = AddressStore::load(address_dir, network, now);
        let figures_dir = state_dir.filter(|_| settings.figures);
        let (prevout_store, prevouts) = PrevoutStore::load(figures_dir, network, settings.prevout_blocks);
        let (history_store, history) = HistoryStore::load(figures_dir, network, now);
        let (block_store, blocks) = BlockStore::load(figures_dir, network);
        let (watchlist_store, targets) = WatchlistStore::load(state_dir, network);
        // The other process writes to the journal, so it is not even read.
        let mempool = MempoolStore::load(state_dir.filter(|_| settings.mempool && !is_second), network, now);
        let (alert_store, alerts) = LineStore::alerts(state_dir, saving.clone());
        let mut stores = Self {
            addresses: address_store,
            prevouts: prevout_store,
            history: history_store,
            blocks: block_store,
            watchlist: watchlist_store,
            mempool,
            alerts: alert_store,
            in_use: in_use.or(screen_in_use),
            lock,
            screen_lock,
            saving,
        };
        if is_second {
            stores.stop_saving();
        }
        (stores, Loaded { addresses, prevouts, history, blocks, targets, alerts })
    }

    fn stop_saving(&mut self) {
        self.saving.set(false);
        (self.lock, self.screen_lock) = (None, None);
        self.addresses.stop_saving();
        self.prevouts.stop_saving();
        self.history.stop_saving();
        self.blocks.stop_saving();
        self.watchlist.stop_saving();
        self.mempool.stop_saving();
    }

    /// Whether this process, rather than another one with the same folder, saves what is typed and chosen on
    /// screen.
    pub(crate) fn saving(&self) -> Saving {
        self.saving.clone()
    }

    /// Whether an earlier run's mempool, or the event that there is none, is still to come.
    pub fn restores(&self) -> bool {
        self.mempool.restores()
    }

    /// Notes an event that the model has applied. Never blocks.
    pub fn note(&mut self, event: &Event, outcome: &Outcome, model: &Model) {
        self.mempool.note(event, outcome, model);
    }

    /// Notes a user command that the model has carried out. Never blocks.
    pub fn note_command(&mut self, command: &Command, model: &Model) {
        self.watchlist.note(command, model);
    }

    /// Starts saving the alert rules added on screen. Never blocks.
    pub fn save_alerts(&self, rules: Vec<String>) {
        self.alerts.save(rules);
    }

    /// Starts saving what is due. Never blocks; cheap enough to be called after each event.
    pub fn save(&mut self, addresses: Option<&AddrTable>, model: &Model, now: Timestamp) {
        if let Some(table) = addresses {
            self.addresses.save(table, now);
        }
        self.history.save(model.history());
        self.blocks.save(model.blocks());
        self.watchlist.save();
        self.mempool.save(model, now);
    }

    /// Waits until the writers have room, so that a simulation, in which nothing may be lost for lack of
    /// room, does not depend on thread timing. Blocks.
    #[cfg(test)]
    pub(crate) fn wait_for_room(&self) {
        self.mempool.wait_for_room();
        self.prevouts.wait_for_room();
    }

    /// Starts saving a block's outputs. Never blocks.
    pub fn save_prevouts(&mut self, block: Arc<BlockOutputs>) {
        self.prevouts.save(block);
    }

    /// Notes that a new block of this height was connected. Never blocks.
    pub fn block_connected(&mut self, height: u32) {
        self.prevouts.block_connected(height);
    }

    /// Waits for the next problem of any store, each reported once, or the next part of an earlier run's
    /// mempool; pending while there is none. Cancel-safe.
    pub async fn next(&mut self) -> EventKind {
        if let Some(in_use) = self.in_use.take() {
            return EventKind::Warning(in_use.into());
        }
        let problem = tokio::select! {
            event = self.mempool.next() => return event,
            problem = self.addresses.problem() => problem,
            problem = self.prevouts.problem() => problem,
            problem = self.history.problem() => problem,
            problem = self.blocks.problem() => problem,
            problem = self.watchlist.problem() => problem,
            problem = self.alerts.problem() => problem,
            in_use = lost(&mut self.lock) => {
                self.stop_saving();
                in_use
            }
            in_use = lost(&mut self.screen_lock) => {
                self.saving.set(false);
                self.screen_lock = None;
                in_use
            }
        };
        EventKind::Warning(problem.into())
    }

    /// Saves everything a last time, for at most 2 s. Returns the unreported problems.
    pub fn close(
        self,
        addresses: Option<&AddrTable>,
        model: &Model,
        now: Timestamp,
    ) -> impl Future<Output = Vec<StoreProblem>> + use<> {
        let addresses = self.addresses.close(addresses);
        let history = self.history.close(model.history());
        let blocks = self.blocks.close(model.blocks());
        let (watchlist, mempool) = (self.watchlist.close(), self.mempool.close(model, now));
        // Boxed, as callers' futures contain it.
        Box::pin(async {
            let (prevouts, alerts) = (self.prevouts.close(), self.alerts.close());
            let problems = tokio::join!(addresses, prevouts, history, blocks, watchlist, mempool, alerts);
            <[_; 7]>::from(problems).into_iter().flatten().collect()
        })
    }
}

/// The lock if it was acquired; otherwise, the problem that another process has it.
fn acquired(lock: Option<Result<Option<Lock>, StoreProblem>>) -> (Option<Lock>, Option<StoreProblem>) {
    match lock.transpose() {
        Ok(lock) => (lock.flatten(), None),
        Err(in_use) => (None, Some(in_use)),
    }
}

/// Waits until another process has the lock.
async fn lost(lock: &mut Option<Lock>) -> StoreProblem {
    match lock {
        Some(lock) => lock.lost().await,
        None => std::future::pending().await,
    }
}
