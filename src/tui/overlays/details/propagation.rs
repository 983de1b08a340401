//! The propagation of a transaction, in its details.
//!
//! ```text
//! Announced by 6 of 8 peers: half within 1.24 s
//!  203.0.113.5:8333        ●───────────────     first
//!  [2001:db8::7]:8333      ──●───────────── +1.20 s
//! ```

use super::document::heading;
use crate::snapshot::TransactionDetail;
use crate::tui::context::Context;
use crate::tui::widgets::{chart, format, text};
use crate::tui::wording::peer::address;
use ratatui::text::{Line, Span};
use std::time::Duration;

/// The width of the time line, in cells, and that of a line with room for one.
const TRACK: usize = 16;
const WITH_TRACK: usize = 50;

/// The cells of a delay.
const DELAY: usize = 9;

/// Lists the peers in the order of their announcements.
pub fn lines(cx: &Context, transaction: &TransactionDetail, cells: usize) -> Vec<Line<'static>> {
    let row = &transaction.row;
    let announcements = &transaction.announcements;
    let [half, all] = transaction.spread.map(|delay| delay.map(after));
    let spread =
        [half.map(|delay| format!("half within {delay}")), all.map(|delay| format!("all within {delay}"))];
    let spread: Vec<String> = spread.into_iter().flatten().collect();
    let colon = if spread.is_empty() { "" } else { ": " };
    let title = format!(
        "Announced by {} of {}{colon}",
        row.announced_by,
        format::plural(row.announcers as u64, "peer")
    );
    let mut lines = by_sensor(cx, transaction, cells);
    lines.push(heading(cx, format!("{title}{}", spread.join(", "))));
    let longest = announcements.last().map_or(Duration::ZERO, |(_, delay)| *delay);
    let track = if cells >= WITH_TRACK { TRACK } else { 0 };
    let room = cells.saturating_sub(DELAY + 1 + track + 1).min(48);
    for (peer, delay) in announcements {
        let label = if delay.is_zero() { "first".to_owned() } else { format!("+{}", after(*delay)) };
        lines.push(Line::from(vec![
            Span::raw(text::left(&text::cut_middle(&address(peer.as_ref()), room), room + 1)),
            Span::styled(chart::moment(*delay, longest, track), cx.theme.chart()),
            Span::styled(text::right(&label, DELAY), cx.theme.muted()),
        ]));
    }
    lines
}

/// Lists the sensors in the order in which they saw the transaction, if any.
fn by_sensor(cx: &Context, transaction: &TransactionDetail, cells: usize) -> Vec<Line<'static>> {
    let sensors = &transaction.sensors;
    if sensors.is_empty() {
        return Vec::new();
    }
    let of = format::plural(cx.snapshot.sensor_count as u64, "sensor");
    let mut lines = vec![heading(cx, format!("Seen by {} of {of}", format::count(sensors.len())))];
    let longest = sensors.last().map_or(Duration::ZERO, |last| last.delay);
    let track = if cells >= WITH_TRACK { TRACK } else { 0 };
    for seen in sensors {
        let room = cells.saturating_sub(DELAY * 2 + 2 + track).min(33);
        let label = if seen.delay.is_zero() { "first".to_owned() } else { format!("+{}", after(seen.delay)) };
        let uncertainty = seen.uncertainty.map_or_else(String::new, format::uncertainty);
        lines.push(Line::from(vec![
            Span::raw(text::left(&text::cut(&seen.name, room), room + 1)),
            Span::styled(chart::moment(seen.delay, longest, track), cx.theme.chart()),
            Span::styled(text::right(&label, DELAY), cx.theme.muted()),
            Span::styled(text::right(&uncertainty, DELAY), cx.theme.muted()),
        ]));
    }
    lines.push(Line::default());
    lines
}

/// A delay after the first announcement: `430 ms`, `2.31 s`, `3 min`.
fn after(delay: Duration) -> String {
    if delay < Duration::from_secs(1) {
        format!("{} ms", delay.as_millis())
    } else if delay < Duration::from_secs(100) {
        format!("{:.2} s", delay.as_secs_f64())
    } else {
        format::span(delay)
    }
}
