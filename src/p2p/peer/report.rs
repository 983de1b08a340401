//! What a peer task tells its owner, over a queue whose memory is bounded.

use crate::event::PeerId;
use crate::p2p::input::PeerReport;
use crate::util::time::Timestamp;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// How many reports may wait for the owner.
const MAX_REPORTS: usize = 256;

/// How much may wait for the owner, in KiB of messages: a few of the longest ones.
const MAX_MEMORY: usize = 16 * 1024;

/// Names one connection; the next one to the same peer has another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConnectionId {
    /// To whom.
    pub peer: PeerId,
    /// Which of the connections to it.
    pub number: u64,
}

/// Something that a peer task has to tell.
#[derive(Debug)]
pub struct Report {
    /// Who tells it.
    pub connection: ConnectionId,
    /// When it happened.
    pub time: Timestamp,
    /// What happened.
    pub content: PeerReport,
    /// Given back when the report is done with.
    _memory: Option<OwnedSemaphorePermit>,
}

/// A report on its way.
#[derive(Debug)]
pub struct Pending {
    /// When it happened.
    pub time: Timestamp,
    /// The size of the message that it came from, in bytes.
    pub size: u32,
    /// What happened.
    pub content: PeerReport,
}

/// The task's end of the queue.
#[derive(Clone, Debug)]
pub struct Reporter {
    connection: ConnectionId,
    queue: mpsc::Sender<Report>,
    memory: Arc<Semaphore>,
}

/// The owner's end of the queue.
#[derive(Debug)]
pub struct Reports {
    queue: mpsc::Receiver<Report>,
    sender: mpsc::Sender<Report>,
    memory: Arc<Semaphore>,
}

/// The owner does not listen any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OwnerGone;

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

    /// The next report. Cancel-safe.
    pub async fn next(&mut self) -> Option<Report> {
        self.queue.recv().await
    }

    /// The next report, if it is there already.
    pub fn try_next(&mut self) -> Option<Report> {
        self.queue.try_recv().ok()
    }
}

impl Reporter {
    /// Waits until the owner can take a report about `size` bytes, then sends what `take` gives.
    /// Cancel-safe: `take` is called at the very end. Waiting tasks take turns, so a peer that
    /// floods gets no more than its share.
    ///
    /// # Errors
    /// The owner is gone.
    pub async fn send(&self, size: u32, take: impl FnOnce() -> Option<Pending>) -> Result<(), OwnerGone> {
        // Small reports are bounded by their number.
        let memory = match size / 1024 {
            0 => None,
            kib => Some(Arc::clone(&self.memory).acquire_many_owned(kib).await.map_err(|_| OwnerGone)?),
        };
        let slot = self.queue.reserve().await.map_err(|_| OwnerGone)?;
        if let Some(Pending { time, content, .. }) = take() {
            slot.send(Report { connection: self.connection, time, content, _memory: memory });
        }
        Ok(())
    }
}
