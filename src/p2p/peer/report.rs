//! The queue from the peers' tasks to the driver, in bounded memory.

use crate::event::PeerId;
use crate::p2p::input::PeerReport;
use crate::util::time::Timestamp;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// The most batches of reports that may wait for the driver.
const MAX_BATCHES: usize = 256;

/// The most reports in a batch, and the number of bytes at which it is full. A task passes on everything from
/// one read in one piece: handing over each message separately would take more time than reading it.
const MAX_BATCH: usize = 64;
const MAX_BATCH_SIZE: u32 = 64 * 1024;

/// The most memory that waiting messages may take, in KiB: a few of the longest ones.
const MAX_MEMORY: usize = 16 * 1024;

/// Identifies a connection. The next connection to the same peer gets another id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConnectionId {
    pub peer: PeerId,
    pub number: u64,
}

/// A task's report as it arrives at the driver.
#[derive(Debug)]
pub struct Report {
    pub connection: ConnectionId,
    /// When it happened.
    pub time: Timestamp,
    pub content: PeerReport,
}

/// Reports that wait for a place in the queue.
#[derive(Debug, Default)]
pub struct Pending {
    reports: Vec<(Timestamp, PeerReport)>,
    /// The size of the messages in them, in bytes.
    size: u32,
}

/// One task's reports, as queued.
#[derive(Debug)]
struct Batch {
    connection: ConnectionId,
    reports: std::vec::IntoIter<(Timestamp, PeerReport)>,
    /// Released when the batch is dropped.
    _memory: Option<OwnedSemaphorePermit>,
}

/// The task's end of the queue.
#[derive(Clone, Debug)]
pub struct Reporter {
    connection: ConnectionId,
    queue: mpsc::Sender<Batch>,
    memory: Arc<Semaphore>,
}

/// The driver's end of the queue.
#[derive(Debug)]
pub struct Reports {
    queue: mpsc::Receiver<Batch>,
    /// The batch that is being read.
    current: Option<Batch>,
    sender: mpsc::Sender<Batch>,
    memory: Arc<Semaphore>,
}

/// The driver has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DriverGone;

impl Pending {
    /// Adds a report of a message of `size` bytes.
    pub fn push(&mut self, time: Timestamp, size: u32, content: PeerReport) {
        self.reports.push((time, content));
        self.size = self.size.saturating_add(size);
    }

    pub fn is_empty(&self) -> bool {
        self.reports.is_empty()
    }

    /// Whether the batch should be passed on before anything is added.
    pub fn is_full(&self) -> bool {
        self.reports.len() >= MAX_BATCH || self.size >= MAX_BATCH_SIZE
    }
}

impl Reports {
    /// An empty queue.
    pub fn new() -> Self {
        let (sender, queue) = mpsc::channel(MAX_BATCHES);
        Self { queue, current: None, sender, memory: Arc::new(Semaphore::new(MAX_MEMORY)) }
    }

    /// The sending end for one connection.
    pub fn reporter(&self, connection: ConnectionId) -> Reporter {
        Reporter { connection, queue: self.sender.clone(), memory: Arc::clone(&self.memory) }
    }

    /// Waits for the next report. Cancel-safe.
    pub async fn next(&mut self) -> Option<Report> {
        loop {
            if let Some(report) = self.next_of_batch() {
                return Some(report);
            }
            self.current = Some(self.queue.recv().await?);
        }
    }

    /// Whether the tasks are waiting for room, or about to.
    pub fn is_full(&self) -> bool {
        self.queue.len() >= MAX_BATCHES / 4 * 3 || self.memory.available_permits() < MAX_MEMORY / 4
    }

    /// Returns the next report if one has arrived.
    pub fn try_next(&mut self) -> Option<Report> {
        loop {
            if let Some(report) = self.next_of_batch() {
                return Some(report);
            }
            self.current = Some(self.queue.try_recv().ok()?);
        }
    }

    fn next_of_batch(&mut self) -> Option<Report> {
        let batch = self.current.as_mut()?;
        let connection = batch.connection;
        let next = batch.reports.next();
        if next.is_none() {
            self.current = None;
        }
        next.map(|(time, content)| Report { connection, time, content })
    }
}

impl Reporter {
    /// Waits for room, then sends the pending reports. Cancel-safe: the reports are taken out at the very
    /// end. Waiting tasks take turns, so a flooding peer gets no more than its share.
    ///
    /// # Errors
    /// The driver has ended.
    pub async fn send(&self, pending: &mut Pending) -> Result<(), DriverGone> {
        // Small reports are bounded by the length of the queue.
        let memory = match pending.size / 1024 {
            0 => None,
            kib => Some(Arc::clone(&self.memory).acquire_many_owned(kib).await.map_err(|_| DriverGone)?),
        };
        let slot = self.queue.reserve().await.map_err(|_| DriverGone)?;
        let Pending { reports, .. } = std::mem::take(pending);
        slot.send(Batch { connection: self.connection, reports: reports.into_iter(), _memory: memory });
        Ok(())
    }
}
