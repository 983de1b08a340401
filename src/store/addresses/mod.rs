//! The address manager's addresses: one file per network, `peers-NETWORK.dat`.

mod format;
mod legacy;
#[cfg(test)]
mod tests;

use crate::chain::Network;
use crate::event::{Store, StoreProblem};
use crate::p2p::{AddrTable, SavedAddresses};
use crate::store::file;
use crate::store::writer::{Writer, close, problem_of};
use crate::util::time::Timestamp;
use format::{FORMAT, decode, encode};
use std::path::Path;
use std::time::Duration;

/// How often changed addresses are saved, which limits what a crash loses (Core: 15 min).
const SAVE_INTERVAL: Duration = Duration::from_mins(5);

/// Saves the addresses of one network.
#[derive(Debug)]
pub struct AddressStore {
    writer: Option<Writer<SavedAddresses>>,
    /// The value of [`AddrTable::changes`] at the last save.
    saved: u64,
    save_at: Timestamp,
}

impl AddressStore {
    /// Loads the addresses in `state_dir`; without a directory nothing is saved. Blocks while reading up to
    /// some MB.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn load(
        state_dir: Option<&Path>,
        network: Network,
        now: Timestamp,
    ) -> (Self, Option<SavedAddresses>) {
        let save_at = now + SAVE_INTERVAL;
        let Some(dir) = state_dir else {
            return (Self { writer: None, saved: 0, save_at }, None);
        };
        let path = dir.join(format!("peers-{network}.dat"));
        let old_path = dir.join(format!("peers-{network}.jsonl"));
        let loaded = match FORMAT.load(&path, network, decode) {
            Ok(None) => legacy::load(&old_path, network),
            loaded => loaded,
        };
        let (addresses, failure) = match loaded {
            Ok(addresses) => (addresses, None),
            Err(failure) => (None, Some(failure)),
        };
        let target = path.clone();
        let writer = Writer::start(Store::Addresses, path, 1, failure, move |addresses| {
            file::remove_stale(&target);
            file::write(&target, &FORMAT.seal(network, &encode(&addresses)?))?;
            file::remove(&old_path)
        });
        (Self { writer: Some(writer), saved: 0, save_at }, addresses)
    }

    /// Starts saving the addresses every five minutes if they have changed. Never blocks.
    pub fn save(&mut self, table: &AddrTable, now: Timestamp) {
        if now >= self.save_at
            && self.is_unsaved(table)
            && let Some(writer) = &self.writer
        {
            self.save_at = now + SAVE_INTERVAL;
            if writer.write(|| table.to_saved()) {
                self.saved = table.changes();
            }
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

    /// Saves a last time, for at most 2 s. Returns an unreported problem.
    pub fn close(self, table: Option<&AddrTable>) -> impl Future<Output = Option<StoreProblem>> + use<> {
        let last = table.filter(|table| self.is_unsaved(table)).map(AddrTable::to_saved);
        close(self.writer, last)
    }

    fn is_unsaved(&self, table: &AddrTable) -> bool {
        self.saved != table.changes() || self.writer.as_ref().is_some_and(Writer::is_failing)
    }
}
