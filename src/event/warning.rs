//! What goes wrong outside any connection, without stopping the program.

use super::os_error::OsError;
use super::peer::disconnect::Uselessness;
use super::store_problem::StoreProblem;
use crate::address::PeerAddress;
use crate::util::text::plural;
use std::path::PathBuf;
use std::time::Duration;

/// A problem the user should know about. The text is one line.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Warning {
    /// Something could not be loaded from or saved to the state directory.
    #[error(transparent)]
    Store(#[from] StoreProblem),
    /// A peer that the user chose is useless to this program but stays connected.
    #[error("{peer} is not useful: {why}")]
    NotUseful {
        /// The peer.
        peer: PeerAddress,
        /// Why other peers would be disconnected.
        why: Uselessness,
    },
    /// The clocks of most peers differ from ours.
    #[error(
        "this machine's clock is {} {} the clocks of the peers",
        span(*.ahead_secs),
        if *.ahead_secs < 0 { "behind" } else { "ahead of" }
    )]
    ClockWrong {
        /// By how much ours is ahead, in s; negative if it is behind.
        ahead_secs: i64,
    },
    /// The clocks of most peers agree with ours again.
    #[error("this machine's clock agrees with the clocks of the peers again")]
    ClockRight,
    /// For some seconds, more has arrived than can be processed: all peers are slowed down alike.
    #[error("more arrives than can be handled: peers are slowed down")]
    Behind,
    /// Everything that arrives can be processed again.
    #[error("the backlog is gone: peers are no longer slowed down")]
    CaughtUp,
    /// The program of an alert failed.
    #[error("alert program {}: {failure}", program.display())]
    AlertProgram {
        /// The program, as the user gave it.
        program: PathBuf,
        /// What happened to the process.
        failure: CommandFailure,
    },
    /// The disk is too slow for the recording.
    #[error("recording: the disk is too slow: {} left out, {}", plural(*secs, "second"), plural(*events, "event"))]
    RecordingGap {
        /// The length of the gap, in whole s.
        secs: u64,
        /// The number of events missing from the recording.
        events: u64,
    },
    /// The recording cannot be written and has ended.
    #[error("recording {}: {error}; nothing more is recorded", path.display())]
    RecordingFailed {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        error: OsError,
    },
    /// The NATS server that sensors publish to cannot be reached.
    #[error("NATS server {0} is away: sensors cannot be heard")]
    SensorServerAway(String),
    /// The NATS server that sensors publish to can be reached again.
    #[error("NATS server {0} is back")]
    SensorServerBack(String),
    /// More arrived from sensors than could be processed.
    #[error(
        "too slow for all sensors: {messages} messages of {secs} s (announcements and traffic) are left out"
    )]
    SensorsSkipped {
        /// The span of the messages left out, in whole s.
        secs: u64,
        /// The number of messages left out.
        messages: u64,
    },
    /// Too many alerts are waiting for their programs, so some runs are skipped.
    #[error("alert programs: more than {waiting} runs are waiting; some alerts run none")]
    AlertProgramSkipped {
        /// How many runs may wait.
        waiting: usize,
    },
}

/// What happened to a run of an alert's program.
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

/// A difference of clocks in words: whole minutes, hours or days.
fn span(secs: i64) -> String {
    let minutes = secs.unsigned_abs() / 60;
    match minutes {
        0..120 => format!("{minutes} min"),
        120..2_880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_is_described_with_size_and_direction() {
        let text = |ahead_secs| Warning::ClockWrong { ahead_secs }.to_string();
        assert_eq!(text(-660), "this machine's clock is 11 min behind the clocks of the peers");
        assert_eq!(text(8 * 3_600 + 59), "this machine's clock is 8 h ahead of the clocks of the peers");
        assert_eq!(text(3 * 86_400), "this machine's clock is 3 days ahead of the clocks of the peers");
    }
}
