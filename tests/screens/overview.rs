//! The panels of the Overview screen: which has the focus, which is shown alone, and the events.

use crate::desk::Desk;
use crossterm::event::{KeyCode, MouseButton, MouseEventKind};
use mempulse::snapshot::Open;

const SMALL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (200, 60);

/// At the end of the scene, with the focus on the events and all of them in the snapshot.
fn at_events(size: (u16, u16)) -> Desk {
    let mut desk = Desk::alone(size);
    desk.press(KeyCode::Tab);
    desk.answer();
    desk
}

#[test]
fn tab_leads_to_every_panel_even_where_not_all_have_room() {
    for size in [SMALL, LARGE] {
        let mut desk = Desk::new(size);
        for title in ["Events", "Fees", "Arrivals", "Mempool", "Peers", "Transactions"] {
            desk.press(KeyCode::Tab);
            let screen = desk.screen();
            assert!(screen.contains(&format!("┏ {title} ")), "{size:?} {title}\n{screen}");
        }
        desk.press(KeyCode::BackTab);
        assert!(desk.screen().contains("┏ Peers "));
    }
}

#[test]
fn z_shows_the_panel_in_focus_alone_and_z_or_esc_shows_all_again() {
    for size in [SMALL, LARGE] {
        let mut desk = Desk::new(size);
        let all = desk.screen();
        for back in [KeyCode::Char('z'), KeyCode::Char('_'), KeyCode::Esc] {
            desk.type_keys("z");
            let screen = desk.screen();
            assert!(screen.contains("┏ Transactions ") && !screen.contains(" Peers  7"), "{screen}");
            let framed = screen.lines().filter(|line| line.contains('┃')).count();
            assert_eq!(framed, usize::from(size.1) - 4, "{screen}");
            desk.press(back);
            assert_eq!(desk.screen(), all);
        }
    }
}

#[test]
fn an_event_opens_the_peer_transaction_or_block_that_it_is_about() {
    let mut desk = at_events(LARGE);
    let of = |desk: &mut Desk| {
        desk.press(KeyCode::Enter);
        let open = desk.app.view().open;
        desk.press(KeyCode::Esc);
        open
    };
    assert!(matches!(of(&mut desk), Some(Open::Transaction(_))), "a replacement");
    desk.type_keys("l");
    assert!(desk.screen().contains("┏ Events  peers ━"), "{}", desk.screen());
    assert!(matches!(of(&mut desk), Some(Open::Peer(_))));
    desk.type_keys("ll");
    assert!(desk.screen().contains("┏ Events  blocks ━"), "{}", desk.screen());
    assert!(matches!(of(&mut desk), Some(Open::Block(_))));
    desk.type_keys("lll");
    assert!(desk.screen().contains("┏ Events  program ━"), "{}", desk.screen());
    assert_eq!(of(&mut desk), None);
}

#[test]
fn events_are_filtered_by_kind_and_text_until_esc() {
    let mut desk = at_events(LARGE);
    let all = desk.screen();
    desk.type_keys("/stale tip");
    let screen = desk.screen();
    assert!(screen.contains("┏ Events  all · /stale tip▏"), "{screen}");
    assert!(screen.contains("203.0.113.77:18333: stale tip") && !screen.contains("replaced by"), "{screen}");
    desk.press(KeyCode::Enter);
    desk.type_keys("lll");
    assert!(desk.screen().contains("no event matches · Esc: all"), "{}", desk.screen());
    desk.press(KeyCode::Esc);
    desk.press(KeyCode::Esc);
    assert_eq!(desk.screen(), all);
}

#[test]
fn events_scroll_to_the_oldest() {
    let mut desk = at_events(SMALL);
    let top = desk.screen();
    assert!(top.contains("┏ Events  all ━"), "{top}");
    desk.type_keys("G");
    let bottom = desk.screen();
    assert!(bottom != top && bottom.contains("seed "), "the program began with its seeds: {bottom}");
    desk.type_keys("g");
    assert_eq!(desk.screen(), top);
}

#[test]
fn a_click_focuses_a_panel_and_selects_the_event_under_it() {
    let mut desk = Desk::alone(LARGE);
    let place = |desk: &Desk, text: &str| {
        let screen = desk.screen();
        let line = screen.lines().position(|line| line.contains(text)).unwrap();
        let before = screen.lines().nth(line).unwrap().split(text).next().unwrap().chars().count();
        (before, line)
    };
    let (x, y) = place(&desk, "stale tip: at");
    desk.mouse(MouseEventKind::Down(MouseButton::Left), x, y);
    desk.answer();
    assert!(desk.screen().contains("┏ Events  all ━"), "{}", desk.screen());
    let (x, y) = place(&desk, "stale tip: at");
    desk.mouse(MouseEventKind::Down(MouseButton::Left), x, y);
    assert!(matches!(desk.app.view().open, Some(Open::Peer(_))));
}

#[test]
fn a_stale_block_is_marked_in_its_title_and_its_figures_stay_in_their_rows() {
    let mut desk = Desk::new(LARGE);
    desk.type_keys("5");
    let screen = desk.screen();
    let title = screen.lines().find(|line| line.contains("STALE")).unwrap();
    assert!(title.contains(" 923,113 STALE "), "{screen}");
    let ages = screen.lines().find(|line| line.contains("min ago")).unwrap();
    let columns = ages.matches("min ago").count();
    assert!(columns >= 4, "every column has its age in this row: {ages}");
}

#[test]
fn a_filter_and_a_query_go_to_the_screen_with_the_whole_list() {
    for (tabs, title) in [(0, "┏ Transactions "), (5, "┏ Peers ")] {
        let mut desk = Desk::new(SMALL);
        (0..tabs).for_each(|_| _ = desk.press(KeyCode::Tab));
        assert!(desk.screen().contains(title), "{}", desk.screen());
        desk.type_keys("/zz");
        let screen = desk.screen();
        assert!(screen.contains(title) && screen.contains("/zz▏") && !screen.contains("╭ tx/s"), "{screen}");
    }
    let mut desk = Desk::new(SMALL);
    desk.type_keys(":");
    assert!(desk.screen().contains("┏ Query: transactions "), "{}", desk.screen());
}

#[test]
fn enter_on_a_chart_goes_to_the_screen_that_has_more_of_it() {
    for (tabs, title) in [(2, "┏ Fee bands "), (3, "┏ Transactions "), (4, "┏ Fee bands ")] {
        let mut desk = Desk::new(SMALL);
        (0..tabs).for_each(|_| _ = desk.press(KeyCode::Tab));
        desk.press(KeyCode::Enter);
        desk.answer();
        let screen = desk.screen();
        assert!(screen.contains(title) && !screen.contains("╭ tx/s"), "{screen}");
    }
}
