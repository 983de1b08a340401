//! Finding something by its txid, block hash or address.

use crate::desk::Desk;
use crossterm::event::KeyCode;
use mempulse::event::Command;
use mempulse::snapshot::Open;
use mempulse::tui::Effect;

#[test]
fn a_pasted_txid_is_found_on_any_screen_and_opened_or_watched() {
    for screen in ["1", "2", "4", "5", "7"] {
        let mut desk = Desk::new((120, 36));
        let row = desk.snapshot().overview.transactions.rows[5].clone();
        desk.type_keys(screen);
        desk.paste(&format!(" {}\n", row.txid));
        assert!(
            desk.screen().contains("transaction in the mempool · Enter opens it · Tab watches it"),
            "{}",
            desk.screen()
        );
        match desk.press(KeyCode::Tab) {
            Some(Effect::Send(Command::Watch(targets))) => {
                assert_eq!(targets[0].text(), row.txid.to_string());
            }
            other => panic!("{other:?}"),
        }
        desk.press(KeyCode::Enter);
        assert_eq!(desk.app.view().open, Some(Open::Transaction(row.key)));
    }
}

#[test]
fn a_block_hash_is_found_and_unknown_digits_are_called_unknown() {
    let mut desk = Desk::new((120, 36));
    desk.type_keys("5");
    let hash = desk.snapshot().blocks.unwrap().blocks[1].figures.hash;
    desk.press_ctrl('f');
    desk.type_keys(&hash.to_string());
    assert!(desk.screen().contains("block · Enter opens it"), "{}", desk.screen());
    desk.press(KeyCode::Enter);
    assert_eq!(desk.app.view().open, Some(Open::Block(hash)));
    desk.press(KeyCode::Esc);
    desk.paste(&"0d".repeat(32));
    assert!(desk.screen().contains("neither in the mempool nor one of the last blocks"), "{}", desk.screen());
    desk.press(KeyCode::Esc);
    assert_eq!(desk.app.view().find, None);
}

#[test]
fn an_address_lists_the_transactions_that_pay_to_it() {
    let mut desk = Desk::alone((120, 36));
    let address = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq";
    desk.paste(address);
    assert!(desk.screen().contains("address · Enter lists what pays to it"), "{}", desk.screen());
    desk.press(KeyCode::Enter);
    assert!(desk.screen().contains(&format!("by fee rate ▼ · /{address}")), "{}", desk.screen());
    assert_eq!(desk.snapshot().transactions.unwrap().transactions.total, 0);
}

#[test]
fn peers_are_filtered_by_address_and_user_agent() {
    let mut desk = Desk::new((120, 36));
    desk.type_keys("2/BTCD");
    let peers = desk.snapshot().peers.unwrap().peers;
    assert!(peers.total > 0 && peers.rows.iter().all(|peer| peer.row.user_agent.contains("btcd")));
    desk.press(KeyCode::Esc);
    desk.type_keys("/203.0.113.5:");
    assert_eq!(desk.snapshot().peers.unwrap().peers.total, 1);
    desk.type_keys("x");
    assert!(desk.screen().contains("no peer matches"), "{}", desk.screen());
}
