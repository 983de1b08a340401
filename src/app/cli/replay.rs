//! The flags of replays.

use crate::app::cli::filter::FilterArgs;
use crate::app::cli::flags::{FileArgs, FolderArgs};
use crate::app::cli::screen::ScreenArgs;
use crate::app::cli::{heading, parsers};
use clap::Args;
use std::path::PathBuf;

/// The flags of `replay`.
#[derive(Clone, PartialEq, Debug, Args)]
pub struct ReplayArgs {
    /// Recordings: files, or folders with files
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// Start at this speed (1 to 1000 times the original)
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = parsers::number(1..=1_000_u32),
          conflicts_with_all = ["stream", "check"], help_heading = heading::REPLAY)]
    pub speed: u32,
    /// Write JSON lines, as fast as they are read
    #[arg(long, help_heading = heading::REPLAY)]
    pub stream: bool,
    /// Rebuild the state from the first file on, compare it with the state at the beginning of each file, and report
    #[arg(long, conflicts_with = "stream", help_heading = heading::REPLAY)]
    pub check: bool,
    /// In the JSON lines, write each transaction with its bytes, in hexadecimal
    #[arg(long, hide_short_help = true, help_heading = heading::REPLAY)]
    pub raw: bool,
    /// Which transactions are written.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Watch this address, txid or scriptPubKey (hexadecimal); repeatable
    #[arg(long, value_name = "TARGET", help_heading = heading::WATCH_LIST)]
    pub watch: Vec<String>,
    /// How the screen looks and reacts.
    #[command(flatten)]
    pub screen: ScreenArgs,
    /// Files that are read, and the log.
    #[command(flatten)]
    pub files: FileArgs,
    /// Where files are.
    #[command(flatten)]
    pub folders: FolderArgs,
}
