//! The only place that reads the system's clocks.
//!
//! Events have one time line. It starts at the wall clock's time and then advances steadily, even while the
//! machine sleeps. A correction of the wall clock does not affect it: ages stay right, and nothing times out.
//! It only changes displayed times, through a [`WallOffset`].

use crate::util::platform;
use crate::util::time::{Timestamp, WallOffset};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// The longest time that a task waits before it checks the time again, as timers stop while the machine
/// sleeps.
pub const RECHECK: Duration = Duration::from_secs(5);

/// A gap of this length between two checks of the time means that the process was asleep: the driver checks
/// every few seconds. It is shorter than any time limit for an answer, so that a process that was stopped blames no
/// peer.
pub const ASLEEP: Duration = Duration::from_secs(15);

/// What the machine knows beyond tokio's clock, which stops while the machine sleeps. Tests replace it.
trait Machine: fmt::Debug + Sync {
    /// The total time that the machine has slept; it never shrinks.
    fn asleep(&self) -> Duration;

    /// The wall clock's time, which may be corrected at any moment.
    fn wall(&self) -> Timestamp;
}

/// The machine that this program runs on.
#[derive(Debug)]
struct ThisMachine {
    /// The longest measured sleep, in µs. The two clocks are not read at the same instant, so a measurement
    /// may be too short.
    asleep: AtomicU64,
}

static THIS_MACHINE: ThisMachine = ThisMachine { asleep: AtomicU64::new(0) };

impl Machine for ThisMachine {
    fn asleep(&self) -> Duration {
        let measured = u64::try_from(platform::asleep().as_micros()).unwrap_or(u64::MAX);
        let before = self.asleep.fetch_max(measured, Ordering::Relaxed);
        Duration::from_micros(before.max(measured))
    }

    fn wall(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::default() + since_epoch
    }
}

/// Turns tokio's clock, which tests can pause, into the time line of events.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    epoch: Timestamp,
    started: Instant,
    /// `None` if there is neither sleep nor a wall clock.
    machine: Option<&'static dyn Machine>,
    /// The time that the machine had already slept at the start.
    asleep_before: Duration,
}

impl Clock {
    /// Starts at the system's wall-clock time.
    pub fn start() -> Self {
        Self::on(&THIS_MACHINE)
    }

    /// Starts at a given time, for tests and replays.
    pub fn starting_at(epoch: Timestamp) -> Self {
        Self { epoch, started: Instant::now(), machine: None, asleep_before: Duration::ZERO }
    }

    fn on(machine: &'static dyn Machine) -> Self {
        let asleep_before = machine.asleep();
        Self { epoch: machine.wall(), started: Instant::now(), machine: Some(machine), asleep_before }
    }

    /// Returns the current time; it never runs backwards.
    pub fn now(&self) -> Timestamp {
        let asleep = self.machine.map_or(Duration::ZERO, Machine::asleep);
        self.epoch + self.started.elapsed() + asleep.saturating_sub(self.asleep_before)
    }

    /// By how much the wall clock is ahead now.
    pub fn wall_offset(&self) -> WallOffset {
        self.machine
            .map_or_else(WallOffset::default, |machine| WallOffset::between(self.now(), machine.wall()))
    }

    /// Converts `at` for tokio's timers. They fire late by the time that the machine sleeps meanwhile.
    pub fn instant(&self, at: Timestamp) -> Instant {
        Instant::now() + at.since(self.now())
    }

    /// When a task with something to do at `at` should check the time again: then or earlier, so that it
    /// notices within 5 s that the machine has slept.
    pub fn wakeup(&self, at: Timestamp) -> Instant {
        Instant::now() + at.since(self.now()).min(RECHECK)
    }
}

/// A machine for tests, which sleeps and corrects its wall clock on command.
#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    #[derive(Debug)]
    pub(crate) struct TestMachine {
        started: Instant,
        /// In µs.
        asleep: AtomicU64,
        /// The wall clock at the start, plus all corrections, in µs.
        wall: AtomicU64,
    }

    impl TestMachine {
        /// A machine whose wall clock starts at `wall`, and a clock on it.
        pub(crate) fn start(wall: Timestamp) -> (&'static Self, Clock) {
            let machine = Self {
                started: Instant::now(),
                asleep: AtomicU64::new(0),
                wall: AtomicU64::new(wall.as_micros()),
            };
            let machine: &'static Self = Box::leak(Box::new(machine));
            (machine, Clock::on(machine))
        }

        pub(crate) fn sleep(&self, time: Duration) {
            let micros = u64::try_from(time.as_micros()).unwrap();
            self.asleep.fetch_add(micros, Ordering::Relaxed);
        }

        pub(crate) fn correct(&self, secs: i64) {
            self.wall.fetch_add((secs * 1_000_000).cast_unsigned(), Ordering::Relaxed);
        }
    }

    impl Machine for TestMachine {
        fn asleep(&self) -> Duration {
            Duration::from_micros(self.asleep.load(Ordering::Relaxed))
        }

        fn wall(&self) -> Timestamp {
            Timestamp::from_micros(self.wall.load(Ordering::Relaxed)) + self.started.elapsed() + self.asleep()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::TestMachine;
    use super::*;
    use tokio::time::advance;

    const START: Timestamp = Timestamp::from_secs(1_700_000_000);
    const HOUR: Duration = Duration::from_hours(1);

    #[tokio::test(start_paused = true)]
    async fn time_passes_while_the_machine_sleeps_and_the_wall_clock_agrees() {
        let (machine, clock) = TestMachine::start(START);
        advance(HOUR).await;
        machine.sleep(HOUR * 8);
        assert_eq!(clock.now(), START + HOUR * 9);
        assert_eq!(clock.wall_offset(), WallOffset::default());
        let later = Clock::on(machine);
        assert_eq!(later.now(), clock.now(), "a clock that starts later counts only its own sleep");
    }

    #[tokio::test(start_paused = true)]
    async fn a_correction_changes_what_is_shown_and_no_age() {
        let (machine, clock) = TestMachine::start(START);
        advance(HOUR).await;
        let seen = clock.now();
        for (secs, shown) in [(-3 * 86_400, START - HOUR * 71), (3 * 86_400 + 60, START + HOUR + HOUR / 60)] {
            machine.correct(secs);
            assert_eq!(clock.now().since(seen), Duration::ZERO);
            assert_eq!(clock.wall_offset().wall(seen), shown);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_waiting_task_soon_notices_that_the_machine_slept() {
        let (machine, clock) = TestMachine::start(START);
        let due = START + HOUR;
        assert_eq!(clock.wakeup(due).duration_since(Instant::now()), RECHECK);
        assert_eq!(clock.instant(due).duration_since(Instant::now()), HOUR);
        machine.sleep(HOUR * 8);
        assert_eq!(clock.wakeup(due), Instant::now(), "it is overdue");
        let soon = Duration::from_secs(2);
        assert_eq!(clock.wakeup(clock.now() + soon).duration_since(Instant::now()), soon);
        assert_eq!(clock.instant(Timestamp::from_micros(0)), Instant::now());
    }

    #[test]
    fn the_clock_of_this_machine_never_runs_backwards() {
        let clock = Clock::start();
        let mut last = clock.now();
        for _ in 0..100_000 {
            let now = clock.now();
            assert!(now >= last);
            last = now;
        }
    }
}
