//! Queries about peers.

use super::word;
use crate::address::PeerAddress;
use crate::event::{AddressNetwork, ConnectionKind, PeerInfo, Transport};
use crate::model::{Liveness, PeerStats};
use crate::query::field::{Field, Subject};
use crate::query::unit::Unit;
use crate::query::value::Range;

/// The peers that are connected, being dialled, or were recently dropped.
#[derive(Clone, Copy, Debug)]
pub struct Peers;

/// A peer with its figures.
#[derive(Clone, Copy, Debug)]
pub struct PeerItem<'a> {
    /// The address.
    pub address: &'a PeerAddress,
    /// What the connection is for.
    pub kind: ConnectionKind,
    /// The state of the connection.
    pub liveness: &'a Liveness,
    /// What the peer said about itself.
    pub info: Option<&'a PeerInfo>,
    /// The figures.
    pub stats: &'a PeerStats,
}

const STATES: &[&str] = &["live", "late", "dialling", "handshake", "disconnected"];
const KINDS: &[&str] = &["manual", "outbound", "addr_fetch", "mempool_fetch"];
const NETWORKS: &[&str] = &["ipv4", "ipv6", "onion", "i2p", "cjdns"];
const TRANSPORTS: &[&str] = &["v1", "v2"];

impl Subject for Peers {
    type Item<'a> = PeerItem<'a>;

    const NAME: &'static str = "peers";

    const FIELDS: &'static [Field<Self>] = &[
        Field::text("address", "address and port", |item, found| {
            found(&item.address.to_string());
            true
        }),
        Field::text("agent", "user agent", |item, found| {
            item.info.map(|info| found(&info.user_agent));
            item.info.is_some()
        }),
        Field::choice("state", STATES, "state of the connection", |item| Some(state(item.liveness))),
        Field::choice("kind", KINDS, "what the connection is for", |item| {
            Some(word(match item.kind {
                ConnectionKind::Manual => 0,
                ConnectionKind::Outbound => 1,
                ConnectionKind::AddrFetch => 2,
                ConnectionKind::MempoolFetch => 3,
            }))
        }),
        Field::choice("network", NETWORKS, "network of the address", |item| item.stats.network.map(network)),
        Field::text("netgroup", "address range that one operator is likely to control", |item, found| {
            item.stats.netgroup.map(|group| found(&group.to_string()));
            item.stats.netgroup.is_some()
        }),
        Field::text("as", "operator's network (AS24940 …), with --asn-file", |item, found| {
            item.stats.autonomous_system.as_ref().map(|system| found(&system.to_string()));
            item.stats.autonomous_system.is_some()
        }),
        Field::text("sensor", "name of the sensor, with --from", |item, found| {
            item.stats.sensor.as_deref().map(found);
            item.stats.sensor.is_some()
        }),
        Field::choice("transport", TRANSPORTS, "v1 or v2 (BIP324), while connected", |item| {
            item.stats.transport.map(|transport| match transport {
                Transport::V1 => word(0),
                Transport::V2 { .. } => word(1),
            })
        }),
        Field::flag("relay", "it relays transactions", |item| item.info.map(|info| info.relay)),
        Field::number("version", Unit::Count, "protocol version", |item| {
            item.info.map(|info| f64::from(info.version)).into()
        }),
        Field::text("services", "a service that it offers", |item, found| {
            item.info.map(|info| info.services.names().iter().any(|name| found(name)));
            item.info.is_some()
        }),
        Field::number("ping", Unit::Time, "last round-trip time", |item| item.stats.ping.last.into()),
        Field::number("ping_min", Unit::Time, "shortest of all", |item| item.stats.ping.min.into()),
        Field::number("ping_median", Unit::Time, "median of the last 120", |item| {
            item.stats.ping.median.into()
        }),
        Field::number("jitter", Unit::Time, "mean difference of consecutive pings", |item| {
            item.stats.ping.jitter.into()
        }),
        Field::number("answer", Unit::Time, "median time from a getdata to its answer", |item| {
            item.stats.answer.median.into()
        }),
        Field::number("lag", Unit::Time, "median lag behind the first announcer", |item| {
            item.stats.lag.into()
        }),
        Field::number("block_lead", Unit::Time, "median lead in announcing blocks", |item| {
            item.stats.block_lead.map(|lead| signed(lead) / 1_000.0).into()
        }),
        Field::number("connected", Unit::Time, "age of the connection", |item| {
            item.stats.connected_for.into()
        }),
        Field::number("dials", Unit::Count, "dials", |item| item.stats.dials.into()),
        Field::number("fee_filter", Unit::FeeRate, "below this it takes no transactions", |item| {
            Range::from(item.stats.fee_filter).times(1e-3)
        }),
        Field::number("clock_offset", Unit::Time, "its clock minus ours", |item| {
            item.stats.clock_offset.map(signed).into()
        }),
        Field::number("height", Unit::Count, "height of its best known block", |item| {
            item.stats.best_height.into()
        }),
        Field::number("announced", Unit::Count, "transactions that it announced", |item| {
            item.stats.all.announced.into()
        }),
        Field::number("dropped", Unit::Count, "announcements dropped because there were too many", |item| {
            item.stats.dropped.into()
        }),
        Field::number("served", Unit::Count, "transactions that it sent", |item| {
            item.stats.all.served.into()
        }),
        Field::number("unserved", Unit::Count, "requests that it did not serve", |item| {
            item.stats.all.unserved().into()
        }),
        Field::number(
            "first",
            Unit::Share,
            "share of arrived transactions that it announced first",
            |item| share(item.stats.all.first_share()),
        ),
        Field::number("repeated", Unit::Share, "share of its announcements that were duplicates", |item| {
            share(item.stats.all.repeated_share())
        }),
        Field::number("received", Unit::Bytes, "bytes received from it", |item| {
            item.stats.bytes_received.into()
        }),
        Field::number("sent", Unit::Bytes, "bytes sent to it", |item| item.stats.bytes_sent.into()),
        Field::number("invalid", Unit::Count, "times that it sent invalid data", |item| {
            item.stats.invalid.into()
        }),
        Field::number("violations", Unit::Count, "protocol violations that were tolerated", |item| {
            item.stats.tolerated.into()
        }),
    ];

    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("agent ~ \"Satoshi:2[0-9]\"", "Bitcoin Core 20 to 29"),
        ("state = live sort ping", "the fastest first"),
        ("network = onion and unserved > 10", "onion peers that leave requests unanswered"),
        ("invalid > 0 or unserved > 100", "that send invalid data or leave requests unanswered"),
        ("not relay or fee_filter > 5", "that take no cheap transactions"),
        ("ping = unknown", "without a pong on this connection so far"),
    ];
}

const fn state(liveness: &Liveness) -> u64 {
    word(match liveness {
        Liveness::Live => 0,
        Liveness::Late { .. } => 1,
        Liveness::Dialling { .. } => 2,
        Liveness::Handshake { .. } => 3,
        Liveness::Disconnected { .. } => 4,
    })
}

const fn network(network: AddressNetwork) -> u64 {
    word(match network {
        AddressNetwork::Ipv4 => 0,
        AddressNetwork::Ipv6 => 1,
        AddressNetwork::Onion => 2,
        AddressNetwork::I2p => 3,
        AddressNetwork::Cjdns => 4,
    })
}

fn share(share: Option<f32>) -> Range {
    share.map_or(Range::UNKNOWN, Range::share)
}

#[expect(clippy::cast_precision_loss, reason = "times of less than 53 bits")]
fn signed(value: i64) -> f64 {
    value as f64
}
