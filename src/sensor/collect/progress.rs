//! Whether a reader has read all that there is, and whether it was stopped meanwhile.

use crate::util::time::Timestamp;
use std::time::Duration;

/// A pause that is longer than this shows that the reader itself was stopped, and did not hear anybody.
const PAUSE: Duration = Duration::from_secs(2);

/// Messages that were stored longer ago than this are late: more of them are on their way.
const LATE: Duration = Duration::from_secs(1);

/// For how long more late messages are waited for. A link that brings nothing for so long brings nothing late either.
const PATIENCE: Duration = Duration::from_secs(5);

/// How far a reader is. Times are the reader's own, in which those count that the machine sleeps through.
#[derive(Debug)]
pub struct Progress {
    /// When the reader began to wait.
    awake: Timestamp,
    /// Whether there are more messages at the server.
    has_more: bool,
    /// When the last message was read, if it was late.
    late: Option<Timestamp>,
}

impl Progress {
    /// A reader that begins at `now`, with this many messages waiting for it.
    pub fn begin(waiting: u64, now: Timestamp) -> Self {
        Self { awake: now, has_more: waiting > 0, late: None }
    }

    /// Notes a message that was stored `lag` ago, and how many the server has behind it.
    pub fn read(&mut self, lag: Duration, waiting: u64, now: Timestamp) {
        self.has_more = waiting > 0;
        self.late = (lag > LATE).then_some(now);
    }

    /// Whether there is more to be read: then the messages say which time it is, and not the clock.
    ///
    /// The server's word is not enough: on a slow link it counts as delivered what waits in buffers.
    pub fn is_behind(&self, now: Timestamp) -> bool {
        self.has_more || self.late.is_some_and(|late| now.since(late) < PATIENCE)
    }

    /// Notes that the reader begins to wait for a message or a tick.
    pub fn rest(&mut self, now: Timestamp) {
        self.awake = now;
    }

    /// Whether the reader was stopped while it waited, or its machine slept.
    pub fn was_stopped(&self, now: Timestamp) -> bool {
        now.since(self.awake) > PAUSE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::clock::testing::TestMachine;

    const T: Timestamp = Timestamp::from_secs(1_700_000_000);

    #[test]
    fn a_reader_on_a_slow_link_is_behind_for_as_long_as_late_messages_come() {
        let (secs, mut progress) = (Duration::from_secs, Progress::begin(0, T));
        assert!(!progress.is_behind(T));
        progress.read(secs(20), 0, T);
        assert!(progress.is_behind(T + secs(4)), "the server has sent all, but it has not arrived");
        assert!(!progress.is_behind(T + secs(5)), "nothing has come for long");
        progress.read(secs(20), 1, T);
        assert!(progress.is_behind(T + secs(60)), "the server has more");
        progress.read(secs(0), 0, T);
        assert!(!progress.is_behind(T));
    }

    #[tokio::test(start_paused = true)]
    async fn a_machine_that_slept_has_paused_the_reader() {
        let (machine, clock) = TestMachine::start(T);
        let mut progress = Progress::begin(0, clock.now());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!progress.was_stopped(clock.now()));
        machine.sleep(Duration::from_hours(8));
        assert!(progress.was_stopped(clock.now()), "tokio's clock stands still meanwhile");
        progress.rest(clock.now());
        assert!(!progress.was_stopped(clock.now()));
        tokio::time::advance(Duration::from_secs(3)).await;
        assert!(progress.was_stopped(clock.now()), "the process was stopped");
    }
}
