//! The queue from the tasks of the peers to the driver, in bounded memory.

use crate::event::PeerId;
use crate::p2p::input::PeerReport;
use crate::util::time::Timestamp;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// The most reports that may wait for the driver.
const MAX_REPORTS: usize = 256;

/// The most memory that waiting messages may take, in KiB: a few of the longest ones.
const MAX_MEMORY: usize = 16 * 1024;

/// The id of a connection. The next connection to the same peer has another one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConnectionId {
    pub peer: PeerId,
    pub number: u64,
}

/// What a task reports, as it arrives at the driver.
#[derive(Debug)]
pub struct Report {
    pub connection: ConnectionId,
    /// When it happened.
    pub time: Timestamp,
    pub content: PeerReport,
    /// Released when the report is dropped.
    _memory: Option<OwnedSemaphorePermit>,
}

/// A report that waits for a place in the queue.
#[derive(Debug)]
pub struct Pending {
    /// When it happened.
    pub time: Timestamp,
    /// The size of the message in it, in bytes.
    pub size: u32,
    pub content: PeerReport,
}

/// The task's end of the queue.
#[derive(Clone, Debug)]
pub struct Reporter {
    connection: ConnectionId,
    queue: mpsc::Sender<Report>,
    memory: Arc<Semaphore>,
}

/// The driver's end of the queue.
#[derive(Debug)]
pub struct Reports {
    queue: mpsc::Receiver<Report>,
    sender: mpsc::Sender<Report>,
    memory: Arc<Semaphore>,
}

/// The driver has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DriverGone;

impl Reports {
    /// An empty queue.
    pub fn new() -> Self {
        let (sender, queue) = mpsc::channel(MAX_REPORTS);
        Self { queue, sender, memory: Arc::new(Semaphore::new(MAX_MEMORY)) }
    }

    /// The sending end for one connection.
    pub fn reporter(&self, connection: ConnectionId) -> Reporter {
        Reporter { connection, queue: self.sender.clone(), memory: Arc::clone(&self.memory) }
    }

    /// Waits for the next report. Cancel-safe.
    pub async fn next(&mut self) -> Option<Report> {
        self.queue.recv().await
    }

    /// Returns the next report if one has arrived.
    pub fn try_next(&mut self) -> Option<Report> {
        self.queue.try_recv().ok()
    }
}

impl Reporter {
    /// Waits for room for a report of `size` bytes, then sends what `take` returns. Cancel-safe: `take` is
    /// called at the very end. Waiting tasks take turns, so a peer that floods gets no more than its share.
    ///
    /// # Errors
    /// The driver has ended.
    pub async fn send(&self, size: u32, take: impl FnOnce() -> Option<Pending>) -> Result<(), DriverGone> {
        // Small reports are bounded by the length of the queue.
        let memory = match size / 1024 {
            0 => None,
            kib => Some(Arc::clone(&self.memory).acquire_many_owned(kib).await.map_err(|_| DriverGone)?),
        };
        let slot = self.queue.reserve().await.map_err(|_| DriverGone)?;
        if let Some(Pending { time, content, .. }) = take() {
            slot.send(Report { connection: self.connection, time, content, _memory: memory });
        }
        Ok(())
    }
}
