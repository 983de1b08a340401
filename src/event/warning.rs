//! What goes wrong outside of any connection, without stopping the program.

use super::disconnect::Uselessness;
use super::os_error::OsError;
use super::store_problem::StoreProblem;
use crate::address::PeerAddress;
use std::path::PathBuf;
use std::time::Duration;

/// A problem that the user should know of. The text is one line.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Warning {
    /// Something could not be loaded from or saved to the state directory.
    #[error(transparent)]
    Store(#[from] StoreProblem),
    /// A peer that the user chose is of no use to this program and stays connected nevertheless.
    #[error("{peer} is not useful: {why}")]
    NotUseful {
        /// The peer.
        peer: PeerAddress,
        /// Why other peers would be disconnected.
        why: Uselessness,
    },
    /// The user's watch command failed.
    #[error("watch command {}: {failure}", command.display())]
    WatchCommand {
        /// The command, as the user gave it.
        command: PathBuf,
        /// What happened to the process.
        failure: CommandFailure,
    },
    /// Too many watch events wait for the user's command, so that it does not run for all of them.
    #[error("watch command: more than {waiting} runs are waiting; it is not run for every event")]
    WatchCommandSkipped {
        /// How many runs may wait.
        waiting: usize,
    },
}

/// What happened to a run of the user's watch command.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CommandFailure {
    /// The process could not be started or awaited.
    #[error(transparent)]
    Os(#[from] OsError),
    /// The process ended with this status, which is not 0.
    #[error("exit status: {0}")]
    Exit(i32),
    /// A signal ended the process.
    #[error("ended by signal {0}")]
    Signal(i32),
    /// The process ran for too long and was killed.
    #[error("killed after {} s", .0.as_secs())]
    Timeout(Duration),
}
