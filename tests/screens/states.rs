//! A screen in every state: nothing there yet, busy, and after all peers were lost.

use crate::desk::Desk;
use crate::scene;
use mempulse::event::{DisconnectReason, Event, EventKind, PeerEvent, PeerId};
use std::time::Duration;

/// The smallest terminal, the usual one, and larger ones.
const SIZES: [(u16, u16); 5] = [(60, 15), (80, 24), (120, 36), (200, 60), (300, 80)];

/// A desk of this size.
type Open = fn((u16, u16)) -> Desk;

const STATES: [(&str, Open); 3] = [("empty", empty), ("busy", Desk::new), ("lost", lost)];

/// Compares a screen with the approved one in every state and at every size, after `prepare`.
pub fn seen_in_every_state(name: &str, prepare: impl Fn(&mut Desk)) {
    for (state, desk) in STATES {
        // The smallest terminal differs in its layout only.
        for size in SIZES.into_iter().filter(|size| *size != SIZES[0] || state == "busy") {
            let mut desk = desk(size);
            prepare(&mut desk);
            let name = format!("screens__{name}_{state}_{}x{}", size.0, size.1);
            insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(name, desk.screen());
            });
        }
    }
}

/// Two seconds after startup.
pub fn empty(size: (u16, u16)) -> Desk {
    Desk::started(Duration::from_secs(2), scene::empty(), size)
}

/// Five minutes after all peers of the scene were lost.
pub fn lost(size: (u16, u16)) -> Desk {
    let mut desk = Desk::alone(size);
    for peer in scene::peer_ids() {
        let event = PeerEvent::Disconnected { reason: DisconnectReason::ClosedByPeer, retry_at: None };
        desk.happen(&Event { time: desk.now, kind: EventKind::Peer(PeerId(peer), event) });
    }
    desk.pass(Duration::from_mins(5));
    desk.answer();
    desk
}
