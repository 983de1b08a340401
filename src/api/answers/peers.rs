//! `/api/peers`, and the peers for metrics.

use crate::event::{AddressCounts, PeerId};
use crate::model::peers::peer::Peer;
use crate::model::{Model, PeerStats};
use crate::query::subjects::PeerItem;
use crate::query::{Peers, Subject};
use crate::util::time::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// How many peers are listed: as many as `--peers` allows. Others are only counted.
const MAX_LISTED: usize = 1_000;

/// The word for an unknown value.
pub(in crate::api) const UNKNOWN: &str = "unknown";

/// The peers of a moment.
#[derive(Clone, Debug)]
pub(in crate::api) struct PeerList {
    /// The number of peers by state, network and transport.
    pub(in crate::api) counts: BTreeMap<[&'static str; 3], u64>,
    /// The peers, connected ones first.
    pub(in crate::api) listed: Vec<PeerFigures>,
    /// The number of known addresses, by network.
    pub(in crate::api) addresses: Vec<AddressCounts>,
}

/// A peer with its figures.
#[derive(Clone, Debug)]
pub(in crate::api) struct PeerFigures {
    pub(in crate::api) address: String,
    kind: Option<&'static str>,
    state: &'static str,
    user_agent: Option<String>,
    protocol_version: Option<i32>,
    services: Vec<String>,
    relay: Option<bool>,
    network: &'static str,
    transport: &'static str,
    pub(in crate::api) stats: PeerStats,
}

impl PeerList {
    /// Takes the peers at `now`. The cost depends on their number.
    pub(in crate::api) fn take(model: &Model, now: Timestamp) -> Self {
        let leads = model.block_relay().leads();
        let tip = model.tip().map(|tip| tip.height);
        let take = |(id, peer): (PeerId, &Peer)| {
            let stats = peer.stats(tip, leads.get(&id).copied(), now);
            (!peer.is_live(), id, PeerFigures::new(peer, stats, now))
        };
        let mut peers: Vec<_> = model.peers().iter().map(take).collect();
        peers.sort_by_key(|(is_dead, id, _)| (*is_dead, *id));
        let mut counts = BTreeMap::new();
        for (.., peer) in &peers {
            *counts.entry([peer.state, peer.network, peer.transport]).or_default() += 1;
        }
        let listed = peers.into_iter().take(MAX_LISTED).map(|(.., peer)| peer).collect();
        Self { counts, listed, addresses: model.addresses().to_vec() }
    }
}

impl PeerFigures {
    fn new(peer: &Peer, stats: PeerStats, now: Timestamp) -> Self {
        let (liveness, info) = (peer.liveness(now), peer.info());
        let item =
            PeerItem { address: peer.address(), kind: peer.kind(), liveness: &liveness, info, stats: &stats };
        let word = |name| Peers::field(name).and_then(|field| field.words(&item).next());
        Self {
            address: peer.address().to_string(),
            kind: word("kind"),
            state: word("state").unwrap_or(UNKNOWN),
            user_agent: info.map(|info| info.user_agent.clone()),
            protocol_version: info.map(|info| info.version),
            services: info.map(|info| info.services.names()).unwrap_or_default(),
            relay: info.map(|info| info.relay),
            network: word("network").unwrap_or(UNKNOWN),
            transport: word("transport").unwrap_or(UNKNOWN),
            stats,
        }
    }
}

/// The answer, with the stream's names and units.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::api) struct Listed<'a> {
    peers: Vec<Row<'a>>,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Row<'a> {
    peer: &'a str,
    sensor: Option<&'a str>,
    kind: Option<&'static str>,
    state: &'static str,
    user_agent: Option<&'a str>,
    protocol_version: Option<i32>,
    services: &'a [String],
    relay: Option<bool>,
    network: Option<&'static str>,
    transport: Option<&'static str>,
    connected_ms: Option<f64>,
    ping_ms: Option<f64>,
    ping_min_ms: Option<f64>,
    ping_median_ms: Option<f64>,
    answer_median_ms: Option<f64>,
    lag_median_ms: Option<f64>,
    announced_count: u64,
    repeated_count: u64,
    first_count: u64,
    requested_count: u64,
    served_count: u64,
    not_found_count: u64,
    timed_out_count: u64,
    invalid_count: u64,
    fee_filter: Option<f64>,
    clock_offset_ms: Option<i64>,
    best_height: Option<u32>,
    received_bytes: u64,
    sent_bytes: u64,
}

impl<'a> Listed<'a> {
    pub(in crate::api) fn of(list: &'a PeerList) -> Self {
        Self { peers: list.listed.iter().map(Row::of).collect() }
    }
}

impl<'a> Row<'a> {
    fn of(peer: &'a PeerFigures) -> Self {
        let (stats, relay) = (&peer.stats, peer.stats.all);
        let known = |word: &'static str| Some(word).filter(|word| *word != UNKNOWN);
        Self {
            peer: &peer.address,
            sensor: stats.sensor.as_deref(),
            kind: peer.kind,
            state: peer.state,
            user_agent: peer.user_agent.as_deref(),
            protocol_version: peer.protocol_version,
            services: &peer.services,
            relay: peer.relay,
            network: known(peer.network),
            transport: known(peer.transport),
            connected_ms: stats.connected_for.map(milliseconds),
            ping_ms: stats.ping.last.map(milliseconds),
            ping_min_ms: stats.ping.min.map(milliseconds),
            ping_median_ms: stats.ping.median.map(milliseconds),
            answer_median_ms: stats.answer.median.map(milliseconds),
            lag_median_ms: stats.lag.map(milliseconds),
            announced_count: relay.announced,
            repeated_count: relay.repeated,
            first_count: relay.first,
            requested_count: relay.requested,
            served_count: relay.served,
            not_found_count: relay.not_found,
            timed_out_count: relay.timed_out,
            invalid_count: stats.invalid,
            fee_filter: stats.fee_filter.map(per_vb),
            clock_offset_ms: stats.clock_offset.map(|seconds| seconds.saturating_mul(1_000)),
            best_height: stats.best_height,
            received_bytes: stats.bytes_received,
            sent_bytes: stats.bytes_sent,
        }
    }
}

/// A duration in ms, rounded to whole µs.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// A rate of sat/kvB in sat/vB.
#[expect(clippy::cast_precision_loss, reason = "a rate that a peer made up may be rounded")]
pub(in crate::api) fn per_vb(sat_per_kvb: u64) -> f64 {
    sat_per_kvb as f64 / 1e3
}
