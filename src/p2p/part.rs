//! The contract of a protocol part: peers' messages and connection changes in, actions out.

use crate::event::{DisconnectReason, PeerId, PeerInfo};
use crate::p2p::action::{Action, Dial};
use crate::p2p::input::Input;
use crate::util::time::Timestamp;
use std::time::Duration;

/// A part of the protocol as a state machine without sockets, tasks or a clock.
///
/// The node calls every part for everything that happens, in the order of its list of parts, and
/// carries out the actions in the order in which they are returned. `now` never runs backwards by more
/// than the time between a message's arrival and its handling.
pub trait Part {
    /// A connection is being opened.
    fn dialling(&mut self, dial: &Dial, now: Timestamp) -> Vec<Action> {
        _ = (dial, now);
        vec![]
    }

    /// The connection is open, and the handshake begins.
    fn opened(&mut self, peer: PeerId, now: Timestamp) -> Vec<Action> {
        _ = (peer, now);
        vec![]
    }

    /// The handshake is complete.
    fn connected(&mut self, peer: PeerId, info: &PeerInfo, now: Timestamp) -> Vec<Action> {
        _ = (peer, info, now);
        vec![]
    }

    /// A message arrived from a peer that is connected and not about to be disconnected.
    fn received(&mut self, peer: PeerId, input: &Input, now: Timestamp) -> Vec<Action> {
        _ = (peer, input, now);
        vec![]
    }

    /// The connection ended, or the attempt to open one failed.
    fn disconnected(&mut self, peer: PeerId, reason: &DisconnectReason, now: Timestamp) -> Vec<Action> {
        _ = (peer, reason, now);
        vec![]
    }

    /// The machine or this process slept for `time`, until `now`. Time limits are extended by `time`, as
    /// answers may have waited for us: otherwise all peers would be blamed together.
    fn slept(&mut self, time: Duration, now: Timestamp) {
        _ = (time, now);
    }

    /// Does what is due. Called after each batch of the above, and when the deadline has passed. Requests
    /// belong here, so that a peer that announces in small pieces is asked in one message.
    fn timer(&mut self, now: Timestamp) -> Vec<Action> {
        _ = now;
        vec![]
    }

    /// When [`Part::timer`] may have something to do even if nothing else happens.
    fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        _ = now;
        None
    }
}
