//! Why connections end.

use crate::event::{DisconnectReason, ProxyFailure};
use crate::schema::error::SchemaError;
use crate::schema::message::{self, disconnect_reason::Reason, proxy_problem::Failure};
use crate::schema::values::{
    NOTHING, bytes, decode_address, decode_os, encode_address, encode_os, nanos, required, text,
};
use crate::schema::{enums, misbehaviour};
use std::time::Duration;

pub(super) fn encode(reason: &DisconnectReason) -> message::DisconnectReason {
    let reason = match reason {
        DisconnectReason::NameNotResolved(name) => Reason::NameNotResolved(name.clone()),
        DisconnectReason::Refused => Reason::Refused(NOTHING),
        DisconnectReason::DialTimeout(limit) => Reason::DialTimeoutNs(nanos(*limit)),
        DisconnectReason::Unreachable(error) => Reason::Unreachable(encode_os(error)),
        DisconnectReason::HandshakeTimeout(limit) => Reason::HandshakeTimeoutNs(nanos(*limit)),
        DisconnectReason::Proxy { proxy, failure } => Reason::Proxy(Box::new(message::ProxyProblem {
            proxy: Some(encode_address(proxy)),
            failure: Some(encode_failure(failure)),
        })),
        DisconnectReason::UnreachableByProxy(reply) => {
            Reason::UnreachableByProxy(message::ProxyReply::from(*reply).into())
        }
        DisconnectReason::NoRoute(why) => Reason::NoRoute(message::NoRoute::from(*why).into()),
        DisconnectReason::NotUseful(why) => Reason::NotUseful(message::Uselessness::from(*why).into()),
        DisconnectReason::AddressesReceived => Reason::AddressesReceived(NOTHING),
        DisconnectReason::NoAddresses => Reason::NoAddresses(NOTHING),
        DisconnectReason::MempoolListed => Reason::MempoolListed(NOTHING),
        DisconnectReason::NoMempoolList => Reason::NoMempoolList(NOTHING),
        DisconnectReason::SpeaksV1 => Reason::SpeaksV1(NOTHING),
        DisconnectReason::KeyExchange(failure) => {
            Reason::KeyExchange(message::KeyExchangeFailure::from(*failure).into())
        }
        DisconnectReason::SelfConnection => Reason::SelfConnection(NOTHING),
        DisconnectReason::VersionTooOld(version) => Reason::VersionTooOld(*version),
        DisconnectReason::PingTimeout => Reason::PingTimeout(NOTHING),
        DisconnectReason::ClosedByPeer => Reason::ClosedByPeer(NOTHING),
        DisconnectReason::ClosedInsideMessage => Reason::ClosedInsideMessage(NOTHING),
        DisconnectReason::Io(error) => Reason::Io(encode_os(error)),
        DisconnectReason::WrongMagic(magic) => Reason::WrongMagic(bytes(magic)),
        DisconnectReason::MessageTooLong(length) => Reason::MessageTooLong(*length),
        DisconnectReason::NotAuthentic => Reason::NotAuthentic(NOTHING),
        DisconnectReason::Misbehaved(what) => Reason::Misbehaved(misbehaviour::encode(what)),
        DisconnectReason::NotReading => Reason::NotReading(NOTHING),
        DisconnectReason::Internal => Reason::Internal(NOTHING),
        DisconnectReason::ShuttingDown => Reason::ShuttingDown(NOTHING),
        DisconnectReason::SensorStale => Reason::SensorStale(NOTHING),
    };
    message::DisconnectReason { reason: Some(reason) }
}

fn encode_failure(failure: &ProxyFailure) -> Failure {
    match failure {
        ProxyFailure::Dial(reason) => Failure::Dial(Box::new(encode(reason))),
        ProxyFailure::Closed => Failure::Closed(NOTHING),
        ProxyFailure::NotSocks5 => Failure::NotSocks5(NOTHING),
        ProxyFailure::Credentials => Failure::Credentials(NOTHING),
        ProxyFailure::NotAllowed => Failure::NotAllowed(NOTHING),
        ProxyFailure::NotSupported => Failure::NotSupported(NOTHING),
    }
}

pub(super) fn decode(message: message::DisconnectReason) -> Result<DisconnectReason, SchemaError> {
    Ok(match required(message.reason, "reason")? {
        Reason::NameNotResolved(name) => DisconnectReason::NameNotResolved(text(&name)),
        Reason::Refused(_) => DisconnectReason::Refused,
        Reason::DialTimeoutNs(limit) => DisconnectReason::DialTimeout(Duration::from_nanos(limit)),
        Reason::Unreachable(error) => DisconnectReason::Unreachable(decode_os(&error)),
        Reason::HandshakeTimeoutNs(limit) => DisconnectReason::HandshakeTimeout(Duration::from_nanos(limit)),
        Reason::Proxy(problem) => {
            let message::ProxyProblem { proxy, failure } = *problem;
            let failure = decode_failure(required(failure, "failure of the proxy")?)?;
            DisconnectReason::Proxy { proxy: decode_address(proxy)?, failure }
        }
        Reason::UnreachableByProxy(reply) => {
            DisconnectReason::UnreachableByProxy(enums::of::<message::ProxyReply, _>(reply, "reply")?)
        }
        Reason::NoRoute(why) => DisconnectReason::NoRoute(enums::of::<message::NoRoute, _>(why, "reason")?),
        Reason::NotUseful(why) => {
            DisconnectReason::NotUseful(enums::of::<message::Uselessness, _>(why, "reason")?)
        }
        Reason::AddressesReceived(_) => DisconnectReason::AddressesReceived,
        Reason::NoAddresses(_) => DisconnectReason::NoAddresses,
        Reason::MempoolListed(_) => DisconnectReason::MempoolListed,
        Reason::NoMempoolList(_) => DisconnectReason::NoMempoolList,
        Reason::SpeaksV1(_) => DisconnectReason::SpeaksV1,
        Reason::KeyExchange(failure) => {
            DisconnectReason::KeyExchange(enums::of::<message::KeyExchangeFailure, _>(failure, "failure")?)
        }
        Reason::SelfConnection(_) => DisconnectReason::SelfConnection,
        Reason::VersionTooOld(version) => DisconnectReason::VersionTooOld(version),
        Reason::PingTimeout(_) => DisconnectReason::PingTimeout,
        Reason::ClosedByPeer(_) => DisconnectReason::ClosedByPeer,
        Reason::ClosedInsideMessage(_) => DisconnectReason::ClosedInsideMessage,
        Reason::Io(error) => DisconnectReason::Io(decode_os(&error)),
        Reason::WrongMagic(magic) => {
            DisconnectReason::WrongMagic(magic[..].try_into().map_err(|_| SchemaError::Impossible("magic"))?)
        }
        Reason::MessageTooLong(length) => DisconnectReason::MessageTooLong(length),
        Reason::NotAuthentic(_) => DisconnectReason::NotAuthentic,
        Reason::Misbehaved(what) => DisconnectReason::Misbehaved(misbehaviour::decode(what)?),
        Reason::NotReading(_) => DisconnectReason::NotReading,
        Reason::Internal(_) => DisconnectReason::Internal,
        Reason::ShuttingDown(_) => DisconnectReason::ShuttingDown,
        Reason::SensorStale(_) => DisconnectReason::SensorStale,
    })
}

fn decode_failure(failure: Failure) -> Result<ProxyFailure, SchemaError> {
    Ok(match failure {
        Failure::Dial(reason) => ProxyFailure::Dial(Box::new(decode(*reason)?)),
        Failure::Closed(_) => ProxyFailure::Closed,
        Failure::NotSocks5(_) => ProxyFailure::NotSocks5,
        Failure::Credentials(_) => ProxyFailure::Credentials,
        Failure::NotAllowed(_) => ProxyFailure::NotAllowed,
        Failure::NotSupported(_) => ProxyFailure::NotSupported,
    })
}
