//! The monitor's interface to a recording. It never waits for the disk: events that do not fit into the queue
//! are left out.

use crate::event::{Event, EventKind, Warning};
use crate::model::Model;
use crate::recording::error::{RecordingError, Unreadable};
use crate::recording::frame::{self, Messages};
use crate::recording::keyframe;
use crate::recording::writer::{Beginning, Disk, FileSystem, Job, MAX_FILE, Shared, Writer};
use crate::schema::message::record::Content;
use crate::schema::message::{Gap, Record};
use crate::util::files;
use crate::util::time::Timestamp;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// The age at which a file is finished.
const MAX_AGE: Duration = Duration::from_hours(1);

/// The fewest bytes of events in a file, however large its keyframe.
const MIN_EVENTS: u64 = 32_000_000;

/// After a gap a new file begins, with a keyframe, but at least this long after the previous one.
const AFTER_GAP: Duration = Duration::from_mins(1);

/// The most waiting jobs.
const MAX_JOBS: usize = 4_096;

/// The most waiting events, in bytes.
const MAX_QUEUED: u64 = 64 << 20;

/// The events of a second are handed over together, so that all are written or none; beyond this many bytes,
/// in parts.
const FULL: usize = 16 << 20;

/// How long writing the rest may take at the end.
const CLOSE: Duration = Duration::from_secs(5);

/// Where to record, and how much.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordingSettings {
    /// The folder of the files.
    pub folder: PathBuf,
    /// The size limit of its recordings, in bytes.
    pub keep: u64,
}

/// Records events as they happen.
#[derive(Debug)]
pub struct Recorder {
    jobs: SyncSender<Job>,
    shared: Arc<Shared>,
    warn: mpsc::Sender<Warning>,
    warnings: mpsc::Receiver<Warning>,
    thread: JoinHandle<()>,
    run: u64,
    /// The number of the next file, and when the current one began.
    next_file: u32,
    file_start: Timestamp,
    /// The encoded events of this second. Copying events for another thread to encode and free would cost
    /// more than encoding them here.
    batch: Vec<Messages>,
    /// The size of the batch, and of the previous one, in bytes.
    batch_bytes: usize,
    last_bytes: usize,
    /// The second of the events in the batch.
    second: u64,
    gap: Option<Gap>,
    is_after_gap: bool,
    /// Whether writing has failed.
    has_ended: bool,
    _lock: Option<File>,
}

impl Recorder {
    /// Prepares the folder and starts the writing thread.
    ///
    /// # Errors
    /// The folder cannot be created or written to, or another process is recording there.
    pub fn start(settings: RecordingSettings) -> Result<Self, RecordingError> {
        let RecordingSettings { folder, keep } = settings;
        let failed = |error: io::Error| Unreadable::from(error).of(&folder);
        fs::create_dir_all(&folder).map_err(failed)?;
        let lock = files::lock(&folder.join(".lock")).map_err(|error| match error {
            TryLockError::WouldBlock => Unreadable::InUse.of(&folder),
            TryLockError::Error(error) => failed(error),
        })?;
        let recorder = Self::on(folder.clone(), keep, Box::new(FileSystem)).map_err(failed)?;
        Ok(Self { _lock: lock, ..recorder })
    }

    pub(super) fn on(folder: PathBuf, keep: u64, disk: Box<dyn Disk>) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (jobs, queue) = sync_channel(MAX_JOBS);
        let (warn, warnings) = mpsc::channel(8);
        let writer = Writer::new(folder, keep, disk, Arc::clone(&shared))?;
        let of_thread = warn.clone();
        let thread = thread::Builder::new()
            .name("recording".to_owned())
            .spawn(move || writer.run(&queue, &of_thread))?;
        Ok(Self {
            jobs,
            shared,
            warn,
            warnings,
            thread,
            run: rand::random(),
            next_file: 0,
            file_start: Timestamp::default(),
            batch: Vec::new(),
            batch_bytes: 0,
            last_bytes: 0,
            second: 0,
            gap: None,
            is_after_gap: false,
            has_ended: false,
            _lock: None,
        })
    }

    /// Records an event that `model` is about to apply. Never blocks.
    pub fn note(&mut self, event: &Event, model: &Model) {
        if self.has_ended {
            return;
        }
        let now = event.time;
        if self.is_file_due(now) {
            self.begin(model, now);
        }
        if now.as_secs() != self.second {
            self.send();
            self.second = now.as_secs();
            self.end_gap();
        }
        if let Some(gap) = &mut self.gap {
            gap.events += 1;
            gap.to_us = gap.to_us.max(now.as_micros());
            return;
        }
        let known = model.known_outputs(&event.kind);
        if !known.is_empty() {
            self.push(&Event { time: now, kind: EventKind::KnownOutputs(known) });
        }
        self.push(event);
        if self.batch_bytes >= FULL {
            self.send();
        }
    }

    /// Hands over the collected events. Meant to be called once a second, in case no event arrives.
    pub fn flush(&mut self) {
        self.send();
    }

    /// Waits for the next problem; pending while there is none. Cancel-safe.
    pub async fn warning(&mut self) -> Warning {
        match self.warnings.recv().await {
            Some(warning) => {
                self.has_ended |= matches!(warning, Warning::RecordingFailed { .. });
                warning
            }
            // The recorder has a sender itself, so the channel never closes.
            None => std::future::pending().await,
        }
    }

    /// Writes the rest, for at most 5 s. Returns an unreported problem.
    pub async fn close(mut self) -> Option<Warning> {
        self.send();
        self.end_gap();
        let Self { jobs, mut warnings, thread, .. } = self;
        drop(jobs);
        let ended = timeout(CLOSE, tokio::task::spawn_blocking(move || thread.join())).await;
        if ended.is_err() {
            tracing::warn!("the end of the recording was not written in time");
        }
        warnings.try_recv().ok()
    }

    /// The size of the events waiting to be written, in bytes.
    pub fn queued(&self) -> u64 {
        self.shared.queued.load(Ordering::Acquire)
    }

    /// Whether events or the beginning of a file are waiting to be written.
    #[cfg(test)]
    pub(super) fn is_busy(&self) -> bool {
        self.queued() > 0 || self.shared.beginning.load(Ordering::Acquire)
    }

    fn push(&mut self, event: &Event) {
        let Self { batch, batch_bytes, last_bytes, .. } = self;
        frame::encode(event, |message| {
            let record = Record { content: Some(Content::Event(message)) };
            let messages = match batch.last_mut().filter(|messages| !messages.is_full()) {
                Some(messages) => messages,
                // This second will be about as long as the previous one.
                None => batch.push_mut(Messages::with_capacity((*last_bytes).min(frame::FULL))),
            };
            let before = messages.len();
            messages.add(&record);
            *batch_bytes += messages.len() - before;
        });
    }

    fn is_file_due(&self, now: Timestamp) -> bool {
        if self.next_file == 0 {
            return true;
        }
        if self.shared.beginning.load(Ordering::Acquire) {
            return false;
        }
        let age = now.since(self.file_start);
        let length = self.shared.file.load(Ordering::Acquire);
        let events = length.saturating_sub(self.shared.keyframe.load(Ordering::Acquire));
        let is_idle = self.shared.queued.load(Ordering::Acquire) == 0;
        age >= MAX_AGE
            || (length >= MAX_FILE && events >= MIN_EVENTS)
            || (self.is_after_gap && self.gap.is_none() && is_idle && age >= AFTER_GAP)
    }

    /// Starts a file with the state of `model`.
    fn begin(&mut self, model: &Model, now: Timestamp) {
        self.send();
        if self.gap.is_some() {
            return;
        }
        let settings = model.settings();
        let header = keyframe::header(settings, self.run, self.next_file, now);
        let keyframe = model.keyframe(now);
        let beginning = Box::new(Beginning { header, network: settings.network, keyframe });
        self.shared.beginning.store(true, Ordering::Release);
        if self.jobs.try_send(Job::Begin(beginning)).is_ok() {
            self.next_file += 1;
            self.file_start = now;
            self.is_after_gap = false;
        } else {
            self.shared.beginning.store(false, Ordering::Release);
        }
    }

    /// Hands the batch over, or drops it together with the rest of its second.
    fn send(&mut self) {
        let (Some(first), Some(last)) = (self.batch.first(), self.batch.last()) else { return };
        let (_, [from_us, _]) = first.events();
        let (_, [_, to_us]) = last.events();
        let events = self.batch.iter().map(|messages| messages.events().0).sum();
        let gap = Gap { from_us, to_us, events };
        self.last_bytes = std::mem::take(&mut self.batch_bytes);
        let bytes = self.last_bytes as u64;
        let batch = std::mem::take(&mut self.batch);
        let queued = self.shared.queued.fetch_add(bytes, Ordering::AcqRel);
        let sent = if queued > MAX_QUEUED {
            Err(TrySendError::Full(()))
        } else {
            self.jobs.try_send(Job::Events(batch, bytes)).map_err(|error| match error {
                TrySendError::Full(_) => TrySendError::Full(()),
                TrySendError::Disconnected(_) => TrySendError::Disconnected(()),
            })
        };
        if let Err(error) = sent {
            self.shared.queued.fetch_sub(bytes, Ordering::AcqRel);
            self.has_ended |= matches!(error, TrySendError::Disconnected(()));
            self.gap.get_or_insert(gap);
        }
    }

    /// Ends a gap at the beginning of a second, if there is room again.
    fn end_gap(&mut self) {
        let Some(gap) = self.gap.filter(|_| self.shared.queued.load(Ordering::Acquire) <= MAX_QUEUED / 2)
        else {
            return;
        };
        if self.jobs.try_send(Job::Gap(gap)).is_ok() {
            self.gap = None;
            self.is_after_gap = true;
            let secs = (gap.to_us / 1_000_000).saturating_sub(gap.from_us / 1_000_000) + 1;
            // The recording notes the gap even if the warning is lost.
            let _ = self.warn.try_send(Warning::RecordingGap { secs, events: gap.events });
        }
    }
}
