//! What the made-up peers are worth.

use mempulse::event::{AddressCounts, AddressNetwork};
use mempulse::snapshot::view::WorthView;
use mempulse::snapshot::{
    AnswerFigures, HeatCell, HeatMap, Liveness, LostPeer, PeerRow, PeerStats, PeersScreen, PingFigures,
    RelayCounts, TxKey, Window, WorthRow,
};
use std::time::Duration;

/// The Peers screen that `view` asks for; all of it, for there are few peers.
pub fn screen(view: &WorthView, peers: &[PeerRow]) -> PeersScreen {
    let rows: Vec<WorthRow> =
        peers.iter().map(|row| WorthRow { row: row.clone(), worth: worth(row) }).collect();
    let selected = view.window.selected.and_then(|id| rows.iter().position(|peer| peer.row.id == id));
    let lost = peers.iter().filter_map(|row| match &row.liveness {
        Liveness::Gone { reason, retry_in } => Some(LostPeer {
            id: row.id,
            address: row.address.clone(),
            reason: reason.clone(),
            lost_for: Duration::from_secs(12),
            retry_in: *retry_in,
        }),
        _ => None,
    });
    let cells = [HeatCell::First, HeatCell::Silent, HeatCell::Within5s, HeatCell::Within1s, HeatCell::Later];
    let heat = |peer: usize| (0..50).map(|tx| cells[(tx * 3 + peer) % cells.len()]).collect();
    PeersScreen {
        sort: view.sort,
        lost: lost.collect(),
        book: vec![
            AddressCounts { network: AddressNetwork::Ipv4, untried: 12_000, good: 211, failing: 90 },
            AddressCounts { network: AddressNetwork::Onion, untried: 3_100, good: 0, failing: 0 },
        ],
        heat: HeatMap {
            transactions: (1..=50).map(TxKey).collect(),
            rows: (0..rows.len()).map(heat).collect(),
        },
        peers: Window {
            total: rows.len(),
            offset: Some(0),
            more_above: false,
            more_below: false,
            rows,
            selected,
        },
    }
}

/// Nothing is known of a peer that has never been connected.
pub fn worth(row: &PeerRow) -> PeerStats {
    if row.user_agent.is_empty() {
        return PeerStats { network: Some(AddressNetwork::Ipv4), dials: 2, ..PeerStats::default() };
    }
    let ms = |ms| Some(Duration::from_millis(ms));
    let step = row.id.0;
    let counts = RelayCounts {
        announced: 4_211 + step,
        repeated: 12,
        confirmed: 3_900,
        first: 700 + step * 31,
        only: step,
        requested: 800,
        served: 780,
        not_found: 15,
        timed_out: 5,
    };
    PeerStats {
        network: Some(AddressNetwork::Ipv4),
        netgroup: Some("203.0/16".to_owned()),
        transport: Some(if step.is_multiple_of(2) { "v2 a1b2c3d4" } else { "v1" }.to_owned()),
        connected_for: Some(Duration::from_secs(3_700 + step)),
        dials: 1,
        ping: PingFigures { last: row.ping, min: row.ping_min, median: ms(42), p95: ms(61), jitter: ms(3) },
        answer: AnswerFigures { median: ms(48), p95: ms(190), over_ping: ms(6) },
        recent: RelayCounts { announced: 900, confirmed: 800, first: 90, ..counts },
        all: counts,
        lag: ms(1_240),
        fee_filter: Some(1_000),
        fee_filter_changes: 2,
        clock_offset: Some(-1),
        start_height: Some(923_100),
        best_height: Some(923_114),
        block_lead: Some(-120),
        bytes_received: 8_400_000,
        bytes_sent: 212_000,
        tolerated: 1,
    }
}
