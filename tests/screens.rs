//! Whole screens, driven by keys and by the snapshots of a model at the end of one scene.
#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

#[path = "screens/alerts.rs"]
mod alerts;
#[path = "screens/blocks.rs"]
mod blocks;
#[path = "screens/desk.rs"]
mod desk;
#[path = "screens/details.rs"]
mod details;
#[path = "screens/find.rs"]
mod find;
#[path = "screens/freeze.rs"]
mod freeze;
#[path = "screens/lists.rs"]
mod lists;
#[path = "screens/log.rs"]
mod log;
#[path = "screens/look.rs"]
mod look;
#[path = "screens/overview.rs"]
mod overview_panels;
#[path = "screens/peers.rs"]
mod peers;
#[path = "screens/pointer.rs"]
mod pointer;
#[path = "screens/query.rs"]
mod query;
#[path = "screens/replay.rs"]
mod replay;
#[path = "scene/mod.rs"]
mod scene;
#[path = "screens/sensors.rs"]
mod sensors;
#[path = "screens/states.rs"]
mod states;
#[path = "screens/title.rs"]
mod title;
#[path = "screens/transactions.rs"]
mod transactions;
#[path = "screens/watch_list.rs"]
mod watch_list;

use crossterm::event::KeyCode;
use desk::{Desk, text};
use mempulse::event::{Event, EventKind, PeerEvent, PeerId};
use mempulse::tui::{BINDINGS, Effect};
use mempulse::wire::TxHash;
use ratatui::layout::Size;
use ratatui::style::{Color, Modifier};
use states::{seen_in_every_state, seen_in_every_state_of_a_model};
use std::sync::Arc;
use std::time::Duration;

const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 36), (200, 60)];

/// Compares the screen at the end of the scene with the approved one, at every size and after `prepare`.
fn seen_at_every_size(name: &str, prepare: impl Fn(&mut Desk)) {
    every_size(name, Desk::new, prepare);
}

fn every_size(name: &str, desk: impl Fn((u16, u16)) -> Desk, prepare: impl Fn(&mut Desk)) {
    for size in SIZES {
        let mut desk = desk(size);
        prepare(&mut desk);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), desk.screen());
    }
}

#[test]
fn overview() {
    seen_in_every_state("overview", |_| {});
}

#[test]
fn log_screen() {
    seen_in_every_state("log_screen", |desk| {
        // Two seconds after startup there is nothing to show yet.
        if desk.now > scene::START + Duration::from_mins(1) {
            log::fill(desk);
        }
        desk.type_keys("7j");
    });
}

#[test]
fn alerts_overlay() {
    seen_at_every_size("alerts", |desk| {
        alerts::add_examples(desk);
        desk.type_keys("Aj");
    });
}

#[test]
fn new_alert_line() {
    seen_at_every_size("new_alert", |desk| {
        alerts::add_examples(desk);
        desk.type_keys("Aafigures: tip_age > 1h; no");
    });
}

#[test]
fn help() {
    seen_at_every_size("help", |desk| desk.type_keys("?"));
}

#[test]
fn peer_detail() {
    seen_at_every_size("peer_detail", |desk| {
        desk.type_keys("hj");
        desk.press(KeyCode::Enter);
    });
}

#[test]
fn details_say_that_a_transaction_came_from_a_list() {
    let mut desk = Desk::alone((200, 60));
    let tx = Arc::new(scene::unannounced(1));
    let txs = vec![TxHash::Wtxid(tx.wtxid())];
    let txid = tx.txid();
    for event in [PeerEvent::Listed { txs, is_complete: true }, PeerEvent::Bootstrapped { tx }] {
        desk.happen(&Event { time: desk.now, kind: EventKind::Peer(PeerId(scene::FIRST), event) });
    }
    desk.answer();
    desk.select(txid);
    desk.press(KeyCode::Enter);
    assert!(desk.screen().contains("ago, listed by a peer (BIP35)"), "{}", desk.screen());
}

#[test]
fn find() {
    seen_at_every_size("find", |desk| {
        let txid = desk.snapshot().overview.transactions.rows[5].txid.to_string();
        desk.press_ctrl('f');
        desk.paste(&txid);
    });
}

#[test]
fn query_line() {
    seen_at_every_size("query_line", |desk| desk.type_keys("2:relay and pi"));
}

#[test]
fn query_help() {
    seen_at_every_size("query_help", |desk| {
        desk.type_keys("2:");
        desk.press(KeyCode::F(1));
    });
}

#[test]
fn watch_list() {
    seen_in_every_state("watch_list", |desk| desk.type_keys("6jj"));
}

#[test]
fn watch_list_while_a_target_is_typed() {
    seen_at_every_size("watch_list_typed", |desk| {
        desk.type_keys("wja");
        desk.type_text("bc1qnothing");
    });
}

#[test]
fn transactions_screen() {
    seen_in_every_state_of_a_model("transactions_screen", |desk| desk.type_keys("3jj"));
}

#[test]
fn mempool_screen() {
    seen_in_every_state("mempool_screen", |desk| desk.type_keys("4"));
}

#[test]
fn mempool_screen_second_half() {
    for size in [(60, 15), (80, 24)] {
        let mut desk = Desk::new(size);
        desk.type_keys("4");
        desk.press(KeyCode::Tab);
        desk.press(KeyCode::Tab);
        insta::assert_snapshot!(format!("mempool_screen_second_half_{}x{}", size.0, size.1), desk.screen());
    }
}

#[test]
fn without_colours_digits_stand_for_the_fee_bands() {
    let mut desk = Desk::colourless((200, 60));
    desk.type_keys("4");
    insta::assert_snapshot!("mempool_screen_colourless_200x60", text(&desk.buffer()));
}

#[test]
fn the_time_axis_can_be_zoomed_from_ten_minutes_to_a_day() {
    let mut desk = Desk::new((120, 36));
    desk.type_keys("4");
    let mut spans = Vec::new();
    let mut span = |desk: &Desk| {
        let screen = desk.screen();
        let rest = screen.split(" Over time · last ").nth(1).unwrap_or_else(|| panic!("{screen}"));
        spans.push(rest.split(" ─").next().unwrap().to_owned());
    };
    span(&desk);
    for keys in ["[", "[", "]", "]", "]", "]", "]", "]", "]"] {
        desk.type_keys(keys);
        span(&desk);
    }
    let expected =
        ["30 min", "10 min", "10 min", "30 min", "60 min", "3.0 h", "6.0 h", "12 h", "24 h", "24 h"];
    assert_eq!(spans, expected);
}

#[test]
fn blocks_screen() {
    seen_in_every_state("blocks_screen", |desk| desk.type_keys("5"));
}

#[test]
fn block_detail() {
    seen_at_every_size("block_detail", |desk| {
        desk.type_keys("5");
        desk.press(KeyCode::Enter);
    });
}

#[test]
fn sensors_screen() {
    every_size("sensors_screen", sensors::watched, |desk| {
        for _ in 0..2 {
            desk.press(KeyCode::Down);
            desk.answer();
        }
    });
}

#[test]
fn peers_screen() {
    seen_in_every_state("peers_screen", |desk| desk.type_keys("2ssssssssrj"));
}

#[test]
fn the_column_that_sorts_the_list_is_always_shown() {
    let mut desk = Desk::new((60, 15));
    desk.type_keys("2");
    for _ in 0..30 {
        desk.type_keys("s");
        let screen = desk.screen();
        assert!(
            screen.matches('▲').count() >= 2,
            "the title and the head of the column mark the order\n{screen}"
        );
    }
}

#[test]
fn transaction_detail() {
    let bumped = scene::bumped();
    seen_at_every_size("transaction_detail", |desk| {
        desk.select(bumped);
        desk.press(KeyCode::Enter);
    });
}

#[test]
fn removed_transaction_detail() {
    every_size("removed_transaction_detail", Desk::alone, |desk| {
        desk.type_keys("j");
        desk.press(KeyCode::Enter);
        desk.confirm(0);
    });
}

#[test]
fn frozen() {
    every_size("frozen", Desk::alone, |desk| {
        desk.type_keys(" ");
        desk.arrive(0..100);
        desk.pass(Duration::from_secs(12));
    });
}

fn unreachable_desk(size: (u16, u16)) -> Desk {
    Desk::started(Duration::from_secs(12), scene::after(&scene::unreachable()), size)
}

#[test]
fn unreachable() {
    every_size("unreachable", unreachable_desk, |desk| {
        assert!(desk.screen().contains("mempulse demo needs no network"));
    });
}

#[test]
fn esc_closes_the_advice_of_an_unreachable_network() {
    let mut desk = unreachable_desk((80, 24));
    assert!(desk.screen().contains("No peer can be reached"));
    desk.press(KeyCode::Esc);
    assert!(!desk.screen().contains("No peer can be reached"));
}

#[test]
fn too_small() {
    for size in [(59, 15), (60, 14), (20, 4)] {
        insta::assert_snapshot!(format!("too_small_{}x{}", size.0, size.1), Desk::new(size).screen());
    }
}

#[test]
fn without_colours_a_modifier_marks_the_selection_and_the_text_is_the_same() {
    let mut desk = Desk::colourless((120, 36));
    desk.type_keys("jj");
    let buffer = desk.buffer();
    assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
    let reversed =
        |row: u16| (0..120).filter(|x| buffer[(*x, row)].modifier.contains(Modifier::REVERSED)).count();
    let selected: Vec<u16> = (0..36).filter(|row| reversed(*row) > 20).collect();
    assert_eq!(selected.len(), 1, "the selected row is the reversed one: {selected:?}");
    let coloured = Desk::new((120, 36));
    assert_eq!(text(&Desk::colourless((120, 36)).buffer()), coloured.screen(), "same words");
}

#[test]
fn esc_and_q_close_the_innermost_layer_and_only_q_quits_on_the_last() {
    let mut desk = Desk::new((80, 24));
    desk.type_keys("j");
    desk.press(KeyCode::Enter);
    desk.type_keys("?");
    assert!(desk.screen().contains(" Help "));
    for has_details in [true, false, false, false] {
        assert_eq!(desk.press(KeyCode::Esc), None);
        assert!(!desk.screen().contains(" Help "));
        assert_eq!(desk.app.view().open.is_some(), has_details);
    }
    desk.press(KeyCode::Enter);
    desk.type_keys("?");
    for has_details in [true, false] {
        assert_eq!(desk.press(KeyCode::Char('q')), None);
        assert_eq!(desk.app.view().open.is_some(), has_details);
    }
    assert_eq!(desk.press(KeyCode::Char('q')), Some(Effect::Quit));
    desk.type_keys("w?");
    assert_eq!(desk.press_ctrl('c'), Some(Effect::Quit), "at once, over whatever is open");
    desk.resize(Size { width: 40, height: 10 });
    assert_eq!(desk.press(KeyCode::Char('q')), Some(Effect::Quit), "overlays cannot be seen");
    assert_eq!(desk.press_ctrl('z'), Some(Effect::Suspend));
}

#[test]
fn the_help_names_every_key_of_the_table() {
    let mut desk = Desk::new((120, 100));
    desk.type_keys("?");
    let screen = desk.screen();
    for (keys, what) in BINDINGS.iter().filter_map(|binding| binding.help) {
        assert!(screen.lines().any(|line| line.contains(keys) && line.contains(what)), "{keys}: {what}");
    }
}

#[test]
fn details_scroll_to_their_last_line_and_no_further() {
    let mut desk = Desk::new((60, 15));
    desk.type_keys("hj");
    desk.press(KeyCode::Enter);
    for _ in 0..200 {
        desk.press(KeyCode::Down);
    }
    let bottom = desk.screen();
    let (shown, all) = bottom.split_once(" lines ").unwrap().1.split_once(" of ").unwrap();
    let (last, all) = (shown.split('–').nth(1).unwrap(), all.split(' ').next().unwrap());
    assert_eq!(last, all, "{bottom}");
    desk.press(KeyCode::PageUp);
    assert_ne!(desk.screen(), bottom);
    desk.press(KeyCode::Char('G'));
    assert_eq!(desk.screen(), bottom);
}

#[test]
fn every_screen_survives_every_size() {
    const WIDTHS: [u16; 16] = [1, 2, 3, 20, 59, 60, 61, 80, 99, 100, 109, 110, 120, 160, 200, 250];
    const HEIGHTS: [u16; 14] = [1, 2, 3, 9, 14, 15, 19, 20, 24, 34, 44, 45, 60, 80];
    for keys in ["", "?", "hj\n", "jj\n", "G", "hG", " jj?", "2sj", "2j\n", "5lll", "4", "6j", "6a"] {
        let mut desk = Desk::new((80, 24));
        desk.type_keys(keys);
        for (width, height) in WIDTHS.iter().flat_map(|width| HEIGHTS.map(|height| (*width, height))) {
            desk.resize(Size { width, height });
            desk.press(KeyCode::PageDown);
            assert_eq!(desk.buffer().area.as_size(), Size { width, height });
        }
    }
}
