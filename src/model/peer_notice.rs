//! Notices about events of one connection.

use crate::event::{PeerEvent, PeerId};
use crate::model::Model;
use crate::model::notice::{Ending, Notice};
use crate::util::time::Timestamp;

impl Model {
    /// Returns the notice for an event of a connection; `None` if the peer is unknown.
    pub(super) fn peer_notice(
        &self,
        now: Timestamp,
        peer: PeerId,
        event: &PeerEvent,
        was_live: bool,
    ) -> Option<Notice> {
        let known = self.peers.get(peer)?;
        let address = known.address().clone();
        Some(match event {
            PeerEvent::Ready(info) => {
                Notice::PeerReady { peer, address, user_agent: info.user_agent.clone(), relay: info.relay }
            }
            PeerEvent::Tolerated(misbehaviour) => {
                Notice::Misbehaved { peer, address, misbehaviour: misbehaviour.clone() }
            }
            PeerEvent::Disconnected { reason, retry_at } => Notice::Disconnected {
                peer,
                address,
                reason: reason.clone(),
                retry_in: retry_at.map(|at| at.since(now)),
                kind: match (was_live, self.settings.chosen_peers) {
                    (true, _) if known.kind().is_short_lived() => Ending::ShortLived,
                    (true, _) => Ending::Lost,
                    (false, true) => Ending::ChosenNotReached,
                    (false, false) => Ending::NotReached,
                },
            },
            _ => return None,
        })
    }
}
