//! The clock of a replay.

use crate::event::ReplayCommand;
use crate::util::time::Timestamp;
use tokio::time::Instant;

/// The speeds to choose from, as multiples of real time.
const SPEEDS: [u32; 10] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

/// A clock that can be paused, set, and sped up.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    at: Timestamp,
    since: Instant,
    speed: u32,
    is_paused: bool,
}

impl Pace {
    /// Starts at `at`, running `speed` times as fast as real time.
    pub fn new(at: Timestamp, speed: u32) -> Self {
        Self { at, since: Instant::now(), speed, is_paused: false }
    }

    /// The moment to show.
    pub fn now(&self) -> Timestamp {
        if self.is_paused { self.at } else { self.at + self.since.elapsed().saturating_mul(self.speed) }
    }

    /// Continues from `at`, after a seek or when the replay could not keep up.
    pub fn set(&mut self, at: Timestamp) {
        (self.at, self.since) = (at, Instant::now());
    }

    /// The speed, as a multiple of real time.
    pub fn speed(&self) -> u32 {
        self.speed
    }

    /// Whether the clock is paused.
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// Pauses or resumes.
    pub fn toggle(&mut self) {
        self.set(self.now());
        self.is_paused = !self.is_paused;
    }

    /// Changes the speed if `command` asks for it.
    pub fn change(&mut self, command: ReplayCommand) {
        let speed = match command {
            ReplayCommand::Faster => SPEEDS.into_iter().find(|speed| *speed > self.speed),
            ReplayCommand::Slower => SPEEDS.into_iter().rev().find(|speed| *speed < self.speed),
            _ => None,
        };
        self.set(self.now());
        self.speed = speed.unwrap_or(self.speed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::advance;

    const START: Timestamp = Timestamp::from_secs(1_700_000_000);
    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn the_clock_runs_as_fast_as_the_user_says_and_never_jumps() {
        let mut pace = Pace::new(START, 1);
        advance(SECOND).await;
        assert_eq!(pace.now(), START + SECOND);
        for _ in 0..3 {
            pace.change(ReplayCommand::Faster);
        }
        assert_eq!((pace.speed(), pace.now()), (10, START + SECOND));
        advance(SECOND).await;
        assert_eq!(pace.now(), START + SECOND * 11);
        pace.toggle();
        advance(SECOND).await;
        assert_eq!((pace.is_paused(), pace.now()), (true, START + SECOND * 11));
        pace.toggle();
        pace.change(ReplayCommand::Slower);
        assert_eq!((pace.speed(), pace.now()), (5, START + SECOND * 11));
    }

    #[tokio::test(start_paused = true)]
    async fn the_speed_has_two_ends() {
        let mut pace = Pace::new(START, 300);
        pace.change(ReplayCommand::Faster);
        assert_eq!(pace.speed(), 500, "any speed leads to those of the list");
        for (command, end) in [(ReplayCommand::Faster, 1_000), (ReplayCommand::Slower, 1)] {
            (0..20).for_each(|_| pace.change(command));
            assert_eq!(pace.speed(), end);
        }
    }
}
