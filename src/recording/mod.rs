//! Recordings: events written to files as they happen, and read back.
//!
//! | file | what it is about |
//! |---|---|
//! | `layout` | the bytes of a file: zstd frames, each with a head that other programs skip, and the index |
//! | `frame` | messages ↔ one frame |
//! | `keyframe` | the state at the beginning of a file ↔ messages |
//! | `recorder` | the monitor's interface: a bounded queue, and when to start a new file |
//! | `writer` | the thread that writes: files, timely frames, the size limit |
//! | `folder` | file names, and which files are removed |
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
