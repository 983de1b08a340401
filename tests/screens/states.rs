//! A screen in every state: nothing there yet, busy, and after all peers were lost.

use crate::desk::Desk;
use crate::scene;
use crossterm::event::KeyCode;
use mempulse::event::{DisconnectReason, Event, EventKind, PeerEvent, PeerId};
use ratatui::style::Modifier;
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

#[test]
fn without_a_peer_every_screen_says_since_when_its_figures_are_out_of_date_and_dims_them() {
    for size in [(60, 15), (80, 24), (200, 60)] {
        let mut desk = lost(size);
        for key in '1'..='7' {
            desk.press(KeyCode::Char(key));
            desk.answer();
            let screen = desk.screen();
            let banner = screen.lines().nth(1).unwrap();
            assert!(banner.starts_with(" ALL PEERS LOST 5.0 min ago"), "{screen}");
            assert_eq!(banner.contains(", at 05:33:12 · "), size.0 >= 80, "{screen}");
            let buffer = desk.buffer();
            let is_dim = |x, y| {
                let cell = &buffer[(x, y)];
                cell.symbol().trim().is_empty() || cell.modifier.contains(Modifier::DIM)
            };
            assert!((2..size.1 - 1).all(|y| (0..size.0).all(|x| is_dim(x, y))), "{key} {size:?}");
        }
    }
    let mut desk = Desk::new((80, 24));
    assert!(!desk.screen().contains("ALL PEERS LOST"));
    desk.type_keys("?");
    assert!(!desk.buffer().content.iter().any(|cell| cell.modifier.contains(Modifier::DIM)));
}

#[test]
fn the_help_over_a_dimmed_screen_is_not_dimmed() {
    let mut desk = lost((120, 36));
    desk.type_keys("?");
    let screen = desk.screen();
    let (y, line) =
        screen.lines().enumerate().find(|(_, line)| line.contains("show or hide this help")).unwrap();
    let x = line.split("show or").next().unwrap().chars().count();
    let cell = &desk.buffer()[(u16::try_from(x).unwrap(), u16::try_from(y).unwrap())];
    assert!(!cell.modifier.contains(Modifier::DIM));
}
