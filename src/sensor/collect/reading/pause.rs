//! Whether the reader was stopped.

use crate::util::time::Timestamp;
use std::time::Duration;

/// A longer pause than this shows that the reader was stopped, and heard nobody.
const LONGEST: Duration = Duration::from_secs(2);

/// When the reader began to wait, by its own clock, which also counts the time for which the machine sleeps.
#[derive(Clone, Copy, Debug)]
pub struct Pause {
    began: Timestamp,
}

impl Pause {
    /// Begins at `now`.
    pub fn begin(now: Timestamp) -> Self {
        Self { began: now }
    }

    /// Whether the reader was stopped while it waited, or its machine slept.
    pub fn was_stopped(self, now: Timestamp) -> bool {
        now.since(self.began) > LONGEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::clock::testing::TestMachine;

    const T: Timestamp = Timestamp::from_secs(1_700_000_000);

    #[tokio::test(start_paused = true)]
    async fn a_machine_that_slept_has_stopped_the_reader() {
        let (machine, clock) = TestMachine::start(T);
        let pause = Pause::begin(clock.now());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!pause.was_stopped(clock.now()));
        machine.sleep(Duration::from_hours(8));
        assert!(pause.was_stopped(clock.now()), "tokio's clock stands still meanwhile");
        let pause = Pause::begin(clock.now());
        assert!(!pause.was_stopped(clock.now()));
        tokio::time::advance(Duration::from_secs(3)).await;
        assert!(pause.was_stopped(clock.now()), "the process was stopped");
    }
}
