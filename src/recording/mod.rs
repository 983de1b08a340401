//! Recordings: events as files, written while they happen, and read again.
//!
//! | file | what it is about |
//! |---|---|
//! | `layout` | the bytes of a file: zstd frames, each with a head that other programs skip, and the index |
//! | `frame` | messages ↔ one frame |
//! | `keyframe` | the state at the beginning of a file ↔ messages |
//! | `recorder` | what the monitor has of a recording: a bounded queue, and when a file is full |
//! | `writer` | the thread that writes: files, frames in time, the limit of the disk |
//! | `folder` | names of files, and which ones make room |
//! | `file` | one file to read: its header, its frames |
//! | `player` | many files as one sequence of events, from any moment |
//!
//! `docs/recording.md` describes the files for other programs.

mod error;
mod file;
mod folder;
mod frame;
mod keyframe;
mod layout;
mod player;
mod recorder;
#[cfg(test)]
mod tests;
mod writer;

pub use error::{RecordingError, Unreadable};
pub use file::RecordingFile;
pub use folder::{DEFAULT_KEEP, MIN_KEEP, find};
pub use player::{Item, Player};
pub use recorder::{Recorder, RecordingSettings};
