//! Metrics of peers, messages and blocks.

use super::family::{Family, Labels, label, number};
use crate::api::answers::figures::Figures;
use crate::api::answers::peers::{PeerFigures, PeerList, per_vb};

/// The metrics of the network.
pub(super) fn families(figures: &Figures, peers: &PeerList) -> Vec<Family> {
    let (totals, tally) = (&figures.snapshot.totals, &figures.tally);
    let mut families = vec![
        peers.counts.iter().fold(
            Family::gauge("mempulse_peers", "Peers by state, network and transport"),
            |family, ([state, network, transport], count)| {
                let labels = [("state", *state), ("network", *network), ("transport", *transport)];
                family.at(labels.map(|(name, value)| (name, value.into())).into(), number(*count))
            },
        ),
        Family::gauge("mempulse_live_peers", "Peers whose handshake is complete, short connections aside")
            .value(number(totals.peers_live as u64)),
        peers.addresses.iter().fold(
            Family::gauge("mempulse_known_addresses", "Known addresses of peers, by network"),
            |family, counts| {
                let network = counts.network.name().to_lowercase();
                let all = counts.untried + counts.good + counts.failing;
                family.at(label("network", network), number(all as u64))
            },
        ),
        Family::histogram("mempulse_ping_seconds", "Times from a ping to its pong").durations(&tally.pings),
        Family::histogram("mempulse_answer_seconds", "Times from a request of a transaction to its arrival")
            .durations(&tally.answers),
        Family::counter("mempulse_announcements", "Entries of transaction announcements")
            .total(tally.announced),
        Family::counter("mempulse_repeated_announcements", "Entries that the same peer had announced before")
            .total(figures.repeated),
        Family::counter("mempulse_requested_transactions", "Requests for transactions")
            .total(tally.requested),
        Family::counter("mempulse_unserved_requests", "Requests for transactions that a peer did not serve")
            .count(label("reason", "not_found"), tally.not_found)
            .count(label("reason", "timed_out"), tally.timed_out),
    ];
    let mut messages = Family::counter("mempulse_messages", "Messages by type and direction");
    let mut bytes = Family::counter("mempulse_message_bytes", "Bytes of messages by type and direction");
    for ((kind, direction), [count, size]) in &tally.traffic {
        let labels = || -> Labels { vec![("type", (*kind).into()), ("direction", (*direction).into())] };
        messages = messages.count(labels(), *count);
        bytes = bytes.count(labels(), *size);
    }
    families.extend([messages, bytes]);
    families.extend([
        tally.anomalies.iter().fold(
            Family::counter("mempulse_anomalies", "Anomalies of peers that began, by kind"),
            |family, (kind, count)| family.count(label("kind", *kind), *count),
        ),
        tally.invalid.iter().fold(
            Family::counter("mempulse_invalid_data", "Times that peers sent invalid data"),
            |family, (what, count)| family.count(label("what", *what), *count),
        ),
        Family::counter("mempulse_tolerated_violations", "Violations of the protocol that were tolerated")
            .total(tally.tolerated),
        Family::counter("mempulse_blocks", "Blocks that joined the best chain").total(tally.blocks),
        Family::counter("mempulse_disconnected_blocks", "Blocks that a reorg disconnected")
            .total(tally.disconnected_blocks),
        Family::gauge("mempulse_tip_height", "Height of the best chain")
            .value(totals.tip.map(|tip| f64::from(tip.height))),
        Family::gauge("mempulse_tip_timestamp_seconds", "Time of the best block by its miner's clock")
            .value(totals.tip.map(|tip| f64::from(tip.time))),
        Family::gauge(
            "mempulse_missing_blocks",
            "New blocks of the best chain that no peer has delivered yet",
        )
        .value(f64::from(figures.snapshot.missing_blocks.map_or(0, |missing| missing.count))),
        Family::gauge(
            "mempulse_blocks_seen_ratio",
            "Share of the last blocks by size that was in the mempool before",
        )
        .value(figures.seen_in_blocks().map(f64::from)),
    ]);
    families
}

/// The metrics of each peer.
pub(super) fn per_peer(peers: &PeerList) -> Vec<Family> {
    let gauge = |name, help, value: fn(&PeerFigures) -> Option<f64>| {
        peers.listed.iter().fold(Family::gauge(name, help), |family, peer| {
            family.at(label("peer", peer.address.clone()), value(peer))
        })
    };
    let counter = |name, help, value: fn(&PeerFigures) -> u64| {
        peers.listed.iter().fold(Family::counter(name, help), |family, peer| {
            family.count(label("peer", peer.address.clone()), value(peer))
        })
    };
    vec![
        gauge("mempulse_peer_ping_seconds", "Last ping", |peer| {
            peer.stats.ping.last.map(|ping| ping.as_secs_f64())
        }),
        gauge("mempulse_peer_connected_seconds", "Age of the connection", |peer| {
            peer.stats.connected_for.map(|age| age.as_secs_f64())
        }),
        gauge(
            "mempulse_peer_fee_filter_sat_per_vbyte",
            "Fee rate below which it takes no transactions",
            |peer| peer.stats.fee_filter.map(per_vb),
        ),
        gauge("mempulse_peer_best_height", "Height of the best block that it is known to have", |peer| {
            peer.stats.best_height.map(f64::from)
        }),
        counter("mempulse_peer_announcements", "Entries of its announcements", |peer| {
            peer.stats.all.announced
        }),
        counter("mempulse_peer_served_transactions", "Transactions that it sent", |peer| {
            peer.stats.all.served
        }),
        counter("mempulse_peer_unserved_requests", "Requests that it did not serve", |peer| {
            peer.stats.all.unserved()
        }),
        counter("mempulse_peer_received_bytes", "Bytes received from it", |peer| peer.stats.bytes_received),
        counter("mempulse_peer_sent_bytes", "Bytes sent to it", |peer| peer.stats.bytes_sent),
        counter("mempulse_peer_invalid_data", "Times that it sent invalid data", |peer| peer.stats.invalid),
    ]
}
