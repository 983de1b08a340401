//! One recorded file: its header and its frames, found through the index or, in an unfinished file, one by
//! one.

use crate::model::ModelSettings;
use crate::recording::error::{RecordingError, Unreadable};
use crate::recording::frame::FrameReader;
use crate::recording::keyframe;
use crate::recording::layout::{self, MAX_HEAD, MAX_INDEX, PREFIX, TRAILER};
use crate::schema::message::{FrameHead, Header, Record};
use crate::util::time::Timestamp;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// A file of a recording.
#[derive(Debug)]
pub struct RecordingFile {
    path: PathBuf,
    file: File,
    header: Header,
    settings: ModelSettings,
    frames: Vec<FrameHead>,
    /// The number of bytes after the last whole frame.
    cut: u64,
    reader: FrameReader,
}

impl RecordingFile {
    /// Opens a file.
    ///
    /// # Errors
    /// It cannot be read, or is not a recording that this program knows.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        Self::read(path).map_err(|why| why.of(path))
    }

    fn read(path: &Path) -> Result<Self, Unreadable> {
        let mut file = File::open(path)?;
        if !file.metadata()?.is_file() {
            return Err(Unreadable::Foreign);
        }
        let length = file.metadata()?.len();
        let mut prefix = [0; PREFIX];
        read_exactly(&mut file, &mut prefix)?.ok_or(Unreadable::Foreign)?;
        let mut beginning = vec![0; layout::beginning_length(&prefix)?];
        beginning[..PREFIX].copy_from_slice(&prefix);
        read_exactly(&mut file, &mut beginning[PREFIX..])?.ok_or(Unreadable::Foreign)?;
        let header = layout::read_beginning(&beginning)?;
        let settings = keyframe::settings(&header)?;
        let first = beginning.len() as u64;
        let (frames, cut) = match by_index(&mut file, first, length)? {
            Some(frames) => (frames, 0),
            None => one_by_one(&mut file, first, length)?,
        };
        let reader = FrameReader::new()?;
        Ok(Self { path: path.to_owned(), file, header, settings, frames, cut, reader })
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The number of bytes at the end that are not a whole frame, because the program was killed while
    /// writing.
    pub fn cut(&self) -> u64 {
        self.cut
    }

    /// The settings of the recorded model.
    pub fn settings(&self) -> &ModelSettings {
        &self.settings
    }

    /// When the file begins.
    pub fn start(&self) -> Timestamp {
        Timestamp::from_micros(self.header.start_us)
    }

    /// When the last event happened.
    pub fn end(&self) -> Timestamp {
        let last = self.frames.iter().map(|frame| frame.end_us).max().unwrap_or_default();
        Timestamp::from_micros(last).max(self.start())
    }

    /// Whether this file continues where `before` ends.
    pub(super) fn follows(&self, before: &Self) -> bool {
        self.header.run == before.header.run
            && before.header.number.checked_add(1) == Some(self.header.number)
    }

    /// Whether it is the first file of its run.
    pub(super) fn begins_run(&self) -> bool {
        self.header.number == 0
    }

    /// The sort key of files: by time, and within a run by number.
    pub(super) fn place(&self) -> (u64, u64, u32) {
        (self.header.start_us, self.header.run, self.header.number)
    }

    pub(super) fn frames(&self) -> &[FrameHead] {
        &self.frames
    }

    /// Returns the messages of a frame.
    pub(super) fn records(&mut self, frame: &FrameHead) -> Result<Vec<Record>, Unreadable> {
        self.file.seek(SeekFrom::Start(frame.offset))?;
        // The length is bounded by that of the content, and the file has that many bytes.
        let length = usize::try_from(frame.length).map_err(|_| Unreadable::Damaged(frame.offset))?;
        let mut bytes = vec![0; length];
        read_exactly(&mut self.file, &mut bytes)?.ok_or(Unreadable::Damaged(frame.offset))?;
        self.reader.records(frame, &bytes)
    }
}

/// Fills `buffer`; `None` if the file ends too early.
fn read_exactly(file: &mut File, buffer: &mut [u8]) -> io::Result<Option<()>> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(Some(())),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads the index at the end of a file; `None` if there is none.
fn by_index(file: &mut File, first: u64, length: u64) -> Result<Option<Vec<FrameHead>>, Unreadable> {
    let Some(at) = length.checked_sub(TRAILER as u64).filter(|at| *at >= first) else { return Ok(None) };
    let mut trailer = [0; TRAILER];
    file.seek(SeekFrom::Start(at))?;
    read_exactly(file, &mut trailer)?;
    let Some(offset) = layout::index_offset(&trailer).filter(|offset| (first..at).contains(offset)) else {
        return Ok(None);
    };
    let Some(size) = usize::try_from(length - offset).ok().filter(|size| *size <= MAX_INDEX) else {
        return Ok(None);
    };
    let mut bytes = vec![0; size];
    file.seek(SeekFrom::Start(offset))?;
    read_exactly(file, &mut bytes)?;
    Ok(layout::read_index(&bytes, first, offset))
}

/// Finds the frames from the beginning on. Returns them, and the number of bytes after the last whole one.
fn one_by_one(file: &mut File, first: u64, length: u64) -> Result<(Vec<FrameHead>, u64), Unreadable> {
    let mut frames = Vec::new();
    let mut place = first;
    let mut content = [0; MAX_HEAD];
    loop {
        let mut prefix = [0; PREFIX];
        file.seek(SeekFrom::Start(place))?;
        let found = read_exactly(file, &mut prefix)?.and_then(|()| layout::head_length(&prefix));
        let Some(content) = found.and_then(|length| content.get_mut(..length)) else { break };
        let whole = read_exactly(file, content)?.and_then(|()| layout::read_head(content));
        let Some(mut head) = whole else { break };
        head.offset = place + (PREFIX + content.len()) as u64;
        let Some(end) = head.offset.checked_add(head.length).filter(|end| *end <= length) else { break };
        frames.push(head);
        place = end;
    }
    Ok((frames, length - place))
}
