//! The Transactions screen: order, filter, selection.

use crate::desk::Desk;
use crossterm::event::KeyCode;
use mempulse::snapshot::{TransactionRow, TransactionsScreen};
use mempulse::tui::TuiSettings;

fn screen(desk: &Desk) -> TransactionsScreen {
    *desk.snapshot().transactions.unwrap()
}

fn rows(desk: &Desk) -> Vec<TransactionRow> {
    screen(desk).transactions.rows
}

#[test]
fn the_highest_fee_rate_comes_first_and_r_reverses_with_unknown_rates_still_last() {
    let mut desk = Desk::alone((200, 60));
    desk.type_keys("3");
    let rates = |desk: &Desk| -> Vec<f64> {
        rows(desk).iter().filter_map(|row| row.fee_rate.middle().or(row.fee_rate.min())).collect()
    };
    assert!(rates(&desk).len() > 50 && rates(&desk).is_sorted_by(|one, other| one >= other));
    assert!(desk.screen().contains("by fee rate ▼"), "{}", desk.screen());
    desk.type_keys("r");
    assert!(rates(&desk).len() > 50 && rates(&desk).is_sorted());
    assert!(desk.screen().contains("by fee rate ▲"));
}

#[test]
fn every_order_is_reached_by_key_and_its_column_is_always_shown() {
    let mut desk = Desk::alone((60, 15));
    desk.type_keys("3");
    for _ in 0..22 {
        desk.type_keys(">");
        let screen = desk.screen();
        assert!(screen.matches(['▲', '▼']).count() >= 2, "{screen}");
        assert_eq!(desk.snapshot().transactions.unwrap().progress, None);
    }
    let shown = desk.screen();
    desk.type_keys("><");
    assert_eq!(desk.screen(), shown);
}

#[test]
fn the_filter_narrows_the_list_while_it_is_typed_and_esc_clears_it() {
    let mut desk = Desk::alone((120, 36));
    desk.type_keys("3");
    let total = screen(&desk).transactions.total;
    let wanted = rows(&desk)[7].clone();
    desk.type_keys("/");
    desk.type_keys(&wanted.txid.to_string()[..6]);
    let found = rows(&desk);
    assert_eq!(found.iter().map(|row| row.txid).collect::<Vec<_>>(), [wanted.txid]);
    assert!(desk.screen().contains(&format!("/{}▏", &wanted.txid.to_string()[..6])), "{}", desk.screen());
    desk.press(KeyCode::Enter);
    desk.press(KeyCode::Enter);
    assert!(desk.screen().contains(&wanted.txid.to_string()[..40]), "{}", desk.screen());
    desk.press(KeyCode::Esc);
    assert_eq!(screen(&desk).transactions.total, 1, "still filtered");
    desk.press(KeyCode::Esc);
    assert_eq!(screen(&desk).transactions.total, total);
    desk.type_keys("/no such text");
    assert!(desk.screen().contains("no transaction matches"), "{}", desk.screen());
}

#[test]
fn the_selection_follows_its_transaction_through_orders_and_arrivals() {
    let mut desk = Desk::alone((120, 36));
    desk.type_keys("3jjjjj");
    let selected = rows(&desk)[4].txid;
    let is_selected = |desk: &Desk| {
        let window = screen(desk).transactions;
        assert_eq!(window.selected.map(|at| window.rows[at].txid), Some(selected));
    };
    is_selected(&desk);
    for key in [">", "r", "<", "<"] {
        desk.type_keys(key);
        is_selected(&desk);
    }
    desk.arrive(0..40);
    is_selected(&desk);
}

#[test]
fn a_click_on_a_head_sorts_by_its_column_and_a_paste_goes_into_the_filter() {
    let mut desk = Desk::alone((120, 36));
    desk.type_keys("3");
    desk.click("fee sat");
    assert!(desk.screen().contains("by fee ▼"), "{}", desk.screen());
    desk.click("fee sat");
    assert!(desk.screen().contains("by fee ▲"), "{}", desk.screen());
    let wanted = rows(&desk)[3].txid;
    desk.type_keys("/");
    desk.paste(&wanted.to_string());
    assert_eq!(rows(&desk).iter().map(|row| row.txid).collect::<Vec<_>>(), [wanted]);
}

#[test]
fn the_order_is_kept_from_one_run_to_the_next() {
    let mut desk = Desk::new((120, 36));
    desk.type_keys("3sr");
    let title = |desk: &Desk| desk.screen().lines().nth(1).unwrap().to_owned();
    assert!(title(&desk).contains("by chunk fee rate ▲"), "{}", title(&desk));
    let settings = TuiSettings { view: desk.app.view_state(), ..TuiSettings::default() };
    assert!(title(&Desk::set_up((120, 36), &settings)).contains("by chunk fee rate ▲"));
}
