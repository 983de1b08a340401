//! Times of day in the user's time zone.

use crate::util::time::Timestamp;
use jiff::tz::TimeZone;

/// The time of day to the minute, e.g. `05:33`.
pub fn minute(at: Timestamp, zone: &TimeZone) -> String {
    local(at, zone, "%H:%M")
}

/// The month and the day, e.g. `11-23`.
pub fn day(at: Timestamp, zone: &TimeZone) -> String {
    local(at, zone, "%m-%d")
}

/// The time of day, e.g. `05:33:12`.
pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    local(at, zone, "%H:%M:%S")
}

/// The time of day with milliseconds, e.g. `05:33:12.120`.
pub fn time_ms(at: Timestamp, zone: &TimeZone) -> String {
    local(at, zone, "%H:%M:%S%.3f")
}

/// The date and the time of day, e.g. `2026-11-23 05:33:12`.
pub fn date_time(at: Timestamp, zone: &TimeZone) -> String {
    local(at, zone, "%Y-%m-%d %H:%M:%S")
}

/// The date and the time of day for a file name, e.g. `20261123-053312`.
pub fn stamp(at: Timestamp, zone: &TimeZone) -> String {
    local(at, zone, "%Y%m%d-%H%M%S")
}

fn local(at: Timestamp, zone: &TimeZone, format: &str) -> String {
    let micros = i64::try_from(at.as_micros()).unwrap_or(i64::MAX);
    jiff::Timestamp::from_microsecond(micros)
        .map(|time| time.to_zoned(zone.clone()).strftime(format).to_string())
        .unwrap_or_default()
}
