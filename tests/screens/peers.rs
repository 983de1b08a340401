//! The Peers screen: its panels, the page of the selected peer, columns and groups.

use crate::desk::Desk;
use crossterm::event::{KeyCode, MouseButton, MouseEventKind};
use mempulse::snapshot::Open;
use mempulse::tui::TuiSettings;

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

#[test]
fn columns_are_hidden_and_moved_at_once_and_the_choice_is_kept() {
    let mut desk = desk(SMALL);
    let head = |desk: &Desk| desk.screen().lines().nth(2).unwrap().to_owned();
    assert!(head(&desk).contains("ping   median   answer"), "{}", head(&desk));
    desk.type_keys("C");
    let screen = desk.screen();
    assert!(screen.contains("┏ Columns ") && screen.contains(" [x] address "), "{screen}");
    desk.type_keys("jjj ");
    assert!(desk.screen().contains(" [ ] user agent "), "{}", desk.screen());
    desk.type_keys("kkKq");
    assert!(head(&desk).starts_with("┃ address") && !head(&desk).contains("user agent"), "{}", desk.screen());
    let kept = desk.app.view_state();
    let mut next = Desk::set_up(SMALL, &TuiSettings { view: kept, ..TuiSettings::default() });
    next.answer();
    assert_eq!(head(&next), head(&desk));
    next.type_keys("CrC");
    assert!(head(&next).contains("user agent"), "{}", head(&next));
}

#[test]
fn a_column_without_room_says_so_and_the_last_one_stays() {
    let mut desk = desk(SMALL);
    desk.type_keys("CG");
    let screen = desk.screen();
    assert!(
        screen.lines().any(|line| line.contains("bytes sent") && line.contains("no room for it")),
        "{screen}"
    );
    desk.type_keys("g");
    for _ in 0..40 {
        desk.type_keys(" j");
    }
    desk.type_keys(" ");
    assert!(desk.screen().contains("one column must stay"), "{}", desk.screen());
    desk.press(KeyCode::Esc);
    assert!(desk.screen().contains("┏ Peers "), "{}", desk.screen());
}

#[test]
fn a_click_in_the_choice_hides_a_column_and_one_outside_closes_it() {
    let mut desk = desk(SMALL);
    desk.type_keys("C");
    let screen = desk.screen();
    let row = screen.lines().position(|line| line.contains(" [x] address ")).unwrap();
    desk.mouse(MouseEventKind::Down(MouseButton::Left), 40, row);
    assert!(desk.screen().contains(" [ ] address "), "{}", desk.screen());
    desk.mouse(MouseEventKind::Down(MouseButton::Left), 1, 5);
    assert!(!desk.screen().contains("┏ Columns "), "{}", desk.screen());
}

#[test]
fn a_click_on_a_head_sorts_by_its_column_and_a_second_one_reverses() {
    let mut desk = desk(SMALL);
    let click = |desk: &mut Desk| {
        let screen = desk.screen();
        let head = screen.lines().nth(2).unwrap();
        let at = head.split("answer").next().unwrap().chars().count();
        desk.mouse(MouseEventKind::Down(MouseButton::Left), at, 2);
        desk.answer();
        desk.screen()
    };
    let up = click(&mut desk);
    assert!(up.contains("by median answer time ▲") && up.contains("answer▲"), "{up}");
    let down = click(&mut desk);
    assert!(down.contains("by median answer time ▼") && down.contains("answer▼"), "{down}");
}

#[test]
fn o_groups_the_peers_and_enter_lists_those_of_a_group() {
    let mut desk = desk(SMALL);
    let press = |desk: &mut Desk, key| {
        desk.press(key);
        desk.answer();
        desk.screen()
    };
    let screen = press(&mut desk, KeyCode::Char('o'));
    assert!(screen.contains("┏ Peers  by network, 3 groups ━"), "{screen}");
    let row = |screen: &str, group: &str| {
        let line = screen.lines().find(|line| line.starts_with(&format!("┃ {group} "))).unwrap();
        line.split_whitespace().skip(2).take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(row(&screen, "IPv4"), ["5", "9"], "live, and all: {screen}");
    assert_eq!(row(&screen, "onion"), ["1", "1"], "{screen}");
    press(&mut desk, KeyCode::Down);
    let screen = press(&mut desk, KeyCode::Enter);
    assert!(screen.contains("┏ Peers  2 of 12 · IPv6 · by state ▲"), "{screen}");
    let screen = press(&mut desk, KeyCode::Esc);
    assert!(screen.contains("┏ Peers  by network, 3 groups ━"), "{screen}");
    let screen = press(&mut desk, KeyCode::Char('o'));
    assert!(screen.contains("by address range, ") && screen.contains("┃ 203.0/16 "), "{screen}");
    let screen = press(&mut desk, KeyCode::Char('o'));
    assert!(screen.contains("by version, ") && screen.contains("┃ Satoshi:31.0.0 "), "{screen}");
    assert!(screen.contains("┃ unknown "), "{screen}");
    desk.type_keys("/31.0");
    desk.answer();
    assert!(desk.screen().contains("by version, 1 group · /31.0▏"), "{}", desk.screen());
    desk.press(KeyCode::Esc);
    let screen = press(&mut desk, KeyCode::Char('o'));
    assert!(screen.contains("┏ Peers  7 live of 12 · by state ▲"), "{screen}");
}

#[test]
fn groups_have_no_keys_that_sort_and_no_columns() {
    let mut desk = desk((120, 36));
    assert!(desk.footer().contains("s sort") && desk.footer().contains("r reverse"), "{}", desk.footer());
    desk.type_keys("o");
    desk.answer();
    for hint in ["s sort", "r reverse", "C columns"] {
        assert!(!desk.footer().contains(hint), "{hint}: {}", desk.footer());
    }
    desk.type_keys("s");
    assert!(desk.footer().contains("groups stand by their live peers"), "{}", desk.footer());
}
