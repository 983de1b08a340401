//! The state of a replay. The model has no replay, so its owner adds this.

use crate::util::time::Timestamp;

/// The state of a replay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReplayStatus {
    /// When the recording begins and ends.
    pub span: (Timestamp, Timestamp),
    /// The speed, as a multiple of real time.
    pub speed: u32,
    /// The activity.
    pub progress: Progress,
}

/// What a replay is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// Time goes on.
    Playing,
    /// The user has paused it.
    Paused,
    /// The state at another moment is being built.
    Seeking,
    /// The recording has ended.
    Over,
}
