//! The thread that writes a recording: files, timely frames, and the size limit.

use crate::chain::Network;
use crate::event::{OsError, Warning};
use crate::model::Keyframe;
use crate::recording::folder;
use crate::recording::frame::{FrameBuilder, Messages};
use crate::recording::{keyframe, layout};
use crate::schema::message::record::Content;
use crate::schema::message::{FrameHead, Gap, Header, Index, Record};
use crate::util::platform;
use crate::util::time::Timestamp;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::Sender;

/// How long a message waits in memory when none follows, which is how much a crash loses.
const FLUSH: Duration = Duration::from_secs(1);

/// The size at which a file is finished, in bytes.
pub(super) const MAX_FILE: u64 = 256_000_000;

/// A job for the thread.
#[derive(Debug)]
pub(super) enum Job {
    /// Start a file with this state.
    Begin(Box<Beginning>),
    /// Write these events, whose size in the queue is given in bytes.
    Events(Vec<Messages>, u64),
    /// Note that events were left out.
    Gap(Gap),
}

/// The beginning of a file.
#[derive(Debug)]
pub(super) struct Beginning {
    pub(super) header: Header,
    pub(super) network: Network,
    pub(super) keyframe: Keyframe,
}

/// State shared by the thread and the recorder.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// The size of the waiting events, in bytes.
    pub(super) queued: AtomicU64,
    /// The sizes of the current file and of its keyframe, in bytes.
    pub(super) file: AtomicU64,
    pub(super) keyframe: AtomicU64,
    /// Whether a file is about to begin; until then, the sizes above are those of the previous one.
    pub(super) beginning: AtomicBool,
}

/// Creates files. Tests use a slow or a full disk.
pub(super) trait Disk: Send {
    /// Creates a new file.
    fn create(&mut self, path: &Path) -> io::Result<Box<dyn Write + Send>>;
}

/// The file system.
pub(super) struct FileSystem;

impl Disk for FileSystem {
    fn create(&mut self, path: &Path) -> io::Result<Box<dyn Write + Send>> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // Like the files in the state folder, it reveals which peers this machine is connected to.
        platform::owner_only(&mut options);
        let file: File = options.open(path)?;
        Ok(Box::new(file))
    }
}

/// The state of the thread.
pub(super) struct Writer {
    folder: PathBuf,
    keep: u64,
    disk: Box<dyn Disk>,
    shared: Arc<Shared>,
    builder: FrameBuilder,
    /// When the oldest waiting message arrived.
    waiting: Option<Instant>,
    current: Option<Current>,
}

/// The file being written.
struct Current {
    path: PathBuf,
    file: Box<dyn Write + Send>,
    length: u64,
    index: Index,
}

/// A write that failed.
struct Failed {
    path: PathBuf,
    error: io::Error,
}

impl Writer {
    pub(super) fn new(
        folder: PathBuf,
        keep: u64,
        disk: Box<dyn Disk>,
        shared: Arc<Shared>,
    ) -> io::Result<Self> {
        let builder = FrameBuilder::new()?;
        Ok(Self { folder, keep, disk, shared, builder, waiting: None, current: None })
    }

    /// Writes until there are no more jobs, or until writing fails.
    pub(super) fn run(mut self, jobs: &Receiver<Job>, warn: &Sender<Warning>) {
        loop {
            let done = match jobs.recv_timeout(FLUSH) {
                Ok(job) => self.carry_out(job),
                Err(RecvTimeoutError::Timeout) => self.flush(),
                Err(RecvTimeoutError::Disconnected) => {
                    let finished = self.finish();
                    report(finished, warn);
                    return;
                }
            };
            if !report(done, warn) {
                return;
            }
        }
    }

    fn carry_out(&mut self, job: Job) -> Result<(), Failed> {
        match job {
            Job::Begin(beginning) => self.begin(*beginning),
            Job::Events(batch, bytes) => {
                batch.iter().try_for_each(|messages| self.append(messages))?;
                self.shared.queued.fetch_sub(bytes, Ordering::AcqRel);
                self.flush_if_due()
            }
            Job::Gap(gap) => self.add(&Record { content: Some(Content::Gap(gap)) }),
        }
    }

    fn add(&mut self, record: &Record) -> Result<(), Failed> {
        self.gather(|builder| builder.add(record))
    }

    fn append(&mut self, messages: &Messages) -> Result<(), Failed> {
        // Full batches get their own frame, so that none is too long.
        if messages.is_full() {
            self.flush()?;
        }
        self.gather(|builder| builder.append(messages))
    }

    fn gather(&mut self, add: impl FnOnce(&mut FrameBuilder)) -> Result<(), Failed> {
        if self.current.is_none() {
            return Ok(());
        }
        add(&mut self.builder);
        self.waiting.get_or_insert_with(Instant::now);
        if self.builder.is_full() { self.flush() } else { Ok(()) }
    }

    fn flush_if_due(&mut self) -> Result<(), Failed> {
        if self.waiting.is_some_and(|since| since.elapsed() >= FLUSH) { self.flush() } else { Ok(()) }
    }

    /// Writes the waiting messages.
    fn flush(&mut self) -> Result<(), Failed> {
        self.waiting = None;
        let Some(current) = self.current.as_mut().filter(|_| !self.builder.is_empty()) else { return Ok(()) };
        let mut write = || -> io::Result<FrameHead> {
            let (bytes, entry) = self.builder.seal(current.length)?;
            current.file.write_all(&bytes)?;
            current.length += bytes.len() as u64;
            Ok(entry)
        };
        match write() {
            Ok(entry) => current.index.frames.push(entry),
            Err(error) => return Err(Failed { path: current.path.clone(), error }),
        }
        self.shared.file.store(current.length, Ordering::Release);
        Ok(())
    }

    /// Finishes the current file and starts another one.
    fn begin(&mut self, beginning: Beginning) -> Result<(), Failed> {
        self.finish()?;
        let Beginning { header, network, keyframe } = beginning;
        let in_folder = |error| Failed { path: self.folder.clone(), error };
        fs::create_dir_all(&self.folder).map_err(in_folder)?;
        folder::make_room(&self.folder, None, self.keep.saturating_sub(MAX_FILE)).map_err(in_folder)?;
        let (path, mut file) = self.create(network, Timestamp::from_micros(header.start_us))?;
        let failed = |error| Failed { path: path.clone(), error };
        let bytes = layout::beginning(&header);
        file.write_all(&bytes).map_err(failed)?;
        let length = bytes.len() as u64;
        self.current = Some(Current { path: path.clone(), file, length, index: Index::default() });
        self.add(&Record { content: Some(Content::Header(header)) })?;
        keyframe::write(keyframe, |record| self.add(&record))?;
        self.flush()?;
        let length = self.current.as_ref().map_or(0, |current| current.length);
        self.shared.keyframe.store(length, Ordering::Release);
        self.shared.beginning.store(false, Ordering::Release);
        // A file is longer than the limit only if its keyframe is.
        let rest = self.keep.saturating_sub(MAX_FILE.max(length));
        let in_folder = |error| Failed { path: self.folder.clone(), error };
        folder::make_room(&self.folder, Some(&path), rest + length).map_err(in_folder)
    }

    /// Creates a file that begins at `start`. There may be another one: a screen that reads sensors from the past
    /// again begins with the same event.
    fn create(
        &mut self,
        network: Network,
        start: Timestamp,
    ) -> Result<(PathBuf, Box<dyn Write + Send>), Failed> {
        let mut number = 1;
        loop {
            let path = self.folder.join(folder::name(network, start, number));
            match self.disk.create(&path) {
                Ok(file) => return Ok((path, file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(Failed { path, error }),
            }
        }
    }

    /// Completes the current file with its index.
    fn finish(&mut self) -> Result<(), Failed> {
        self.flush()?;
        let Some(Current { path, mut file, length, index }) = self.current.take() else { return Ok(()) };
        let end = layout::end(&index, length);
        file.write_all(&end).and_then(|()| file.flush()).map_err(|error| Failed { path, error })
    }
}

/// Reports a failure. Returns whether there was none.
fn report(done: Result<(), Failed>, warn: &Sender<Warning>) -> bool {
    let Err(Failed { path, error }) = done else { return true };
    let warning = Warning::RecordingFailed { path, error: OsError::from(&error) };
    // At the end the receiver is gone.
    if let Err(unheard) = warn.try_send(warning) {
        tracing::warn!("{}", unheard.into_inner());
    }
    false
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("folder", &self.folder).finish_non_exhaustive()
    }
}
