//! Carries out the spool's file operations, one at a time and in the background.

use crate::sensor::publish::message::Outgoing;
use crate::sensor::publish::segment::Folder;
use crate::sensor::publish::spool::{Spool, Work};
use std::io;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// A completed file operation.
#[derive(Debug)]
pub(super) enum Done {
    Written(Result<(), (io::Error, Vec<Outgoing>)>),
    Loaded(io::Result<Vec<Outgoing>>),
    Removed(io::Result<()>),
}

/// The spool's folder, and the operation in progress.
#[derive(Debug)]
pub(super) struct Disk {
    /// `None`: no folder, so what waits in memory is lost at the end.
    folder: Option<Arc<Folder>>,
    job: Option<JoinHandle<Done>>,
    has_warned: bool,
}

impl Disk {
    /// A disk without an operation in progress.
    pub fn new(folder: Option<Folder>) -> Self {
        Self { folder: folder.map(Arc::new), job: None, has_warned: false }
    }

    /// Starts the next file operation.
    pub fn begin(&mut self, spool: &mut Spool) {
        let Some(folder) = self.folder.as_ref().filter(|_| self.job.is_none()) else { return };
        let Some(work) = spool.work() else { return };
        let folder = Arc::clone(folder);
        self.job = Some(tokio::task::spawn_blocking(move || match work {
            Work::Write(number, messages) => {
                Done::Written(folder.write(number, &messages).map_err(|error| (error, messages)))
            }
            Work::Load(number) => Done::Loaded(folder.load(number)),
            Work::Remove(number) => Done::Removed(folder.remove(number)),
        }));
    }

    /// Passes the result of an operation on to the spool.
    pub fn apply(&mut self, done: Done, spool: &mut Spool) {
        self.job = None;
        match done {
            Done::Written(Ok(())) => spool.written(None),
            Done::Written(Err((error, messages))) => {
                spool.written(Some(messages));
                self.warn(&error);
            }
            Done::Loaded(Ok(messages)) => {
                let damaged = spool.loaded(messages);
                if damaged > 0 {
                    tracing::warn!(damaged, "messages are lost: a file of the spool is damaged");
                }
            }
            Done::Loaded(Err(error)) => {
                self.warn(&error);
                if let Some(messages) = spool.unreadable() {
                    tracing::warn!(messages, "left for the next start: a file of the spool cannot be read");
                }
            }
            Done::Removed(result) => {
                spool.removed();
                result.unwrap_or_else(|error| self.warn(&error));
            }
        }
    }

    fn warn(&mut self, error: &io::Error) {
        if !std::mem::replace(&mut self.has_warned, true) {
            let folder = self.folder.as_ref().map(|folder| folder.path().display().to_string());
            tracing::warn!("spool {}: {error}; retrying", folder.unwrap_or_default());
        }
    }

    /// Waits for the operation in progress; pending forever without one. Cancel-safe.
    pub async fn done(&mut self) -> Done {
        let Some(job) = &mut self.job else { return std::future::pending().await };
        // The job does not panic, and is not cancelled while the runtime runs.
        job.await.unwrap_or(Done::Removed(Ok(())))
    }

    /// Saves to disk what is waiting in memory.
    pub async fn close(mut self, mut spool: Spool) {
        if self.job.is_some() {
            let done = self.done().await;
            self.apply(done, &mut spool);
        }
        let (waiting, _) = spool.waiting();
        let Some(folder) = self.folder.take() else {
            if waiting > 0 {
                tracing::warn!(waiting, "messages are lost: there is no folder to keep them");
            }
            return;
        };
        let unsaved = spool.into_unsaved();
        let written = tokio::task::spawn_blocking(move || {
            // One segment that does not fit says nothing about the next.
            let written = unsaved.iter().map(|(number, messages)| folder.write(*number, messages));
            written.collect::<Vec<_>>().into_iter().collect::<io::Result<()>>()
        });
        match written.await {
            Ok(Err(error)) => {
                tracing::warn!(%error, waiting, "messages are lost: the spool cannot be written");
            }
            _ if waiting > 0 => tracing::info!(waiting, "messages wait for the next start"),
            _ => {}
        }
    }
}
