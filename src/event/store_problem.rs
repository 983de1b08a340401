//! What went wrong with the files in the state directory.

use super::os_error::OsError;
use std::fmt;
use std::path::PathBuf;

/// Something that a store could not load or save. The program continues without it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{store} {}: {failure}", .path.display())]
pub struct StoreProblem {
    /// The store that failed.
    pub store: Store,
    /// Its file, or its directory if it has many files.
    pub path: PathBuf,
    /// What it could not do.
    pub failure: StoreFailure,
}

/// What survives a restart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Store {
    /// Addresses of nodes that can be dialled.
    Addresses,
    /// Outputs of recent blocks.
    Prevouts,
    /// Size of the mempool over the last day.
    History,
    /// The figures of the last blocks.
    Blocks,
    /// The transactions of the mempool.
    Mempool,
    /// The targets of the watch list that were added on screen.
    Watchlist,
    /// The queries typed on screen.
    Queries,
    /// The alert rules added on screen.
    Alerts,
    /// All files of one network, locked for one process.
    Lock,
    /// What the user types and chooses on screen, for all networks, locked for one process.
    Screen,
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Addresses => "address file",
            Self::Prevouts => "block outputs in",
            Self::History => "mempool history",
            Self::Blocks => "block figures",
            Self::Mempool => "mempool journal",
            Self::Watchlist => "watch list",
            Self::Queries => "query history",
            Self::Alerts => "alerts",
            Self::Lock => "state files of",
            Self::Screen => "queries, rules and screen of",
        })
    }
}

/// What a store could not do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum StoreFailure {
    /// Files exist but cannot be read; they are left as they are.
    #[error("{}cannot be read: {error}", count_prefix(*.files))]
    Read {
        /// How many of the store's files are affected.
        files: usize,
        /// The reason for the first one.
        error: OsError,
    },
    /// The content of files is not what this program wrote for this network.
    #[error("{}{damage}; {}", count_prefix(*.files), describe_set_aside(.set_aside))]
    Damaged {
        /// How many of the store's files are affected.
        files: usize,
        /// What is wrong with the first one.
        damage: Damage,
        /// The new name of the first one, set aside, or why it could not be renamed.
        set_aside: Result<PathBuf, OsError>,
    },
    /// The state of this run cannot be saved. Reported once, until saving succeeds again.
    #[error("cannot be saved: {0}")]
    Write(OsError),
    /// The end of a file was damaged; everything before it was loaded.
    #[error("the last {bytes} bytes are damaged and were cut off")]
    Cut {
        /// The number of damaged bytes.
        bytes: u64,
    },
    /// Another process uses the same files.
    #[error("in use by another mempulse: this one does not save them")]
    InUse,
    /// The last save did not finish before the program ended.
    #[error("not saved in time")]
    TooSlow,
}

impl From<std::io::Error> for StoreFailure {
    fn from(error: std::io::Error) -> Self {
        Self::Write(error.into())
    }
}

/// Why the content of a file is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Damage {
    /// The file does not begin as this program's files do.
    #[error("not a file of this program")]
    Foreign,
    /// A version of the format that this program does not know.
    #[error("format version {0} is not supported")]
    Version(u32),
    /// A file of another network.
    #[error("belongs to another network")]
    Network,
    /// The checksum does not match, or the content does not parse.
    #[error("damaged")]
    Content,
    /// Longer than any file that this program writes, in bytes.
    #[error("longer than {0} bytes")]
    TooLong(u64),
}

/// Gives the number of files when a problem concerns several; only the first one is described.
fn count_prefix(files: usize) -> String {
    if files > 1 { format!("{files} files, the first one ") } else { String::new() }
}

fn describe_set_aside(set_aside: &Result<PathBuf, OsError>) -> String {
    match set_aside {
        Ok(path) => format!("kept as {}", path.display()),
        Err(error) => format!("cannot be renamed: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_one_line_that_says_what_became_of_the_file() {
        let problem = |files| StoreProblem {
            store: Store::Prevouts,
            path: "/s/coins-signet".into(),
            failure: StoreFailure::Damaged {
                files,
                damage: Damage::Content,
                set_aside: Ok("/s/x.damaged".into()),
            },
        };
        assert_eq!(problem(1).to_string(), "block outputs in /s/coins-signet: damaged; kept as /s/x.damaged");
        assert_eq!(
            problem(3).to_string(),
            "block outputs in /s/coins-signet: 3 files, the first one damaged; kept as /s/x.damaged"
        );
        let failure = StoreFailure::Write(OsError { kind: std::io::ErrorKind::StorageFull, code: Some(28) });
        let problem = StoreProblem { store: Store::History, path: "/s/history-signet.bin".into(), failure };
        let expected =
            "mempool history /s/history-signet.bin: cannot be saved: No space left on device (os error 28)";
        assert_eq!(problem.to_string(), expected);
    }
}
