//! The outputs of recent blocks: one file per block in `coins-NETWORK`, so that they need not be requested
//! again after a restart.
//!
//! The directory keeps as many blocks as the longest backfill requests, even if this run needs fewer: they
//! may have taken hours to download.

mod directory;
mod format;
#[cfg(test)]
mod tests;

use crate::chain::Network;
use crate::event::{Store, StoreProblem};
use crate::model::{BlockOutputs, PrevoutCache};
use crate::store::file;
use crate::store::writer::{Writer, close, problem_of};
use directory::{Directory, OTHER_CHAIN, new_key, shared_key};
use std::path::Path;
use std::sync::Arc;

/// How many damaged files are kept, for finding out what went wrong.
const MAX_SET_ASIDE: usize = 16;

/// How many blocks may wait to be written, about 0.1 MB each. The next run requests again what does not fit.
const MAX_WAITING: usize = 64;

/// Saves the block outputs of one network.
#[derive(Debug)]
pub struct PrevoutStore {
    writer: Option<Writer<Job>>,
}

#[derive(Debug)]
enum Job {
    Save(Arc<BlockOutputs>),
    /// Remove blocks far above this height, which is a new block's.
    RemoveOtherChain(u32),
}

impl PrevoutStore {
    /// Loads the outputs of the highest `limit` blocks in `state_dir`; without a directory nothing is saved.
    /// Blocks while reading about 0.1 MB per block.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn load(state_dir: Option<&Path>, network: Network, limit: usize) -> (Self, PrevoutCache) {
        let Some(state_dir) = state_dir else {
            return (Self { writer: None }, PrevoutCache::new(new_key(), limit));
        };
        let path = state_dir.join(format!("coins-{network}"));
        file::remove_stale_in(&path);
        let key = shared_key(&path, network);
        let mut cache = PrevoutCache::new(key, limit);
        let directory = Directory { path: path.clone(), network, key };
        let failure = directory.load(&mut cache);
        file::limit_set_aside(&path, MAX_SET_ASIDE);
        let writer = Writer::start(Store::Prevouts, path, MAX_WAITING, failure, move |job| match job {
            Job::Save(block) => directory.save(&block),
            Job::RemoveOtherChain(height) => directory.remove_above(height.saturating_add(OTHER_CHAIN)),
        });
        (Self { writer: Some(writer) }, cache)
    }

    /// Starts saving a block's outputs. Never blocks.
    pub fn save(&mut self, block: Arc<BlockOutputs>) {
        self.queue(Job::Save(block));
    }

    /// Notes that a new block of this height was connected: saved blocks at much greater heights belong to
    /// another chain. Never blocks.
    pub fn block_connected(&mut self, height: u32) {
        self.queue(Job::RemoveOtherChain(height));
    }

    fn queue(&mut self, job: Job) {
        if let Some(writer) = &self.writer {
            // If too many are waiting, a later run requests the block again.
            let _ = writer.write(|| job);
        }
    }

    /// Stops saving.
    pub fn stop_saving(&mut self) {
        self.writer = None;
    }

    /// Waits for the next problem; pending while there is none. Cancel-safe.
    pub async fn problem(&mut self) -> StoreProblem {
        problem_of(&mut self.writer).await
    }

    /// Waits until the writer has room. Blocks.
    #[cfg(test)]
    pub fn wait_for_room(&self) {
        self.writer.iter().for_each(Writer::wait_for_room);
    }

    /// Waits until everything is written, for at most 2 s. Returns an unreported problem.
    pub async fn close(self) -> Option<StoreProblem> {
        close(self.writer, None).await
    }
}
