//! The title line.

use crate::desk::Desk;
use crossterm::event::{MouseButton, MouseEventKind};
use mempulse::event::{BootstrapProgress, Event, EventKind};

#[test]
fn a_click_on_a_tab_goes_to_its_screen() {
    for size in [(80, 24), (200, 60)] {
        let mut desk = Desk::new(size);
        let title = desk.screen().lines().next().unwrap().to_owned();
        let peers = title.char_indices().position(|(at, _)| title[at..].starts_with(" 2")).unwrap() + 1;
        desk.mouse(MouseEventKind::Down(MouseButton::Left), peers, 0);
        assert!(desk.screen().contains("by state"), "{}", desk.screen());
        assert!(desk.screen().lines().next().unwrap().contains("2 Peers"));
    }
}

#[test]
fn the_title_shows_how_far_the_bootstrap_is_until_it_is_done() {
    for size in [(80, 24), (120, 36), (200, 60)] {
        let mut desk = Desk::alone(size);
        let happen = |desk: &mut Desk, done| {
            let kind = EventKind::Bootstrap(BootstrapProgress { listed: 52_880, fetched: 31_204, done });
            desk.happen(&Event { time: desk.now, kind });
            desk.answer();
        };
        happen(&mut desk, false);
        for screen in ["1", "4"] {
            desk.type_keys(screen);
            assert!(desk.screen().contains("mempool 31,204 of 52,880"), "{size:?}\n{}", desk.screen());
        }
        happen(&mut desk, true);
        assert!(!desk.screen().contains("of 52,880"), "{size:?}\n{}", desk.screen());
    }
}

#[test]
fn the_title_shows_the_backfill_where_there_is_room_beside_the_tip() {
    for (width, height) in [(120, 36), (80, 24), (60, 15)] {
        let mut desk = Desk::alone((width, height));
        let bootstrap = EventKind::Bootstrap(BootstrapProgress { listed: 1, fetched: 1, done: true });
        let backfill = EventKind::Backfill { fetched: 12, requested: 100, given_up: 0 };
        for kind in [bootstrap, backfill] {
            desk.happen(&Event { time: desk.now, kind });
        }
        desk.answer();
        let screen = desk.screen();
        let title = screen.lines().next().unwrap();
        assert!(title.contains("tip 923,114"), "{title}");
        assert_eq!(title.contains("backfill 12/100 · "), width >= 80, "{title}");
    }
}
