//! The flags of recordings.

use crate::app::cli::{heading, parsers};
use crate::recording::{DEFAULT_KEEP, RecordingSettings};
use clap::Args;
use std::path::PathBuf;

/// Whether events are recorded, and where.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct RecordingArgs {
    /// Record what happens in this folder, for "mempulse replay"
    ///
    /// A file covers at most an hour and begins with the state of the mempool, so a replay can begin with any file.
    /// The watch list, alerts and what you do are never recorded; the addresses of peers are.
    #[arg(long, value_name = "DIR", help_heading = heading::FILES)]
    pub record: Option<PathBuf>,
    /// Keep at most this many bytes of recordings in the folder, and remove the oldest files (1GB or more)
    #[arg(long, value_name = "SIZE", default_value = "20GB", value_parser = parsers::keep, hide_short_help = true,
          help_heading = heading::FILES)]
    pub record_keep: u64,
}

impl RecordingArgs {
    /// Where to record, if recording is on.
    pub fn settings(&self) -> Option<RecordingSettings> {
        self.record.clone().map(|folder| RecordingSettings { folder, keep: self.record_keep })
    }
}

impl Default for RecordingArgs {
    fn default() -> Self {
        Self { record: None, record_keep: DEFAULT_KEEP }
    }
}
