//! The peers that were recently disconnected or not reached.

use crate::address::PeerAddress;
use crate::event::{DisconnectReason, PeerId};
use crate::model::peers::Peers;
use crate::util::time::Timestamp;
use std::time::Duration;

/// The most peers in the list.
const LISTED: usize = 50;

/// A peer that is not connected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DisconnectedPeer {
    /// The peer.
    pub id: PeerId,
    /// The address.
    pub address: PeerAddress,
    /// Why the last connection or attempt ended.
    pub reason: DisconnectReason,
    /// The time since the connection or the attempt ended.
    pub disconnected_for: Duration,
    /// The time until the next attempt; `None` if there is none.
    pub retry_in: Option<Duration>,
}

/// Takes the peers that were disconnected or not reached, latest first. Short-lived connections that ended
/// are not included.
pub(super) fn take(peers: &Peers, now: Timestamp) -> Vec<DisconnectedPeer> {
    let lasting = peers.iter().filter(|(_, peer)| !peer.kind().is_short_lived());
    let disconnected = lasting.filter_map(|(id, peer)| {
        let (since, reason, retry_at) = peer.disconnected()?;
        Some(DisconnectedPeer {
            id,
            address: peer.address().clone(),
            reason: reason.clone(),
            disconnected_for: now.since(since),
            retry_in: retry_at.map(|retry_at| retry_at.since(now)),
        })
    });
    let mut disconnected: Vec<_> = disconnected.collect();
    disconnected.sort_unstable_by_key(|peer| (peer.disconnected_for, peer.id));
    disconnected.truncate(LISTED);
    disconnected
}
