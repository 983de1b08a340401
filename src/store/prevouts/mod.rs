//! Keeps the outputs of recent blocks on disk, one file per block, so that a restart needs to fetch
//! none of them again.
//!
//! As many blocks are kept as the longest backfill fetches, whatever this run needs of them: what it
//! fetched in hours must be there for the next one.

mod folder;
mod format;
#[cfg(test)]
mod tests;

use crate::chain::Network;
use crate::event::{StoreFailure, StoreProblem};
use crate::model::fees::prevouts::{BlockOutputs, PrevoutCache};
use crate::store::state_file;
use folder::{Folder, OTHER_CHAIN, new_key, shared_key};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How many files that were set aside are kept: enough to find out what went wrong.
const MAX_SET_ASIDE: usize = 16;

/// How many blocks may wait to be written, of about 0.1 MB each. What does not fit is fetched again by
/// the next run.
const MAX_WAITING: usize = 64;

/// How long the last writes may take at the end.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Where the coins of one network are kept.
#[derive(Debug)]
pub struct CoinStore {
    writer: Option<Writer>,
}

#[derive(Debug)]
struct Writer {
    orders: mpsc::Sender<Order>,
    problems: mpsc::Receiver<StoreProblem>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
enum Order {
    Save(Arc<BlockOutputs>),
    /// A block of this height was mined just now.
    Mined(u32),
}

impl CoinStore {
    /// The coins that were kept in `state_dir`, of the highest `limit` blocks. Without a folder nothing
    /// is kept. Blocks while it reads: about 0.1 MB for each block.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn open(state_dir: Option<&Path>, network: Network, limit: usize) -> (Self, PrevoutCache) {
        let Some(state_dir) = state_dir else {
            return (Self { writer: None }, PrevoutCache::new(new_key(), limit));
        };
        let path = state_dir.join(format!("coins-{network}"));
        state_file::remove_stale(&path, |_| true);
        let key = shared_key(&path, network);
        let mut coins = PrevoutCache::new(key, limit);
        let folder = Folder { path, network, key };
        let warning = folder.load(&mut coins);
        state_file::limit_set_aside(&folder.path, MAX_SET_ASIDE);
        (Self { writer: Some(Writer::start(folder, warning)) }, coins)
    }

    /// Begins to keep the outputs of a block. Never waits.
    pub fn save(&mut self, block: Arc<BlockOutputs>) {
        self.order(Order::Save(block));
    }

    /// A block of this height was mined just now: what is kept of far above belongs to another chain.
    /// Never waits.
    pub fn mined(&mut self, height: u32) {
        self.order(Order::Mined(height));
    }

    fn order(&mut self, order: Order) {
        if let Some(writer) = &self.writer {
            // If too many wait, it is fetched again one day.
            let _ = writer.orders.try_send(order);
        }
    }

    /// What goes wrong, in one line; said once. Waits forever while nothing does. Cancel-safe.
    pub async fn problem(&mut self) -> StoreProblem {
        if let Some(writer) = &mut self.writer
            && let Some(problem) = writer.problems.recv().await
        {
            return problem;
        }
        std::future::pending().await
    }

    /// Waits until all is written, for at most 2 s.
    pub async fn close(self) {
        if let Some(Writer { orders, task, .. }) = self.writer {
            drop(orders);
            if timeout(CLOSE_TIMEOUT, task).await.is_err() {
                tracing::warn!("the outputs of recent blocks could not be saved in time");
            }
        }
    }
}

impl Writer {
    fn start(folder: Folder, warning: Option<StoreProblem>) -> Self {
        let (orders, mut waiting) = mpsc::channel(MAX_WAITING);
        let (teller, problems) = mpsc::channel(2);
        if let Some(warning) = warning {
            // There is room.
            let _ = teller.try_send(warning);
        }
        let task = tokio::task::spawn_blocking(move || {
            let mut failing = false;
            while let Some(order) = waiting.blocking_recv() {
                let done = match order {
                    Order::Save(block) => folder.save(&block),
                    Order::Mined(height) => folder.remove_above(height.saturating_add(OTHER_CHAIN)),
                };
                match done {
                    Ok(()) => failing = false,
                    Err(_) if failing => {}
                    Err(error) => {
                        failing = true;
                        // If others were not heard yet, those are enough.
                        let _ = teller.try_send(folder.problem(StoreFailure::Write(error.into())));
                    }
                }
            }
        });
        Self { orders, problems, task }
    }
}
