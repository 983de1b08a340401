//! A screen in every state: nothing there yet, busy, and after all peers were lost.

use crate::desk::Desk;
use crate::scene;
use crossterm::event::KeyCode;
use mempulse::event::{DisconnectReason, Event, EventKind, PeerEvent, PeerId, Tip};
use mempulse::tui::{Depth, Glyphs, Preferences, ThemeName, TuiSettings};
use mempulse::wire::BlockHash;
use ratatui::buffer::Buffer;
use ratatui::style::{Modifier, Style};
use std::fmt::Write;
use std::time::Duration;

const SMALLEST: (u16, u16) = (60, 15);

/// The usual terminal, and larger ones.
const SIZES: [(u16, u16); 4] = [(80, 24), (120, 36), (200, 60), (300, 80)];

/// The size at which styles are compared.
const STYLED: (u16, u16) = (120, 36);

const LETTERS: &[u8] = b".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+*#%&@=<>?!";

/// Makes a desk at the end of the scene, of this size and with these settings.
type Busy = fn((u16, u16), &TuiSettings) -> Desk;

/// Compares a screen with the approved one in every state and at every size, in ASCII, and its styles in two themes, after
/// `prepare`.
pub fn seen_in_every_state(name: &str, prepare: impl Fn(&mut Desk)) {
    seen_in_states_of(Desk::set_up, name, prepare);
}

/// The same for a screen for which the model has to prepare something.
pub fn seen_in_every_state_of_a_model(name: &str, prepare: impl Fn(&mut Desk)) {
    seen_in_states_of(Desk::alone_set_up, name, prepare);
}

fn seen_in_states_of(busy: Busy, name: &str, prepare: impl Fn(&mut Desk)) {
    let busy = |size, preferences| {
        busy(size, &TuiSettings { depth: Depth::Indexed, preferences, ..TuiSettings::default() })
    };
    let prepared = |mut desk: Desk| {
        prepare(&mut desk);
        desk
    };
    let ascii = Preferences { glyphs: Glyphs::Ascii, ..Preferences::default() };
    // The smallest terminal differs in its layout only.
    approved(name, "busy", SMALLEST, &prepared(busy(SMALLEST, Preferences::default())).screen());
    for size in SIZES {
        approved(name, "empty", size, &prepared(empty(size)).screen());
        approved(name, "busy", size, &prepared(busy(size, Preferences::default())).screen());
        approved(name, "lost", size, &prepared(lost(size)).screen());
        approved(name, "ascii", size, &prepared(busy(size, ascii)).screen());
    }
    for (look, theme) in [("dark", ThemeName::Dark), ("light", ThemeName::Light)] {
        let desk = prepared(busy(STYLED, Preferences { theme, ..Preferences::default() }));
        approved(name, look, STYLED, &styles(&desk.buffer()));
    }
}

fn approved(name: &str, look: &str, size: (u16, u16), seen: &str) {
    let name = format!("screens__{name}_{look}_{}x{}", size.0, size.1);
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, seen);
    });
}

/// A letter for the style of each cell, and a legend below.
fn styles(buffer: &Buffer) -> String {
    let mut known: Vec<Style> = Vec::new();
    let mut map = String::new();
    for row in buffer.content.chunks(usize::from(buffer.area.width)) {
        for cell in row {
            let at = known.iter().position(|style| *style == cell.style()).unwrap_or_else(|| {
                known.push(cell.style());
                known.len() - 1
            });
            map.push(char::from(*LETTERS.get(at).unwrap()));
        }
        map.push('\n');
    }
    for (style, letter) in known.iter().zip(LETTERS) {
        let (fg, bg) = (style.fg.unwrap_or_default(), style.bg.unwrap_or_default());
        writeln!(map, "{} {fg} on {bg} {:?}", char::from(*letter), style.add_modifier).unwrap();
    }
    map
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

#[test]
fn a_mempool_whose_transactions_were_all_mined_is_called_empty_on_every_screen() {
    for size in [(80, 24), (200, 60)] {
        let mut desk = empty(size);
        let says = |desk: &mut Desk, text: &str| {
            for screen in ["1", "3", "4"] {
                desk.type_keys(screen);
                assert!(desk.screen().contains(text), "{screen}\n{}", desk.screen());
            }
        };
        says(&mut desk, "no transaction yet");
        desk.arrive(0..1);
        desk.type_keys("1");
        desk.confirm(0);
        says(&mut desk, "the mempool is empty");
    }
}

#[test]
fn the_mark_of_a_stale_block_moves_no_figure_out_of_its_row() {
    let mut desk = Desk::alone((200, 60));
    desk.type_keys("5");
    let before = desk.screen();
    let newest = desk.snapshot().blocks.unwrap().blocks[0].figures.clone();
    let tip = Tip { hash: BlockHash([9; 32]), height: newest.height, time: 0 };
    let kind = EventKind::BlocksDisconnected { blocks: vec![(newest.height, newest.hash)], tip };
    desk.happen(&Event { time: desk.now, kind });
    desk.answer();
    let after = desk.screen();
    let row = |screen: &str, part: &str| screen.lines().position(|line| line.contains(part)).unwrap();
    let marked = after.lines().find(|line| line.contains("STALE")).unwrap();
    assert!(marked.contains("923,113"), "beside the heights of the others: {marked}");
    for part in [" sat/vB", "% full"] {
        assert_eq!(row(&after, part), row(&before, part), "{part}\n{after}");
    }
}
