//! How a replay stands. It is no part of the model: whoever replays adds it.

use crate::util::time::Timestamp;

/// How a replay stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReplayStatus {
    /// When the recording begins and ends.
    pub span: (Timestamp, Timestamp),
    /// How many times as fast as then it runs.
    pub speed: u32,
    /// What it does.
    pub progress: Progress,
}

/// What a replay does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// Time goes on.
    Playing,
    /// The user has stopped it.
    Paused,
    /// The state at another moment is being built.
    Seeking,
    /// The recording has ended.
    Over,
}
