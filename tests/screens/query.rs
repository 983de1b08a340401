//! Queries of the lists on screen.

use crate::desk::Desk;
use crossterm::event::KeyCode;
use mempulse::tui::Effect;

const SIZE: (u16, u16) = (120, 36);

fn peers(desk: &mut Desk) {
    desk.type_keys("2");
}

#[test]
fn a_query_filters_and_sorts_the_peers_until_esc_drops_it() {
    let mut desk = Desk::new(SIZE);
    peers(&mut desk);
    let all = desk.snapshot().peers.unwrap().peers.total;
    desk.type_keys(":");
    let kept = desk.type_text("state = live and ping != unknown sort -ping");
    let line = "peers state = live and ping != unknown sort -ping";
    assert_eq!(kept, Some(Effect::KeepQueries(vec![line.to_owned()])));
    let screen = desk.snapshot().peers.unwrap();
    let pings: Vec<_> = screen.peers.rows.iter().map(|peer| peer.stats.ping.last).collect();
    assert!(!pings.is_empty() && pings.len() < all && pings.is_sorted_by(|one, other| one >= other));
    let title = format!("Peers  {} of {all} · state = live", pings.len());
    assert!(desk.screen().contains(&title), "{}", desk.screen());
    desk.press(KeyCode::Esc);
    assert_eq!(desk.snapshot().peers.unwrap().peers.total, all);
}

#[test]
fn a_query_filters_and_sorts_the_transactions_together_with_a_text() {
    let mut desk = Desk::alone(SIZE);
    desk.type_keys("3:");
    desk.type_text("vsize > 250 and fee_rate = exact sort -vsize");
    let rows = |desk: &Desk| desk.snapshot().transactions.unwrap().transactions.rows;
    desk.answer();
    let found = rows(&desk);
    assert!(!found.is_empty() && found.is_sorted_by(|one, other| one.vsize >= other.vsize));
    assert!(found.iter().all(|tx| tx.vsize > 250 && tx.fee_rate.exact().is_some()));
    assert!(desk.screen().contains("· vsize > 250 and fee_rate = exact"), "{}", desk.screen());
    let start = &found[0].txid.to_string()[..8];
    desk.type_keys("/");
    desk.type_text(start);
    desk.answer();
    assert_eq!(rows(&desk).len(), 1);
}

#[test]
fn sorting_by_a_column_keeps_the_condition_of_the_query() {
    let mut desk = Desk::new(SIZE);
    peers(&mut desk);
    desk.type_keys(":");
    desk.type_text("state = live sort -ping");
    desk.type_keys("r");
    assert!(desk.screen().contains("· state = live · by "), "{}", desk.screen());
}

#[test]
fn tab_completes_fields_and_values_one_after_the_other() {
    let mut desk = Desk::new(SIZE);
    peers(&mut desk);
    desk.type_keys(":sta");
    desk.press(KeyCode::Tab);
    assert!(
        desk.screen().contains("│ :state ▏") || desk.screen().contains("┃ :state ▏"),
        "{}",
        desk.screen()
    );
    desk.type_keys("= l");
    desk.press(KeyCode::Tab);
    desk.press(KeyCode::Tab);
    assert!(desk.screen().contains(":state = late▏"), "{}", desk.screen());
    desk.press(KeyCode::BackTab);
    assert!(desk.screen().contains(":state = live▏"), "{}", desk.screen());
}

#[test]
fn a_query_that_is_wrong_stays_with_a_mark_at_the_column() {
    let mut desk = Desk::new(SIZE);
    peers(&mut desk);
    desk.type_keys(":");
    assert_eq!(desk.type_text("relay and pnig < 50ms"), None);
    let screen = desk.screen();
    let (at, line) = screen.lines().enumerate().find(|(_, line)| line.contains(":relay and")).unwrap();
    let below = screen.lines().nth(at + 1).unwrap();
    let column = |line: &str, text: &str| line.split_once(text).unwrap().0.chars().count();
    assert_eq!(column(line, "pnig"), column(below, "^^^^"), "{screen}");
    assert!(screen.contains("column 11: peers have no field \"pnig\": did you mean ping?"), "{screen}");
    desk.press(KeyCode::Backspace);
    assert!(!desk.screen().contains("did you mean"), "{}", desk.screen());
}

#[test]
fn the_arrows_bring_earlier_queries_back_and_what_was_typed() {
    let mut desk = Desk::new(SIZE);
    peers(&mut desk);
    for query in [":relay", ":dials > 1"] {
        desk.type_text(query);
        desk.press(KeyCode::Esc);
    }
    desk.type_keys(":st");
    desk.press(KeyCode::Up);
    assert!(desk.screen().contains(":dials > 1▏"), "{}", desk.screen());
    desk.press(KeyCode::Up);
    desk.press(KeyCode::Up);
    assert!(desk.screen().contains(":relay▏"), "{}", desk.screen());
    desk.press(KeyCode::Down);
    desk.press(KeyCode::Down);
    assert!(desk.screen().contains(":st▏"), "{}", desk.screen());
}

#[test]
fn the_cursor_moves_and_a_paste_goes_where_it_is() {
    let mut desk = Desk::new(SIZE);
    peers(&mut desk);
    desk.type_keys(":ping");
    desk.press(KeyCode::Home);
    desk.paste("not \u{1b}");
    assert!(desk.screen().contains(":not ▏ping"), "{}", desk.screen());
    desk.paste("a\nb");
    assert!(desk.screen().lines().last().unwrap().contains("a query is one line"), "{}", desk.screen());
    desk.press(KeyCode::End);
    desk.press_ctrl('w');
    assert!(desk.screen().contains(":not ▏"), "{}", desk.screen());
    assert_eq!(desk.press_ctrl('c'), Some(Effect::Quit));
}

#[test]
fn nothing_matches_and_the_list_says_how_to_see_all() {
    let mut desk = Desk::new((80, 24));
    peers(&mut desk);
    desk.type_keys(":");
    desk.type_text("dials > 1M");
    assert!(desk.screen().contains("no peer matches · Esc: all"), "{}", desk.screen());
}

#[test]
fn a_frozen_list_is_not_queried() {
    let mut desk = Desk::new(SIZE);
    peers(&mut desk);
    desk.type_keys(" :");
    assert!(desk.screen().lines().last().unwrap().contains("unfreeze"), "{}", desk.screen());
}
