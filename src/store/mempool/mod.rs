//! The transactions of the mempool: one journal per network, `mempool-NETWORK.journal`.
//!
//! | file | what it is about |
//! |---|---|
//! | `record`, `frame` | the bytes: records, and the frames with checksums in which they are written |
//! | `replay` | the state that results from the records |
//! | `journal` | the file: loaded, appended to, rewritten when it has doubled |
//! | `pending`, `batch` | unwritten changes |

mod batch;
mod frame;
mod journal;
mod pending;
mod record;
mod replay;
#[cfg(test)]
mod tests;

use crate::chain::Network;
use crate::event::{Event, EventKind, Restored, Store, StoreFailure, StoreProblem};
use crate::model::{Model, Outcome};
use crate::store::writer::{Writer, close, problem_of};
use crate::util::time::Timestamp;
pub(super) use batch::Batch;
pub(super) use journal::Journal;
use pending::{Changes, MAX_BATCH_TXS};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

/// How often changes are written, which limits what a crash loses.
const SAVE_INTERVAL: Duration = Duration::from_secs(30);

/// How many slices of loaded transactions may wait.
const SLICES: usize = 8;

/// How many batches may wait to be written, of 16 MB each at most.
const BATCHES: usize = 2;

/// Saves the mempool of one network.
#[derive(Debug)]
pub struct MempoolStore {
    writer: Option<Writer<Job>>,
    /// The mempool being loaded, until complete.
    loading: Option<mpsc::Receiver<Restored>>,
    changes: Changes,
    /// Whether the writing thread found that the journal is gone.
    is_lost: Arc<AtomicBool>,
    save_at: Timestamp,
}

#[derive(Debug)]
enum Job {
    Load(mpsc::Sender<Restored>),
    Append(Batch),
    /// Write what could not be written before.
    Retry,
    /// Start with an empty journal.
    Clear,
}

/// Returns the path of the journal of a network.
pub(super) fn journal_path(state_dir: &Path, network: Network) -> PathBuf {
    state_dir.join(format!("mempool-{network}.journal"))
}

impl MempoolStore {
    /// Starts loading the mempool in `state_dir`; without a directory nothing is saved. Never blocks.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn load(state_dir: Option<&Path>, network: Network, now: Timestamp) -> Self {
        let (changes, save_at) = (Changes::default(), now + SAVE_INTERVAL);
        let is_lost = Arc::<AtomicBool>::default();
        let Some(dir) = state_dir else {
            return Self { writer: None, loading: None, changes, is_lost, save_at };
        };
        let path = journal_path(dir, network);
        let mut journal = Journal::new(path.clone(), network);
        let lost = Arc::clone(&is_lost);
        let work = move |job| {
            let done = match job {
                Job::Load(restored) => journal.load(|part| restored.blocking_send(part).is_ok()),
                Job::Append(batch) => journal.append(&batch).map_err(StoreFailure::from),
                Job::Retry => journal.write().map_err(StoreFailure::from),
                Job::Clear => journal.clear().map_err(StoreFailure::from),
            };
            lost.fetch_or(journal.take_lost(), Ordering::Relaxed);
            done
        };
        let writer = Writer::start(Store::Mempool, path, BATCHES, None, work);
        let (sender, loading) = mpsc::channel(SLICES);
        writer.write(|| Job::Load(sender));
        Self { writer: Some(writer), loading: Some(loading), changes, is_lost, save_at }
    }

    /// Stops saving. Loading continues.
    pub fn stop_saving(&mut self) {
        (self.writer, self.changes) = (None, Changes::default());
    }

    /// Whether an earlier run's mempool, or the event that there is none, is still to come.
    pub fn restores(&self) -> bool {
        self.loading.is_some()
    }

    /// Waits for the next part of an earlier run's mempool, or the next problem; pending while there is none.
    /// Cancel-safe.
    pub async fn next(&mut self) -> EventKind {
        tokio::select! {
            problem = problem_of(&mut self.writer) => EventKind::Warning(problem.into()),
            part = next_of(&mut self.loading) => {
                if matches!(part, Restored::Complete(_) | Restored::Nothing) {
                    self.loading = None;
                }
                EventKind::Restored(part)
            }
        }
    }

    /// Notes an event that the model has applied, with its outcome. Never blocks.
    pub fn note(&mut self, event: &Event, outcome: &Outcome, model: &Model) {
        if self.writer.is_some() {
            self.changes.note(event, outcome, model);
        }
    }

    /// Starts writing the changes of half a minute. Never blocks.
    pub fn save(&mut self, model: &Model, now: Timestamp) {
        let is_lost = self.is_lost.swap(false, Ordering::Relaxed);
        if is_lost {
            self.changes.forget();
        }
        let is_due = is_lost || now >= self.save_at || self.changes.len() >= MAX_BATCH_TXS;
        let Some(writer) = self.writer.as_ref().filter(|_| is_due && self.loading.is_none()) else { return };
        if writer.is_failing() && !is_lost {
            if now >= self.save_at && writer.write(|| Job::Retry) {
                self.save_at = now + SAVE_INTERVAL;
            }
            return;
        }
        if self.changes.overflowed && writer.write(|| Job::Clear) {
            self.changes.start_over(model);
        }
        while !self.changes.is_empty() && !self.changes.overflowed {
            if !writer.write(|| Job::Append(self.changes.take(model, !model.awaits_blocks(), now))) {
                return;
            }
            if self.changes.has_no_txs() {
                break;
            }
        }
        self.save_at = now + SAVE_INTERVAL;
    }

    /// Waits until the writer has room. Blocks.
    #[cfg(test)]
    pub fn wait_for_room(&self) {
        self.writer.iter().for_each(Writer::wait_for_room);
    }

    /// Saves a last time, for at most 2 s. Returns an unreported problem.
    pub fn close(
        mut self,
        model: &Model,
        now: Timestamp,
    ) -> impl Future<Output = Option<StoreProblem>> + use<> {
        let is_loaded = self.loading.is_none();
        // Changes beyond one batch are lost, as after a crash.
        let last = (is_loaded && !self.changes.is_empty() && !self.changes.overflowed)
            .then(|| Job::Append(self.changes.take(model, !model.awaits_blocks(), now)));
        close(self.writer, last)
    }
}

/// Waits for the next part being loaded; pending when nothing is.
async fn next_of(loading: &mut Option<mpsc::Receiver<Restored>>) -> Restored {
    match loading {
        Some(parts) => parts.recv().await.unwrap_or(Restored::Nothing),
        None => std::future::pending().await,
    }
}
