//! The columns of the Peers screen: title, width, rank, sort key and cell of each.

use crate::snapshot::{Liveness, PeerStatsRow};
use crate::snapshot::{SortKey, SortValue};
use crate::tui::context::Context;
use crate::tui::widgets::table::{Align, Cell, Column, Width, between, column, exactly};
use crate::tui::widgets::{format, text};
use crate::tui::wording::peer;
use std::time::Duration;

/// A column, and what the list is sorted by when it is chosen for that.
#[derive(Clone, Copy, Debug)]
pub struct PeerColumn {
    /// The key; its name completes "by …".
    pub sort: SortKey,
    pub column: Column<PeerStatsRow>,
}

/// The columns from left to right.
pub const COLUMNS: [PeerColumn; 30] = [
    word(
        "",
        "state",
        exactly(1),
        0,
        |peer| Some(SortValue::Number(rank(&peer.row.liveness))),
        |peer, cx, _| {
            let (mark, style) = cx.theme.liveness(&peer.row.liveness);
            Cell::new(mark, style)
        },
    ),
    word(
        "address",
        "address",
        between(18, 18, 30),
        1,
        |peer| text(&peer.row.address),
        |peer, cx, width| Cell::new(text::cut_middle(&peer.row.address, width), cx.theme.text()),
    ),
    word(
        "agent",
        "user agent",
        between(14, 14, 24),
        6,
        |peer| text(&peer.row.user_agent),
        |peer, cx, _| known(agent(peer), cx),
    ),
    word(
        "net",
        "network",
        exactly(5),
        20,
        |peer| peer.stats.network.map(|network| SortValue::Number(f64::from(network as u8))),
        |peer, cx, _| known(peer.stats.network.map(|network| network.to_string()), cx),
    ),
    word(
        "group",
        "netgroup",
        between(12, 12, 16),
        24,
        |peer| peer.stats.netgroup.as_deref().and_then(text),
        |peer, cx, _| known(peer.stats.netgroup.clone(), cx),
    ),
    word(
        "v",
        "transport",
        exactly(2),
        14,
        |peer| peer.stats.transport.as_deref().and_then(text),
        |peer, cx, _| {
            known(peer.stats.transport.as_ref().map(|transport| transport.chars().take(2).collect()), cx)
        },
    ),
    figure(
        "for",
        "time connected",
        exactly(6),
        13,
        |peer| time(peer.stats.connected_for),
        |peer, cx, _| known(peer.stats.connected_for.map(|time| format::span(time + cx.drift)), cx),
    ),
    figure(
        "dials",
        "number of dials",
        exactly(6),
        22,
        |peer| count(u64::from(peer.stats.dials)),
        |peer, cx, _| known(Some(format::brief(u64::from(peer.stats.dials))), cx),
    ),
    figure(
        "ping",
        "last ping",
        exactly(7),
        2,
        |peer| time(peer.stats.ping.last),
        |peer, cx, _| known(peer.stats.ping.last.map(format::ping), cx),
    ),
    figure(
        "min",
        "shortest ping",
        exactly(7),
        10,
        |peer| time(peer.stats.ping.min),
        |peer, cx, _| known(peer.stats.ping.min.map(format::ping), cx),
    ),
    figure(
        "median",
        "median ping",
        exactly(8),
        5,
        |peer| time(peer.stats.ping.median),
        |peer, cx, _| known(peer.stats.ping.median.map(format::ping), cx),
    ),
    figure(
        "p95",
        "ping, 95th percentile",
        exactly(7),
        11,
        |peer| time(peer.stats.ping.p95),
        |peer, cx, _| known(peer.stats.ping.p95.map(format::ping), cx),
    ),
    figure(
        "jitter",
        "jitter of pings",
        exactly(7),
        16,
        |peer| time(peer.stats.ping.jitter),
        |peer, cx, _| known(peer.stats.ping.jitter.map(format::ping), cx),
    ),
    figure(
        "answer",
        "median answer",
        exactly(8),
        4,
        |peer| time(peer.stats.answer.median),
        |peer, cx, _| known(peer.stats.answer.median.map(format::ping), cx),
    ),
    figure(
        "its p95",
        "answer, 95th percentile",
        exactly(8),
        17,
        |peer| time(peer.stats.answer.p95),
        |peer, cx, _| known(peer.stats.answer.p95.map(format::ping), cx),
    ),
    figure(
        "-ping",
        "answer beyond the ping",
        exactly(7),
        18,
        |peer| time(peer.stats.answer.over_ping),
        |peer, cx, _| known(peer.stats.answer.over_ping.map(format::ping), cx),
    ),
    figure(
        "absent",
        "share not found",
        exactly(7),
        12,
        |peer| share(peer.stats.all.not_found_rate()),
        |peer, cx, _| known(peer.stats.all.not_found_rate().map(format::share), cx),
    ),
    figure(
        "inv",
        "announcements",
        exactly(6),
        3,
        |peer| count(peer.stats.all.announced),
        |peer, cx, _| known(Some(format::brief(peer.stats.all.announced)), cx),
    ),
    figure(
        "first",
        "share announced first",
        exactly(7),
        7,
        |peer| share(peer.stats.all.first_share()),
        |peer, cx, _| known(peer.stats.all.first_share().map(format::share), cx),
    ),
    figure(
        "lag",
        "median lag (below 5 s: noise)",
        exactly(6),
        8,
        |peer| time(peer.stats.lag),
        |peer, cx, _| known(peer.stats.lag.map(format::age), cx),
    ),
    figure(
        "unsrv",
        "announced but not served",
        exactly(6),
        19,
        |peer| count(peer.stats.all.unserved()),
        |peer, cx, _| known(Some(format::brief(peer.stats.all.unserved())), cx),
    ),
    figure(
        "again",
        "share announced again",
        exactly(7),
        21,
        |peer| share(peer.stats.all.repeated_share()),
        |peer, cx, _| known(peer.stats.all.repeated_share().map(format::share), cx),
    ),
    figure(
        "only",
        "announced by it alone",
        exactly(6),
        15,
        |peer| count(peer.stats.all.only),
        |peer, cx, _| known(Some(format::brief(peer.stats.all.only)), cx),
    ),
    figure(
        "tx",
        "transactions served",
        exactly(6),
        9,
        |peer| count(peer.stats.all.served),
        |peer, cx, _| known(Some(format::brief(peer.stats.all.served)), cx),
    ),
    figure(
        "floor",
        "fee filter",
        exactly(7),
        23,
        |peer| count(peer.stats.fee_filter),
        |peer, cx, _| known(peer.stats.fee_filter.map(format::fee_floor), cx),
    ),
    figure(
        "clock",
        "clock against ours",
        exactly(7),
        25,
        |peer| signed(peer.stats.clock_offset),
        |peer, cx, _| known(peer.stats.clock_offset.map(|offset| format!("{offset:+} s")), cx),
    ),
    figure(
        "height",
        "best height",
        exactly(9),
        26,
        |peer| count(peer.stats.best_height.map(u64::from)),
        |peer, cx, _| known(peer.stats.best_height.map(|height| format::grouped(u64::from(height))), cx),
    ),
    figure(
        "blocks",
        "lead with blocks",
        exactly(8),
        27,
        |peer| signed(peer.stats.block_lead),
        |peer, cx, _| known(peer.stats.block_lead.map(|lead| format!("{lead:+} ms")), cx),
    ),
    figure(
        "↓",
        "bytes received",
        exactly(7),
        28,
        |peer| count(peer.stats.bytes_received),
        |peer, cx, _| known(Some(format::bytes(peer.stats.bytes_received)), cx),
    ),
    figure(
        "↑",
        "bytes sent",
        exactly(7),
        29,
        |peer| count(peer.stats.bytes_sent),
        |peer, cx, _| known(Some(format::bytes(peer.stats.bytes_sent)), cx),
    ),
];

/// A column of words.
const fn word(
    title: &'static str,
    name: &'static str,
    width: Width,
    rank: u8,
    value: fn(&PeerStatsRow) -> Option<SortValue>,
    cell: fn(&PeerStatsRow, &Context, usize) -> Cell,
) -> PeerColumn {
    PeerColumn { sort: SortKey { name, value }, column: column(title, Align::Left, width, rank, cell) }
}

/// A column of figures.
const fn figure(
    title: &'static str,
    name: &'static str,
    width: Width,
    rank: u8,
    value: fn(&PeerStatsRow) -> Option<SortValue>,
    cell: fn(&PeerStatsRow, &Context, usize) -> Cell,
) -> PeerColumn {
    PeerColumn { sort: SortKey { name, value }, column: column(title, Align::Right, width, rank, cell) }
}

fn known(value: Option<String>, cx: &Context) -> Cell {
    let style = if value.is_some() { cx.theme.text() } else { cx.theme.muted() };
    Cell::new(format::known(value), style)
}

fn agent(peer: &PeerStatsRow) -> Option<String> {
    match &peer.row {
        row if row.blocks_only => Some("blocks only".to_owned()),
        row => (!row.user_agent.is_empty()).then(|| peer::agent(&row.user_agent)),
    }
}

fn text(text: &str) -> Option<SortValue> {
    (!text.is_empty()).then(|| SortValue::Text(text.to_owned()))
}

fn time(time: Option<Duration>) -> Option<SortValue> {
    time.map(|time| SortValue::Number(time.as_secs_f64()))
}

fn share(share: Option<f32>) -> Option<SortValue> {
    share.map(|share| SortValue::Number(share.into()))
}

#[expect(clippy::cast_precision_loss, reason = "rows that differ in the 53rd bit are equal on screen")]
fn count(count: impl Into<Option<u64>>) -> Option<SortValue> {
    count.into().map(|count| SortValue::Number(count as f64))
}

#[expect(clippy::cast_precision_loss, reason = "rows that differ in the 53rd bit are equal on screen")]
fn signed(number: Option<i64>) -> Option<SortValue> {
    number.map(|number| SortValue::Number(number as f64))
}

/// Live peers come first, and those that are not dialled again last.
fn rank(liveness: &Liveness) -> f64 {
    match liveness {
        Liveness::Live => 0.0,
        Liveness::Late { .. } => 1.0,
        Liveness::Handshake { .. } => 2.0,
        Liveness::Dialling { .. } => 3.0,
        Liveness::Gone { retry_in: Some(_), .. } => 4.0,
        Liveness::Gone { retry_in: None, .. } => 5.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::DisconnectReason;

    #[test]
    fn live_peers_come_first_and_those_that_are_not_dialled_again_last() {
        let waited = Duration::from_secs(9);
        let gone = |retry_in| Liveness::Gone { reason: DisconnectReason::ClosedByPeer, retry_in };
        let states = [
            Liveness::Live,
            Liveness::Late { waiting: waited },
            Liveness::Handshake { elapsed: waited },
            Liveness::Dialling { elapsed: waited, attempt: 1 },
            gone(Some(waited)),
            gone(None),
        ];
        assert!(states.iter().map(rank).is_sorted());
    }

    #[test]
    fn every_column_has_a_sort_key_of_its_own() {
        for (at, column) in COLUMNS.iter().enumerate() {
            assert!(COLUMNS[..at].iter().all(|other| other.sort != column.sort), "{}", column.sort.name);
        }
    }
}
