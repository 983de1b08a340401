//! All stores of one run.

use crate::chain::Network;
use crate::event::StoreProblem;
use crate::model::History;
use crate::model::{BlockOutputs, PrevoutCache};
use crate::p2p::{AddrTable, SavedAddresses};
use crate::store::addresses::AddressStore;
use crate::store::history::HistoryStore;
use crate::store::prevouts::PrevoutStore;
use crate::util::time::Timestamp;
use std::path::Path;
use std::sync::Arc;

/// What to load, and from where.
#[derive(Clone, Copy, Debug)]
pub struct StoreSettings<'a> {
    /// The directory of all files; `None`: nothing is loaded or saved.
    pub state_dir: Option<&'a Path>,
    /// The network whose files are used.
    pub network: Network,
    /// Whether addresses are loaded and saved: only if peers are discovered.
    pub addresses: bool,
    /// How many blocks to load the outputs of.
    pub prevout_blocks: usize,
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
}

/// Everything that survives a restart.
#[derive(Debug)]
pub struct Stores {
    addresses: AddressStore,
    prevouts: PrevoutStore,
    history: HistoryStore,
}

impl Stores {
    /// Opens all stores. Blocks while they read.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn load(settings: StoreSettings, now: Timestamp) -> (Self, Loaded) {
        let StoreSettings { state_dir, network, .. } = settings;
        let address_dir = state_dir.filter(|_| settings.addresses);
        let (address_store, addresses) = AddressStore::load(address_dir, network, now);
        let (prevout_store, prevouts) = PrevoutStore::load(state_dir, network, settings.prevout_blocks);
        let (history_store, history) = HistoryStore::load(state_dir, network, now);
        let stores = Self { addresses: address_store, prevouts: prevout_store, history: history_store };
        (stores, Loaded { addresses, prevouts, history })
    }

    /// Begins to save what is due. Never blocks; cheap enough to be called after each event.
    pub fn save(&mut self, addresses: Option<&AddrTable>, history: &History, now: Timestamp) {
        if let Some(table) = addresses {
            self.addresses.save(table, now);
        }
        self.history.save(history);
    }

    /// Begins to save the outputs of a block. Never blocks.
    pub fn save_prevouts(&mut self, block: Arc<BlockOutputs>) {
        self.prevouts.save(block);
    }

    /// Notes that a new block of this height was connected. Never blocks.
    pub fn block_connected(&mut self, height: u32) {
        self.prevouts.block_connected(height);
    }

    /// The next problem of any store, each reported once. Pending while there is none. Cancel-safe.
    pub async fn problem(&mut self) -> StoreProblem {
        tokio::select! {
            problem = self.addresses.problem() => problem,
            problem = self.prevouts.problem() => problem,
            problem = self.history.problem() => problem,
        }
    }

    /// Saves everything a last time, for at most 2 s. Returns the problems that were not reported.
    pub fn close(
        self,
        addresses: Option<&AddrTable>,
        history: &History,
    ) -> impl Future<Output = Vec<StoreProblem>> + use<> {
        let addresses = self.addresses.close(addresses);
        let history = self.history.close(history);
        async {
            let problems = tokio::join!(addresses, self.prevouts.close(), history);
            <[_; 3]>::from(problems).into_iter().flatten().collect()
        }
    }
}
