//! The store of the mempool without its thread, for simulations: what it writes is there when the call returns.

use crate::chain::Network;
use crate::event::{Event, Restored};
use crate::model::{Model, Outcome};
use crate::store::mempool::pending::{Changes, MAX_BATCH_TXS};
use crate::store::mempool::{Journal, SAVE_INTERVAL, journal_path};
use crate::util::time::Timestamp;
use std::path::Path;

/// Saves the mempool of one network.
#[derive(Debug)]
pub(crate) struct Unthreaded {
    journal: Journal,
    changes: Changes,
    save_at: Timestamp,
}

impl Unthreaded {
    /// Loads the mempool that is saved in `dir`.
    pub(crate) fn load(dir: &Path, network: Network, now: Timestamp) -> (Self, Vec<Restored>) {
        let mut journal = Journal::new(journal_path(dir, network), network);
        let mut parts = Vec::new();
        journal
            .load(|part| {
                parts.push(part);
                true
            })
            .expect("the journal is sound");
        (Self { journal, changes: Changes::default(), save_at: now + SAVE_INTERVAL }, parts)
    }

    /// Takes note of an event that the model has applied, and of what it led to.
    pub(crate) fn note(&mut self, event: &Event, outcome: &Outcome, model: &Model) {
        self.changes.note(event, outcome, model);
    }

    /// Writes the changes of half a minute.
    pub(crate) fn save(&mut self, model: &Model, now: Timestamp) {
        if now >= self.save_at || self.changes.len() >= MAX_BATCH_TXS {
            self.write(model, now);
        }
    }

    /// Writes all changes.
    pub(crate) fn write(&mut self, model: &Model, now: Timestamp) {
        while !self.changes.is_empty() {
            let batch = self.changes.take(model, !model.awaits_blocks(), now);
            self.journal.append(&batch).expect("the disk has room");
            if self.changes.has_no_txs() {
                break;
            }
        }
        self.save_at = now + SAVE_INTERVAL;
    }
}
