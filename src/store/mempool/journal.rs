//! The journal file: appended to, truncated where damaged, and rewritten when it has doubled.

use crate::chain::Network;
use crate::event::{OsError, Restored, StoreFailure};
use crate::store::file;
use crate::store::mempool::batch::Batch;
use crate::store::mempool::frame::{self, Frames, HEADER};
use crate::store::mempool::record::Record;
use crate::store::mempool::replay::{Replay, Survey};
use crate::util::files;
use crate::util::time::Timestamp;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The error code of a missing file on all systems.
const NO_SUCH_FILE: i32 = 2;

/// The number of transactions restored by one event.
const SLICE: usize = 500;

/// A journal is not compacted before it reaches this many bytes.
const MIN_COMPACTED: u64 = 1 << 20;

/// The journal of one network, owned by its writing thread.
#[derive(Debug)]
pub(in crate::store) struct Journal {
    path: PathBuf,
    network: Network,
    file: Option<File>,
    size: Size,
    /// Whether there may be bytes after the last whole frame.
    has_tail: bool,
    /// Frames that could not be written yet.
    unwritten: Vec<u8>,
    /// Whether we must not write the file: it could neither be read nor set aside.
    is_foreign: bool,
    /// Whether the file is gone, or shorter than what was written.
    is_lost: bool,
}

/// The length of a journal, and how much of it is in use.
#[derive(Clone, Copy, Default, Debug)]
struct Size {
    /// The number of bytes in header and whole frames.
    bytes: u64,
    /// The number of bytes after the last rewrite.
    compacted: u64,
    adds: u64,
    removes: u64,
}

impl Size {
    /// Whether the file has doubled, and about half of its transactions have left the mempool. Rewriting it
    /// then writes no more than was appended since the last time.
    fn is_doubled(self) -> bool {
        self.bytes >= 2 * self.compacted.max(MIN_COMPACTED) && 2 * self.removes >= self.adds
    }
}

impl Journal {
    /// A journal that is not yet open. Does no I/O.
    pub(in crate::store) fn new(path: PathBuf, network: Network) -> Self {
        let (file, unwritten) = (None, Vec::new());
        let (has_tail, is_foreign, is_lost) = (false, false, false);
        Self { path, network, file, size: Size::default(), has_tail, unwritten, is_foreign, is_lost }
    }

    /// Reads the journal, if there is one, and passes its transactions to `restored` in slices until that
    /// returns false.
    ///
    /// # Errors
    /// It cannot be read, is set aside because this program did not write it, or has a damaged tail. The tail
    /// is cut off, and everything before it is restored.
    pub(in crate::store) fn load(
        &mut self,
        mut restored: impl FnMut(Restored) -> bool,
    ) -> Result<(), StoreFailure> {
        file::remove_stale(&self.path);
        let (replay, lost) = match self.read() {
            Ok(Some(read)) => read,
            Ok(None) => return Ok(()),
            Err(failure) => {
                self.is_foreign = !matches!(failure, StoreFailure::Damaged { set_aside: Ok(_), .. });
                return Err(failure);
            }
        };
        let (mut txs, saved) = replay.finish();
        while !txs.is_empty() {
            let rest = txs.split_off(txs.len().min(SLICE));
            if !restored(Restored::Transactions(txs)) {
                return Ok(());
            }
            txs = rest;
        }
        restored(Restored::Complete(saved));
        if lost == 0 { Ok(()) } else { Err(StoreFailure::Cut { bytes: lost }) }
    }

    /// Returns the resulting state, and the number of damaged bytes.
    fn read(&mut self) -> Result<Option<(Replay, u64)>, StoreFailure> {
        let failed = |error: io::Error| StoreFailure::Read { files: 1, error: error.into() };
        let file = match files::open_to_read(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let length = file.metadata().map_err(failed)?.len();
        let mut input = BufReader::with_capacity(frame::FULL, file);
        let mut header = Vec::with_capacity(HEADER);
        (&mut input).take(HEADER as u64).read_to_end(&mut header).map_err(failed)?;
        if header.is_empty() {
            return Ok(None);
        }
        if let Err(damage) = frame::check_header(&header, self.network) {
            let set_aside = file::set_aside(&self.path).map_err(OsError::from);
            return Err(StoreFailure::Damaged { files: 1, damage, set_aside });
        }
        let (mut frames, mut replay) = (Frames::new(input), Replay::default());
        let mut bytes = HEADER as u64;
        while let Some((time, records)) = frames.next().map_err(failed)? {
            if replay.apply(time, records).is_none() {
                break;
            }
            bytes = HEADER as u64 + frames.whole;
        }
        let (adds, removes) = (replay.adds(), replay.removed());
        self.size = Size { bytes, compacted: bytes / 2, adds, removes };
        self.has_tail = bytes < length;
        Ok(Some((replay, length.saturating_sub(bytes))))
    }

    /// Appends a batch after anything still unwritten. If that fails, the batch is kept and goes first next
    /// time, so the journal never has a hole.
    ///
    /// # Errors
    /// The error of the system.
    pub(in crate::store) fn append(&mut self, batch: &Batch) -> io::Result<()> {
        if self.is_foreign {
            return Ok(());
        }
        self.size.adds += batch.added.len() as u64;
        self.size.removes += batch.removed.len() as u64;
        batch.encode(&mut self.unwritten);
        self.write()?;
        if self.size.is_doubled() {
            self.compact()?;
        }
        Ok(())
    }

    /// Replaces the journal of `network` at `path` with these batches. If interrupted, the journal is either
    /// unchanged or complete.
    ///
    /// # Errors
    /// The error of the system; the journal is unchanged then.
    pub(in crate::store) fn replace(
        path: &Path,
        network: Network,
        batches: impl Iterator<Item = Batch>,
    ) -> io::Result<()> {
        file::replace(path, |file| {
            let mut output = BufWriter::new(file);
            output.write_all(&frame::header(network))?;
            for batch in batches {
                let mut frames = Vec::new();
                batch.encode(&mut frames);
                output.write_all(&frames)?;
            }
            output.flush()
        })
    }

    /// Empties the journal.
    ///
    /// # Errors
    /// The error of the system.
    pub(in crate::store) fn clear(&mut self) -> io::Result<()> {
        (self.file, self.unwritten, self.size) = (None, Vec::new(), Size::default());
        self.write()
    }

    /// Writes what is still unwritten.
    ///
    /// # Errors
    /// The error of the system, or that the file was removed or truncated (see [`Journal::take_lost`]).
    pub(super) fn write(&mut self) -> io::Result<()> {
        if self.is_foreign {
            return Ok(());
        }
        let mut file = match self.file.take() {
            Some(file) => file,
            None => file::open(&self.path)?,
        };
        if self.size.bytes == 0 {
            file.set_len(0)?;
            file.write_all(&frame::header(self.network))?;
            self.size.bytes = HEADER as u64;
        } else if !file::is_in_place(&file, self.size.bytes)? {
            self.is_lost = true;
            return Err(io::Error::from_raw_os_error(NO_SUCH_FILE));
        }
        let end = self.size.bytes;
        if std::mem::replace(&mut self.has_tail, true) {
            file.set_len(end)?;
        }
        file.seek(SeekFrom::Start(end))?;
        if let Err(error) = file.write_all(&self.unwritten).and_then(|()| file.sync_data()) {
            // Otherwise the next start would warn about half a frame.
            self.has_tail = file.set_len(end).is_err();
            return Err(error);
        }
        self.size.bytes += self.unwritten.len() as u64;
        self.has_tail = false;
        self.unwritten = Vec::new();
        self.file = Some(file);
        Ok(())
    }

    /// Whether earlier writes are gone; returns true once. [`Journal::clear`] and the whole mempool have to
    /// follow.
    pub(super) fn take_lost(&mut self) -> bool {
        std::mem::take(&mut self.is_lost)
    }

    /// Writes what is in use to a new file that replaces the old one.
    fn compact(&mut self) -> io::Result<()> {
        // If it fails, the next attempt follows when the file has doubled again.
        self.size.compacted = self.size.bytes;
        let mut survey = Survey::default();
        self.each_frame(|time, records| {
            survey.note(time, records);
            Ok(())
        })?;
        survey.rewind();
        let mut bytes = 0;
        file::replace(&self.path, |file| {
            let mut output = Output { file: BufWriter::new(file), bytes: HEADER as u64 };
            output.file.write_all(&frame::header(self.network))?;
            let mut kept = Vec::new();
            for (height, hash) in survey.blocks.iter().rev() {
                Record::Block { height, hash }.encode(&mut kept);
            }
            let time = survey.time;
            self.each_frame(|_, records| {
                survey.keep(records, |record| record.encode(&mut kept));
                if kept.len() >= frame::FULL { output.frame(time, &mut kept) } else { Ok(()) }
            })?;
            output.frame(time, &mut kept)?;
            bytes = output.bytes;
            output.file.flush()
        })?;
        // The open file is the old one.
        self.file = None;
        self.size = Size { bytes, compacted: bytes, adds: survey.len(), removes: 0 };
        Ok(())
    }

    /// Passes each whole frame to `each`.
    fn each_frame(&self, mut each: impl FnMut(Timestamp, &[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut file = files::open_to_read(&self.path)?;
        file.seek(SeekFrom::Start(HEADER as u64))?;
        let mut frames = Frames::new(BufReader::with_capacity(frame::FULL, file));
        while let Some((time, records)) = frames.next()? {
            each(time, records)?;
        }
        Ok(())
    }
}

/// A journal being rewritten.
struct Output<W: Write> {
    file: W,
    bytes: u64,
}

impl<W: Write> Output<W> {
    /// Writes a frame of `records`, and clears them.
    fn frame(&mut self, time: Timestamp, records: &mut Vec<u8>) -> io::Result<()> {
        let frame = frame::seal(time, records);
        records.clear();
        self.bytes += frame.len() as u64;
        self.file.write_all(&frame)
    }
}
