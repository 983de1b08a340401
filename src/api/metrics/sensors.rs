//! Metrics of sensors, if events come from sensors.

use super::family::{Family, label, number};
use crate::event::SensorReport;
use crate::snapshot::SensorRow;

pub(super) fn families(sensors: &[SensorRow]) -> Vec<Family> {
    let gauge = |name, help, value: fn(&SensorRow) -> Option<f64>| {
        sensors.iter().fold(Family::gauge(name, help), |family, row| {
            family.at(label("sensor", row.name.to_string()), value(row))
        })
    };
    let counter = |name, help, value: fn(&SensorReport) -> u64| {
        sensors
            .iter()
            .filter_map(|row| Some((row, row.report.as_ref()?)))
            .fold(Family::counter(name, help), |family, (row, report)| {
                family.count(label("sensor", row.name.to_string()), value(report))
            })
    };
    vec![
        gauge("mempulse_sensor_up", "Whether the sensor is live", |row| {
            Some(if row.stale_for.is_none() { 1.0 } else { 0.0 })
        }),
        gauge("mempulse_sensor_live_peers", "Its live peers, by its own count", |row| {
            row.report.as_ref().map(|report| f64::from(report.live_peers))
        }),
        gauge("mempulse_sensor_lag_seconds", "Time that its last status took to this program", |row| {
            row.report.as_ref().map(|report| report.lag.as_secs_f64())
        }),
        gauge("mempulse_sensor_clock_offset_seconds", "Its clock minus that of this machine", |row| {
            let clock = row.report.as_ref()?.clock?;
            let size = number(clock.ahead_us.unsigned_abs()) / 1e6;
            Some(if clock.ahead_us < 0 { -size } else { size })
        }),
        gauge("mempulse_sensor_clock_uncertainty_seconds", "How far that offset may be wrong", |row| {
            Some(row.report.as_ref()?.clock?.uncertainty.as_secs_f64())
        }),
        gauge("mempulse_sensor_waiting_messages", "Messages waiting at the sensor", |row| {
            row.report.as_ref().map(|report| number(report.waiting))
        }),
        counter("mempulse_sensor_events", "Events that it published in this run", |report| report.events),
        counter(
            "mempulse_sensor_lost_events",
            "Events that it published but that did not arrive",
            |report| report.lost,
        ),
        counter("mempulse_sensor_late_events", "Events that came too late to be put in order", |report| {
            report.late
        }),
        counter(
            "mempulse_sensor_missing_bodies",
            "Events whose transaction or block did not arrive",
            |report| report.missing_bodies,
        ),
        counter("mempulse_sensor_dropped_messages", "Messages that it dropped in this run", |report| {
            report.dropped
        }),
        counter(
            "mempulse_sensor_refused_messages",
            "Messages refused because they are not a sensor's",
            |report| report.refused,
        ),
    ]
}
