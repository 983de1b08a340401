//! Selects what a sensor publishes.

use crate::event::{DisconnectReason, Event, EventKind, PeerEvent, ProxyReply, SeedFailure};

/// The most transactions named in one event, 33 bytes each.
const MAX_TXS: usize = 5_000;

/// The most known outputs before one event, at most 48 bytes each. Transactions that spend more are rarer
/// than blocks; some of their outputs are left out.
const MAX_OUTPUTS: usize = 4_000;

/// Passes on an event as published: split into parts that fit into a message, and without error texts that
/// reveal this machine, its resolver or its proxies.
pub(super) fn for_each_part(event: &Event, mut pass_on: impl FnMut(&Event)) {
    let at = |kind| Event { time: event.time, kind };
    match &event.kind {
        EventKind::Peer(id, PeerEvent::Announced { txs, count }) if txs.len() > MAX_TXS => {
            // The announcement counts entries that are in no part: they are added to the first one.
            let mut others = count.saturating_sub(txs.len());
            for part in txs.chunks(MAX_TXS) {
                let count = part.len() + std::mem::take(&mut others);
                let part = PeerEvent::Announced { txs: part.to_vec(), count };
                pass_on(&at(EventKind::Peer(*id, part)));
            }
        }
        EventKind::Peer(id, PeerEvent::Listed { txs, is_complete }) if txs.len() > MAX_TXS => {
            let mut left = txs.len();
            for part in txs.chunks(MAX_TXS) {
                left -= part.len();
                let part = PeerEvent::Listed { txs: part.to_vec(), is_complete: *is_complete && left == 0 };
                pass_on(&at(EventKind::Peer(*id, part)));
            }
        }
        EventKind::Peer(id, PeerEvent::Disconnected { reason: DisconnectReason::Proxy { .. }, retry_at }) => {
            let reason = DisconnectReason::UnreachableByProxy(ProxyReply::General);
            pass_on(&at(EventKind::Peer(*id, PeerEvent::Disconnected { reason, retry_at: *retry_at })));
        }
        EventKind::Seed { name, answer: Err(failure) } => {
            let answer = Err(public(failure));
            pass_on(&at(EventKind::Seed { name: name.clone(), answer }));
        }
        EventKind::KnownOutputs(outputs) if outputs.len() > MAX_OUTPUTS => {
            pass_on(&at(EventKind::KnownOutputs(outputs[..MAX_OUTPUTS].to_vec())));
        }
        _ => pass_on(event),
    }
}

/// What is wrong with a seed, without names and addresses of resolver and proxies.
fn public(failure: &SeedFailure) -> SeedFailure {
    match failure {
        SeedFailure::Timeout(limit) => SeedFailure::Timeout(*limit),
        SeedFailure::NoUsableAddress => SeedFailure::NoUsableAddress,
        SeedFailure::Lookup(_) => SeedFailure::Lookup("the name does not resolve".to_owned()),
        SeedFailure::Connection(_) => SeedFailure::Lookup("the connection ended".to_owned()),
    }
}
