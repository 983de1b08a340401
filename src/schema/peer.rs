//! What happens on the connection to one peer.

use crate::event::{CommandTraffic, Direction, PeerEvent, PeerInfo, RecentMessage, Traffic, Transport};
use crate::schema::error::SchemaError;
use crate::schema::message::{self, peer_event};
use crate::schema::values::{
    NOTHING, bytes, decode_address, decode_txs, encode_address, encode_txs, id, nanos, raw, required, size,
    text, time, transaction,
};
use crate::schema::{ending, enums, misbehaviour};
use crate::wire::{BlockHash, Services};
use peer_event::Kind;
use std::sync::Arc;
use std::time::Duration;

pub(super) fn encode(event: &PeerEvent) -> Kind {
    match event {
        PeerEvent::Dialling { address, kind, attempt } => Kind::Dialling(message::Dialling {
            address: Some(encode_address(address)),
            kind: message::ConnectionKind::from(*kind).into(),
            attempt: *attempt,
        }),
        PeerEvent::Connected { transport } => {
            let v2_session_id = match transport {
                Transport::V1 => bytes(&[]),
                Transport::V2 { session_id } => bytes(session_id),
            };
            Kind::Connected(message::Connected { v2_session_id })
        }
        PeerEvent::Ready(info) => Kind::Ready(encode_info(info)),
        PeerEvent::Pinged => Kind::Pinged(NOTHING),
        PeerEvent::Pong { rtt } => Kind::PongNs(nanos(*rtt)),
        PeerEvent::DelayedPong => Kind::DelayedPong(NOTHING),
        PeerEvent::Announced { txs, count } => {
            Kind::Announced(message::Announced { txs: Some(encode_txs(txs)), count: *count as u64 })
        }
        PeerEvent::BlockAnnounced { hash, by } => Kind::BlockAnnounced(message::BlockAnnounced {
            hash: bytes(&hash.0),
            by: message::BlockAnnouncement::from(*by).into(),
        }),
        PeerEvent::Requested { count } => Kind::Requested(*count as u64),
        PeerEvent::Transaction { tx, answered_after } => Kind::Transaction(message::Transaction {
            raw: raw(tx),
            answered_after_ns: nanos(*answered_after),
        }),
        PeerEvent::Parent { tx } => Kind::Parent(raw(tx)),
        PeerEvent::Listed { txs, is_complete } => {
            Kind::Listed(message::Listed { txs: Some(encode_txs(txs)), is_complete: *is_complete })
        }
        PeerEvent::Bootstrapped { tx } => Kind::Bootstrapped(raw(tx)),
        PeerEvent::NotFound { count } => Kind::NotFound(*count as u64),
        PeerEvent::RequestTimedOut { count } => Kind::RequestTimedOut(*count as u64),
        PeerEvent::FeeFilter { sat_per_kvb } => Kind::FeeFilter(*sat_per_kvb),
        PeerEvent::Addresses { count } => Kind::Addresses(*count as u64),
        PeerEvent::Tolerated(what) => Kind::Tolerated(misbehaviour::encode(what)),
        PeerEvent::Traffic(traffic) => Kind::Traffic(encode_traffic(traffic)),
        PeerEvent::Disconnected { reason, retry_at } => Kind::Disconnected(message::Disconnected {
            reason: Some(ending::encode(reason)),
            retry_at_us: retry_at.map(crate::util::time::Timestamp::as_micros),
        }),
    }
}

pub(super) fn decode(kind: Kind) -> Result<PeerEvent, SchemaError> {
    Ok(match kind {
        Kind::Dialling(message::Dialling { address, kind, attempt }) => PeerEvent::Dialling {
            address: decode_address(address)?,
            kind: enums::of::<message::ConnectionKind, _>(kind, "kind of connection")?,
            attempt,
        },
        Kind::Connected(message::Connected { v2_session_id }) => {
            let transport = if v2_session_id.is_empty() {
                Transport::V1
            } else {
                Transport::V2 { session_id: id(&v2_session_id)? }
            };
            PeerEvent::Connected { transport }
        }
        Kind::Ready(info) => PeerEvent::Ready(Box::new(decode_info(&info))),
        Kind::Pinged(_) => PeerEvent::Pinged,
        Kind::PongNs(rtt) => PeerEvent::Pong { rtt: Duration::from_nanos(rtt) },
        Kind::DelayedPong(_) => PeerEvent::DelayedPong,
        Kind::Announced(message::Announced { txs, count }) => {
            PeerEvent::Announced { txs: decode_txs(txs)?, count: size(count)? }
        }
        Kind::BlockAnnounced(message::BlockAnnounced { hash, by }) => PeerEvent::BlockAnnounced {
            hash: BlockHash(id(&hash)?),
            by: enums::of::<message::BlockAnnouncement, _>(by, "kind of announcement")?,
        },
        Kind::Requested(count) => PeerEvent::Requested { count: size(count)? },
        Kind::Transaction(message::Transaction { raw, answered_after_ns }) => PeerEvent::Transaction {
            tx: transaction(&raw)?,
            answered_after: Duration::from_nanos(answered_after_ns),
        },
        Kind::Parent(raw) => PeerEvent::Parent { tx: transaction(&raw)? },
        Kind::Listed(message::Listed { txs, is_complete }) => {
            PeerEvent::Listed { txs: decode_txs(txs)?, is_complete }
        }
        Kind::Bootstrapped(raw) => PeerEvent::Bootstrapped { tx: transaction(&raw)? },
        Kind::NotFound(count) => PeerEvent::NotFound { count: size(count)? },
        Kind::RequestTimedOut(count) => PeerEvent::RequestTimedOut { count: size(count)? },
        Kind::FeeFilter(sat_per_kvb) => PeerEvent::FeeFilter { sat_per_kvb },
        Kind::Addresses(count) => PeerEvent::Addresses { count: size(count)? },
        Kind::Tolerated(what) => PeerEvent::Tolerated(misbehaviour::decode(what)?),
        Kind::Traffic(traffic) => PeerEvent::Traffic(Arc::new(decode_traffic(traffic)?)),
        Kind::Disconnected(message::Disconnected { reason, retry_at_us }) => PeerEvent::Disconnected {
            reason: ending::decode(required(reason, "reason")?)?,
            retry_at: retry_at_us.map(time),
        },
    })
}

fn encode_info(info: &PeerInfo) -> message::PeerInfo {
    let PeerInfo { version, services, user_agent, start_height, relay, clock_offset, wtxid_relay } = info;
    message::PeerInfo {
        version: *version,
        services: services.0,
        user_agent: user_agent.clone(),
        start_height: *start_height,
        relay: *relay,
        clock_offset: *clock_offset,
        wtxid_relay: *wtxid_relay,
    }
}

fn decode_info(info: &message::PeerInfo) -> PeerInfo {
    PeerInfo {
        version: info.version,
        services: Services(info.services),
        user_agent: text(&info.user_agent),
        start_height: info.start_height,
        relay: info.relay,
        clock_offset: info.clock_offset,
        wtxid_relay: info.wtxid_relay,
    }
}

fn encode_traffic(traffic: &Traffic) -> message::Traffic {
    let direction = |direction: Direction| message::Direction::from(direction).into();
    let commands = traffic.commands.iter().map(|of| message::CommandTraffic {
        direction: direction(of.direction),
        command: of.command.clone(),
        messages: of.messages,
        bytes: of.bytes,
    });
    let recent = traffic.recent.iter().map(|of| message::RecentMessage {
        time_us: of.time.as_micros(),
        direction: direction(of.direction),
        command: of.command.clone(),
        bytes: of.bytes,
        summary: of.summary.clone(),
    });
    message::Traffic { commands: commands.collect(), recent: recent.collect() }
}

fn decode_traffic(traffic: message::Traffic) -> Result<Traffic, SchemaError> {
    let message::Traffic { commands, recent } = traffic;
    // Both directions, each with its "other" entry.
    if commands.len() > 2 * (Traffic::MAX_COMMANDS + 1) || recent.len() > Traffic::MAX_RECENT {
        return Err(SchemaError::Impossible("traffic"));
    }
    let direction = |number| enums::of::<message::Direction, _>(number, "direction");
    let commands = commands.iter().map(|of| {
        Ok(CommandTraffic {
            direction: direction(of.direction)?,
            command: text(&of.command),
            messages: of.messages,
            bytes: of.bytes,
        })
    });
    let recent = recent.iter().map(|of| {
        Ok(RecentMessage {
            time: time(of.time_us),
            direction: direction(of.direction)?,
            command: text(&of.command),
            bytes: of.bytes,
            summary: text(&of.summary),
        })
    });
    Ok(Traffic {
        commands: commands.collect::<Result<_, SchemaError>>()?,
        recent: recent.collect::<Result<_, SchemaError>>()?,
    })
}
