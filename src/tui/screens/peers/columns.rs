//! The columns of the Peers screen. A row of the table gives a column's title, name, width, rank, and the
//! value that it shows and sorts by.

use crate::snapshot::SortValue::{
    self, Age, Bytes, Count, Delay, FeeRate, Height, Lead, Network, Offset, Share, State, Text,
};
use crate::snapshot::{Liveness, PeerRow, PeerStatsRow, SortKey};
use crate::tui::context::Context;
use crate::tui::widgets::format;
use crate::tui::widgets::table::{Align, Cell, Head, Width, between, exactly};
use crate::tui::wording::peer;

/// A column of the list.
#[derive(Clone, Copy, Debug)]
pub struct PeerColumn {
    pub head: Head,
    /// The name completes "by …".
    pub sort: SortKey,
    /// Draws the cell if the value alone is not enough.
    special: Option<fn(&PeerStatsRow, &Context, usize) -> Cell>,
}

/// The column that needs a database of autonomous systems.
pub const AUTONOMOUS_SYSTEM: &str = "autonomous system";

/// The column that is empty unless the peers belong to sensors.
pub const SENSOR: &str = "sensor";

/// The columns from left to right.
pub const COLUMNS: &[PeerColumn] = &[
    word("", "state", exactly(1), 0, |peer| Some(State(rank(&peer.row.liveness)))).cell(state),
    word("address", "address", between(18, 18, 30), 1, |peer| Some(Text(peer.row.address.to_string())))
        .cell(address),
    word("sensor", SENSOR, between(6, 10, 16), 2, |peer| peer.stats.sensor.as_deref().and_then(text)),
    word("user agent", "user agent", between(14, 14, 24), 6, |peer| text(&agent(&peer.row))),
    word("network", "network", exactly(7), 20, |peer| peer.stats.network.map(Network)),
    word("netgroup", "netgroup", between(12, 12, 16), 24, |peer| {
        peer.stats.netgroup.map(|group| Text(group.to_string()))
    }),
    word("transport", "transport", exactly(9), 14, |peer| {
        peer.stats.transport.map(|transport| Text(transport.to_string()))
    }),
    figure("connected", "connection time", 9, 13, |peer| peer.stats.connected_for.map(Age)),
    figure("dials", "number of dials", 6, 22, |peer| Some(Count(peer.stats.dials.into()))),
    figure("ping", "last ping", 7, 2, |peer| peer.stats.ping.last.map(Delay)),
    figure("min", "minimum ping", 7, 10, |peer| peer.stats.ping.min.map(Delay)),
    figure("median", "median ping", 8, 5, |peer| peer.stats.ping.median.map(Delay)),
    figure("p95", "ping p95", 7, 11, |peer| peer.stats.ping.p95.map(Delay)),
    figure("jitter", "ping jitter", 7, 16, |peer| peer.stats.ping.jitter.map(Delay)),
    figure("answer", "median answer time", 8, 4, |peer| peer.stats.answer.median.map(Delay)),
    figure("answer p95", "answer time p95", 10, 17, |peer| peer.stats.answer.p95.map(Delay)),
    figure("answer − ping", "answer time − ping", 13, 18, |peer| peer.stats.answer.over_ping.map(Delay)),
    figure("notfound", "share of notfound", 8, 12, |peer| peer.stats.all.not_found_rate().map(Share)),
    figure("inv", "announcements", 6, 3, |peer| Some(Count(peer.stats.all.announced))),
    figure("first", "share announced first", 7, 7, |peer| peer.stats.all.first_share().map(Share)),
    figure("lag", "median lag (below 5 s: noise)", 6, 8, |peer| peer.stats.lag.map(Delay)),
    figure("unserved", "announced but not served", 8, 19, |peer| Some(Count(peer.stats.all.unserved()))),
    figure("duplicates", "share of duplicates", 10, 21, |peer| peer.stats.all.repeated_share().map(Share)),
    figure("unique", "unique announcements", 6, 15, |peer| Some(Count(peer.stats.all.only))),
    figure("tx", "transactions served", 6, 9, |peer| Some(Count(peer.stats.all.served))),
    figure("fee filter", "fee filter", 11, 23, |peer| peer.stats.fee_filter.map(FeeRate)),
    figure("clock", "clock offset", 7, 25, |peer| peer.stats.clock_offset.map(Offset)),
    figure("height", "best height", 9, 26, |peer| peer.stats.best_height.map(Height)),
    figure("block lead", "block lead", 10, 27, |peer| peer.stats.block_lead.map(Lead)),
    word("AS", AUTONOMOUS_SYSTEM, between(8, 20, 34), 30, |peer| {
        peer.stats.autonomous_system.as_ref().map(|system| Text(system.to_string()))
    }),
    figure("received", "bytes received", 8, 28, |peer| Some(Bytes(peer.stats.bytes_received))),
    figure("sent", "bytes sent", 7, 29, |peer| Some(Bytes(peer.stats.bytes_sent))),
];

impl PeerColumn {
    const fn cell(self, special: fn(&PeerStatsRow, &Context, usize) -> Cell) -> Self {
        Self { special: Some(special), ..self }
    }

    /// Draws the cell of a peer.
    pub fn draw(&self, peer: &PeerStatsRow, cx: &Context, width: usize) -> Cell {
        match (self.special, (self.sort.value)(peer)) {
            (Some(draw), _) => draw(peer, cx, width),
            (None, Some(value)) => Cell::new(shown(value, cx), cx.theme.text()),
            (None, None) => Cell::new(format::UNKNOWN, cx.theme.muted()),
        }
    }
}

/// A left-aligned column of words.
const fn word(
    title: &'static str,
    name: &'static str,
    width: Width,
    rank: u8,
    value: fn(&PeerStatsRow) -> Option<SortValue>,
) -> PeerColumn {
    let head = Head { title, align: Align::Left, width, rank };
    PeerColumn { head, sort: SortKey { name, value }, special: None }
}

/// A right-aligned column of figures.
const fn figure(
    title: &'static str,
    name: &'static str,
    cells: usize,
    rank: u8,
    value: fn(&PeerStatsRow) -> Option<SortValue>,
) -> PeerColumn {
    let head = Head { title, align: Align::Right, width: exactly(cells), rank };
    PeerColumn { head, sort: SortKey { name, value }, special: None }
}

fn shown(value: SortValue, cx: &Context) -> String {
    match value {
        State(rank) => rank.to_string(),
        Text(text) => text,
        Network(network) => network.to_string(),
        Count(count) => format::brief(count),
        Bytes(bytes) => format::bytes(bytes),
        Share(share) => format::share(share),
        Delay(delay) => format::ping(delay),
        Age(age) => format::span(age + cx.drift),
        FeeRate(rate) => format!("{} sat/vB", format::fee_floor(rate)),
        Height(height) => format::grouped(height.into()),
        Offset(seconds) => {
            format!("{:+} s", seconds.saturating_sub(cx.snapshot.wall_offset.as_secs()))
        }
        Lead(millis) => format!("{millis:+} ms"),
    }
}

fn state(peer: &PeerStatsRow, cx: &Context, _width: usize) -> Cell {
    let (mark, style) = cx.theme.liveness(&peer.row.liveness);
    Cell::new(mark, style)
}

fn address(peer: &PeerStatsRow, cx: &Context, width: usize) -> Cell {
    Cell::new(peer::short_address(&peer.row.address, width, cx.snapshot.network), cx.theme.text())
}

fn agent(row: &PeerRow) -> String {
    match peer::purpose(row.kind) {
        Some(purpose) => purpose.to_owned(),
        None if row.blocks_only => "blocks only".to_owned(),
        None => peer::agent(&row.user_agent),
    }
}

fn text(text: &str) -> Option<SortValue> {
    (!text.is_empty()).then(|| Text(text.to_owned()))
}

/// The sort order of states: live peers first, those never to be redialled last.
const fn rank(liveness: &Liveness) -> u8 {
    match liveness {
        Liveness::Live => 0,
        Liveness::Late { .. } => 1,
        Liveness::Handshake { .. } => 2,
        Liveness::Dialling { .. } => 3,
        Liveness::Disconnected { retry_in: Some(_), .. } => 4,
        Liveness::Disconnected { retry_in: None, .. } => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::DisconnectReason;
    use crate::model::testing::Scene;
    use std::time::Duration;

    #[test]
    fn live_peers_come_first_and_those_that_are_not_dialled_again_last() {
        let waited = Duration::from_secs(9);
        let gone = |retry_in| Liveness::Disconnected { reason: DisconnectReason::ClosedByPeer, retry_in };
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
    fn a_short_lived_connection_says_what_it_is_for() {
        let mut scene = Scene::new();
        scene.connect_for_list(1);
        assert_eq!(agent(&scene.all().overview.peers.rows[0]), "mempool list");
    }

    #[test]
    fn every_column_has_a_sort_key_of_its_own() {
        for (at, column) in COLUMNS.iter().enumerate() {
            assert!(COLUMNS[..at].iter().all(|other| other.sort != column.sort), "{}", column.sort.name);
        }
    }
}
