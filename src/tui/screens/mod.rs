//! The screens, one folder each: request to the model, keys, drawing.

mod blocks;
mod log;
mod mempool;
mod overview;
mod peers;
mod sensors;
mod transactions;
mod watchlist;

use super::chrome::tabs::TabName;
use super::layer::Layer;
use crate::snapshot::Screen;

/// Every screen with its name on the tab bar. The first one is shown at startup, and a screen's number key is
/// its position.
pub fn all() -> Vec<(TabName, Box<dyn Layer>)> {
    let tab = |screen, name, short| TabName { screen, name, short };
    vec![
        (tab(Screen::Overview, "Overview", "Overview"), Box::<overview::Overview>::default()),
        (tab(Screen::Peers, "Peers", "Peers"), Box::<peers::Peers>::default()),
        (tab(Screen::Transactions, "Transactions", "Txs"), Box::<transactions::Transactions>::default()),
        (tab(Screen::Mempool, "Mempool", "Mempool"), Box::<mempool::Mempool>::default()),
        (tab(Screen::Blocks, "Blocks", "Blocks"), Box::<blocks::Blocks>::default()),
        (tab(Screen::Watchlist, "Watch list", "Watch"), Box::<watchlist::Watchlist>::default()),
        (tab(Screen::Log, "Log", "Log"), Box::<log::Log>::default()),
        (tab(Screen::Sensors, "Sensors", "Sensors"), Box::<sensors::Sensors>::default()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keys::{Action, Keymap, Place};
    use crossterm::event::KeyCode;

    #[test]
    fn the_number_key_of_a_screen_is_its_position_in_the_list() {
        for (digit, (name, _)) in ('1'..).zip(all()) {
            let bound = Keymap::default().action(KeyCode::Char(digit).into(), Place::Overview);
            assert_eq!(bound, Some(Action::Show(name.screen)), "{digit}");
        }
    }
}
