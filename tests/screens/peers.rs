//! The Peers screen: its panels, the page of the selected peer, columns and groups.

use crate::desk::Desk;
use crossterm::event::KeyCode;
use mempulse::snapshot::Open;

const SMALL: (u16, u16) = (80, 24);
const WIDE: (u16, u16) = (200, 60);

/// The Peers screen at the end of the scene.
fn desk(size: (u16, u16)) -> Desk {
    let mut desk = Desk::new(size);
    desk.type_keys("2");
    desk.answer();
    desk.answer();
    desk
}

/// The address of the peer whose page is beside the list.
fn on_page(desk: &Desk) -> Option<String> {
    let screen = desk.screen();
    let rest = screen.split(" Peer ").nth(1)?;
    rest.split_whitespace().next().map(str::to_owned)
}

#[test]
fn a_wide_terminal_shows_the_page_of_the_selected_peer_else_of_the_first() {
    let mut desk = desk(WIDE);
    assert_eq!(on_page(&desk).as_deref(), Some("203.0.113.5:8333"), "{}", desk.screen());
    assert!(desk.screen().contains("user agent /Satoshi:31.0.0/"), "{}", desk.screen());
    desk.type_keys("jj");
    desk.answer();
    assert_eq!(on_page(&desk).as_deref(), Some("192.0.2.44:8333"), "{}", desk.screen());
    desk.press(KeyCode::Enter);
    assert!(matches!(desk.app.view().open, Some(Open::Peer(_))));
    assert_eq!(on_page(&self::desk((159, 60))), None);
}

#[test]
fn the_page_beside_a_frozen_list_follows_the_selection() {
    let mut desk = Desk::alone(WIDE);
    desk.type_keys("2");
    desk.answer();
    desk.type_keys(" ");
    desk.answer();
    desk.type_keys("jj");
    desk.answer();
    assert_eq!(on_page(&desk).as_deref(), Some("192.0.2.44:8333"), "{}", desk.screen());
    assert!(desk.screen().contains("FROZEN") && !desk.screen().contains("loading"), "{}", desk.screen());
}

#[test]
fn tab_leads_to_every_panel_and_z_shows_it_alone() {
    let panels = |size, titles: &[&str]| {
        let mut desk = desk(size);
        for title in titles {
            let screen = desk.screen();
            assert!(screen.contains(&format!("┏ {title}")), "{size:?} {title}\n{screen}");
            desk.type_keys("z");
            desk.answer();
            let screen = desk.screen();
            let framed = screen.lines().filter(|line| line.starts_with('┃')).count();
            assert_eq!(framed, usize::from(size.1) - 4, "{screen}");
            assert!(screen.contains("203.0.113.5:8333") || title.starts_with("Disc"), "{screen}");
            desk.type_keys("z");
            desk.press(KeyCode::Tab);
        }
        assert!(desk.screen().contains("┏ Peers "), "{}", desk.screen());
    };
    panels(SMALL, &["Peers ", "Disconnected "]);
    panels((120, 36), &["Peers ", "Disconnected ", "Last 50 transactions "]);
    panels(WIDE, &["Peers ", "Peer 203.0.113.5:8333 ", "Disconnected ", "Last 50 transactions "]);
}

#[test]
fn the_page_scrolls_while_it_has_the_focus() {
    let mut desk = desk((160, 40));
    desk.press(KeyCode::Tab);
    let top = desk.screen();
    assert!(top.contains(" lines 1–"), "{top}");
    desk.type_keys("jjj");
    assert!(desk.screen().contains(" lines 4–"), "{}", desk.screen());
}
