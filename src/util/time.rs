//! The time of events, deciders and the model.

use serde::{Serialize, Serializer};
use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// A point in time, in µs since the UNIX epoch.
///
/// Within one process it never runs backwards: it is read once from the system's wall clock and then advanced
/// by clocks that are never corrected (see [`crate::util::clock::Clock`]). If the wall clock is corrected
/// meanwhile, a [`WallOffset`] converts between the two.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// Returns the time `micros` µs after the UNIX epoch.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// Returns the time `secs` s after the UNIX epoch.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// Returns the µs since the UNIX epoch.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Returns the whole seconds since the UNIX epoch.
    pub const fn as_secs(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Returns the duration from `earlier` to this time, or zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }

    /// Returns the µs from `earlier` to this time, negative if `earlier` is later.
    pub fn micros_since(self, earlier: Self) -> i64 {
        let micros = |span: Duration| i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        micros(self.since(earlier)).saturating_sub(micros(earlier.since(self)))
    }

    /// Returns the time moved by `micros` µs, which may be negative. Saturates at both ends of time.
    #[must_use]
    pub const fn shifted(self, micros: i64) -> Self {
        Self(self.0.saturating_add_signed(micros))
    }

    /// Returns the time for people and for records: RFC 3339 in UTC with milliseconds, as in
    /// `2026-11-23T05:33:00.123Z`.
    pub const fn rfc3339(self) -> Rfc3339 {
        Rfc3339(self)
    }
}

/// A time formatted by RFC 3339, in UTC with milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rfc3339(Timestamp);

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let micros = i64::try_from(self.0.0).unwrap_or(i64::MAX);
        // A time after the year 9999 is not valid, but must not make a record fail.
        jiff::Timestamp::from_microsecond(micros).map_or(Ok(()), |time| write!(f, "{time:.3}"))
    }
}

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// By how much the wall clock is ahead of the time line of events; zero until it is corrected.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct WallOffset {
    /// In µs; negative if it is behind.
    micros: i64,
}

impl WallOffset {
    /// A smaller change is noise, or the clock's drift.
    const STEP: u64 = 1_000_000;

    /// Returns the offset when the wall clock shows `wall` at `now`.
    pub fn between(now: Timestamp, wall: Timestamp) -> Self {
        Self { micros: wall.micros_since(now) }
    }

    /// Returns what the wall clock, as currently set, would have shown at `at`.
    pub const fn wall(self, at: Timestamp) -> Timestamp {
        at.shifted(self.micros)
    }

    /// Returns the offset of `micros` µs, negative if the wall clock is behind.
    pub const fn from_micros(micros: i64) -> Self {
        Self { micros }
    }

    /// Returns the offset in µs.
    pub const fn as_micros(self) -> i64 {
        self.micros
    }

    /// Returns the offset in s, rounded towards zero.
    pub const fn as_secs(self) -> i64 {
        self.micros / 1_000_000
    }

    /// Whether the wall clock was corrected by more than a second since `before`.
    pub const fn is_step_from(self, before: Self) -> bool {
        self.micros.abs_diff(before.micros) > Self::STEP
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}s", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    /// Saturates at the end of time.
    fn add(self, after: Duration) -> Self {
        let micros = u64::try_from(after.as_micros()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(micros))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    /// Saturates at the epoch.
    fn sub(self, before: Duration) -> Self {
        let micros = u64::try_from(before.as_micros()).unwrap_or(u64::MAX);
        Self(self.0.saturating_sub(micros))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_utc_with_milliseconds() {
        let time = Timestamp::from_micros(1_700_000_000_123_999);
        assert_eq!(time.rfc3339().to_string(), "2023-11-14T22:13:20.123Z");
        assert_eq!(Timestamp::from_secs(0).rfc3339().to_string(), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn an_offset_leads_to_the_wall_clock_and_small_changes_are_no_step() {
        let [now, wall] = [1_000, 400].map(Timestamp::from_secs);
        let behind = WallOffset::between(now, wall);
        assert_eq!((behind.as_secs(), behind.wall(now)), (-600, wall));
        assert_eq!(WallOffset::between(wall, now).wall(wall), now);
        assert_eq!(behind.wall(Timestamp::from_secs(1)), Timestamp::from_secs(0));
        assert!(behind.is_step_from(WallOffset::default()));
        let drifted = WallOffset::between(now, wall + Duration::from_millis(900));
        assert!(!drifted.is_step_from(behind) && !behind.is_step_from(drifted));
    }

    #[test]
    fn differences_never_go_below_zero() {
        let early = Timestamp::from_secs(5);
        let late = early + Duration::from_secs(3);
        assert_eq!(late.since(early), Duration::from_secs(3));
        assert_eq!(early.since(late), Duration::ZERO);
        assert_eq!(early - Duration::from_secs(9), Timestamp::from_secs(0));
    }
}
