//! The events that recreate a peer in another model.

use super::{Peer, State};
use crate::event::{DisconnectReason, PeerEvent};
use crate::util::time::Timestamp;

impl Peer {
    /// Returns the events of the last connection with their times, in chronological order.
    pub(in crate::model) fn keyframe(&self) -> Vec<(Timestamp, PeerEvent)> {
        let dial = |attempt| PeerEvent::Dialling { address: self.address.clone(), kind: self.kind, attempt };
        let opened = || self.transport.map(|transport| PeerEvent::Connected { transport });
        match &self.state {
            State::Dialling { since, attempt } => vec![(*since, dial(*attempt))],
            State::Handshake { since } => {
                let connected = opened().map(|event| (*since, event));
                [(*since, dial(1))].into_iter().chain(connected).collect()
            }
            State::Ready { since } => {
                let at = |event| (*since, event);
                let info = self.info.clone().map(|info| PeerEvent::Ready(Box::new(info)));
                let filter = self.fee_filter.map(|sat_per_kvb| PeerEvent::FeeFilter { sat_per_kvb });
                let begin = [Some(dial(1)), opened(), info, filter].into_iter().flatten().map(at);
                let pongs = self.pings().filter(|(time, _)| time > since);
                let pongs = pongs.map(|(time, rtt)| (time, PeerEvent::Pong { rtt }));
                let waiting = self.waiting_since.map(|since| (since, PeerEvent::Pinged));
                begin.chain(pongs).chain(waiting).collect()
            }
            State::Disconnected { since, reason, retry_at } => {
                let (reason, retry_at): (DisconnectReason, _) = (reason.clone(), *retry_at);
                vec![(*since, dial(1)), (*since, PeerEvent::Disconnected { reason, retry_at })]
            }
        }
    }
}
