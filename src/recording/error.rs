//! Why a recording cannot be read.

use crate::event::OsError;
use crate::schema::SchemaError;
use std::path::PathBuf;

/// Why a file cannot be read as a recording. The text is one line.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}: {why}", path.display())]
pub struct RecordingError {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: Unreadable,
}

/// What is wrong with a recording.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unreadable {
    /// The system cannot read it.
    #[error("{0}")]
    Os(OsError),
    /// Another process is recording into the folder.
    #[error("in use by another mempulse")]
    InUse,
    /// The file does not start like a recording.
    #[error("not a recording of mempulse")]
    Foreign,
    /// A version of the format that this program does not know.
    #[error("recording of version {0}: this mempulse reads version 1")]
    Version(u32),
    /// The network has no name that this program knows.
    #[error("recording of an unknown network")]
    Network,
    /// It belongs to a different network than the other files.
    #[error("recording of a network other than {0}: replay one network at a time")]
    OtherNetwork(crate::chain::Network),
    /// The content of the frame at this offset is damaged.
    #[error("damaged at byte {0}")]
    Damaged(u64),
    /// A message is refused.
    #[error("message at byte {offset}: {error}")]
    Message {
        /// The offset of its frame.
        offset: u64,
        /// Why it is refused.
        error: SchemaError,
    },
    /// The keyframe is incomplete or impossible.
    #[error("the state at its beginning is damaged")]
    Keyframe,
    /// A folder without recordings.
    #[error("no recordings here: their names end in .mempulse.zst")]
    Empty,
}

impl From<std::io::Error> for Unreadable {
    fn from(error: std::io::Error) -> Self {
        Self::Os(error.into())
    }
}

impl Unreadable {
    /// Adds the path.
    pub(super) fn of(self, path: impl Into<PathBuf>) -> RecordingError {
        RecordingError { path: path.into(), why: self }
    }
}
