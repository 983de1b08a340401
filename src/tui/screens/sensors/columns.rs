//! The columns of the sensors.

use crate::event::{ClockOffset, SensorReport};
use crate::snapshot::SensorRow;
use crate::tui::context::Context;
use crate::tui::widgets::format;
use crate::tui::widgets::table::{Align, Cell, Column, between, column, exactly};
use std::time::Duration;

/// The columns from left to right.
pub const COLUMNS: [Column<SensorRow>; 12] = [
    column("sensor", Align::Left, between(9, 16, 32), 0, |row, cx, _| {
        let style = if row.stale_for.is_some() { cx.theme.muted() } else { cx.theme.strong() };
        Cell::new(row.name.as_ref(), style)
    }),
    column("state", Align::Left, exactly(11), 1, |row, cx, _| match row.stale_for {
        Some(age) => Cell::new(format!("stale {}", cx.age(age + cx.drift)), cx.theme.bad()),
        None if row.report.is_none() => Cell::new("joining", cx.theme.muted()),
        None => Cell::new("live", cx.theme.good()),
    }),
    column("peers", Align::Right, exactly(5), 2, |row, cx, _| {
        present(cx, row, |report| Some(format::brief(report.live_peers.into())))
    }),
    column("events/s", Align::Right, exactly(8), 3, |row, cx, _| {
        Cell::new(format::whole(row.rate), cx.theme.text())
    }),
    column("lag", Align::Right, exactly(7), 4, |row, cx, _| {
        present(cx, row, |report| Some(format::ping(report.lag)))
    }),
    column("clock", Align::Right, between(16, 18, 20), 5, |row, cx, _| {
        present(cx, row, |report| report.clock.map(offset))
    }),
    column("lost", Align::Right, exactly(6), 6, |row, cx, _| loss(cx, row, |report| report.lost)),
    column("dropped", Align::Right, exactly(7), 7, |row, cx, _| loss(cx, row, |report| report.dropped)),
    column("waiting", Align::Right, exactly(7), 8, |row, cx, _| {
        figure(cx, row, |report| format::brief(report.waiting))
    }),
    column("bodies", Align::Right, exactly(7), 10, |row, cx, _| {
        loss(cx, row, |report| report.missing_bodies)
    }),
    column("late", Align::Right, exactly(7), 11, |row, cx, _| loss(cx, row, |report| report.late)),
    column("version", Align::Left, between(7, 10, 20), 9, |row, cx, _| {
        figure(cx, row, |report| report.program.clone())
    }),
];

/// A current figure, unknown if the sensor is silent.
fn present(cx: &Context, row: &SensorRow, of: fn(&SensorReport) -> Option<String>) -> Cell {
    match row.report.as_ref().filter(|_| row.stale_for.is_none()).and_then(of) {
        Some(figure) => Cell::new(figure, cx.theme.text()),
        None => Cell::new(format::UNKNOWN, cx.theme.muted()),
    }
}

/// The last known figure.
fn figure(cx: &Context, row: &SensorRow, of: fn(&SensorReport) -> String) -> Cell {
    match &row.report {
        Some(report) if row.stale_for.is_none() => Cell::new(of(report), cx.theme.text()),
        Some(report) => Cell::new(of(report), cx.theme.muted()),
        None => Cell::new(format::UNKNOWN, cx.theme.muted()),
    }
}

/// A figure that should be 0.
fn loss(cx: &Context, row: &SensorRow, of: fn(&SensorReport) -> u64) -> Cell {
    match row.report.as_ref().map(of) {
        None => Cell::new(format::UNKNOWN, cx.theme.muted()),
        Some(0) => Cell::new("0", cx.theme.muted()),
        Some(count) => Cell::new(format::brief(count), cx.theme.warning()),
    }
}

/// The offset of a clock from ours.
pub fn offset(clock: ClockOffset) -> String {
    let ahead = Duration::from_micros(clock.ahead_us.unsigned_abs());
    let sign = if clock.ahead_us < 0 { '−' } else { '+' };
    format!("{sign}{} {}", format::ping(ahead), format::uncertainty(clock.uncertainty))
}
