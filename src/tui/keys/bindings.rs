//! The table of keys.

use super::action::{Action, Motion, Place};
use super::binding::{Binding, Key};
use crate::snapshot::Screen;
use crossterm::event::KeyCode;

/// Everywhere but where text is typed.
const EVERYWHERE: &[Place] = &[
    Place::Overview,
    Place::Peers,
    Place::Mempool,
    Place::MempoolHalf,
    Place::Blocks,
    Place::Details,
    Place::Help,
    Place::Watchlist,
];
/// Screens on which something can be selected.
const LISTS: &[Place] = &[Place::Overview, Place::Peers, Place::Blocks];
/// Screens with rows to select.
const ROWS: &[Place] = &[Place::Overview, Place::Peers];
/// Every screen but the overview.
const OTHERS: &[Place] = &[Place::Peers, Place::Mempool, Place::MempoolHalf, Place::Blocks];
const OVERVIEW: &[Place] = &[Place::Overview];
const PEERS: &[Place] = &[Place::Peers];
const MEMPOOL: &[Place] = &[Place::Mempool, Place::MempoolHalf];
const MEMPOOL_HALF: &[Place] = &[Place::MempoolHalf];
const BLOCKS: &[Place] = &[Place::Blocks];
const OVERLAYS: &[Place] = &[Place::Details, Place::Help, Place::Watchlist];
/// Overlays whose text scrolls.
const TEXTS: &[Place] = &[Place::Details, Place::Help];
const DETAILS: &[Place] = &[Place::Details];
/// Overlays from which a transaction can be opened.
const OPENING: &[Place] = &[Place::Details, Place::Watchlist];
const WATCHLIST: &[Place] = &[Place::Watchlist];
const INPUT: &[Place] = &[Place::Input];

const fn plain(code: KeyCode) -> Key {
    Key { code, ctrl: false }
}

const fn letter(letter: char) -> Key {
    plain(KeyCode::Char(letter))
}

const fn ctrl(letter: char) -> Key {
    Key { code: KeyCode::Char(letter), ctrl: true }
}

/// The table. Hints stand in its order, and the last ones give way first.
pub const BINDINGS: &[Binding] = &[
    Binding {
        keys: &[letter('q'), ctrl('c')],
        action: Action::Quit,
        places: EVERYWHERE,
        help: Some(("q  Ctrl-C", "quit")),
        hint: Some(("q", "quit", EVERYWHERE)),
    },
    Binding {
        keys: &[letter('?')],
        action: Action::Help,
        places: EVERYWHERE,
        help: Some(("?", "this help")),
        hint: Some(("?", "help", EVERYWHERE)),
    },
    Binding {
        keys: &[plain(KeyCode::Esc)],
        action: Action::Back,
        places: EVERYWHERE,
        help: Some(("Esc", "close what lies on top; never quits")),
        hint: Some(("Esc", "back", OVERLAYS)),
    },
    Binding {
        keys: &[plain(KeyCode::Char(' '))],
        action: Action::Freeze,
        places: EVERYWHERE,
        help: Some(("Space", "freeze the screen, or let it go on")),
        hint: Some(("Space", "freeze", EVERYWHERE)),
    },
    Binding {
        keys: &[plain(KeyCode::Enter)],
        action: Action::Open,
        places: LISTS,
        help: Some(("Enter", "details of the selected row")),
        hint: Some(("Enter", "details", LISTS)),
    },
    Binding {
        keys: &[plain(KeyCode::Enter)],
        action: Action::Open,
        places: OPENING,
        help: Some(("Enter", "on what is gone, or watched: what is held")),
        hint: Some(("Enter", "open", WATCHLIST)),
    },
    Binding {
        keys: &[plain(KeyCode::Tab), plain(KeyCode::Right), letter('l')],
        action: Action::Next,
        places: OVERVIEW,
        help: Some(("Tab  →  l", "next panel")),
        hint: Some(("Tab", "panel", OVERVIEW)),
    },
    Binding {
        keys: &[plain(KeyCode::BackTab), plain(KeyCode::Left), letter('h')],
        action: Action::Previous,
        places: OVERVIEW,
        help: Some(("Shift-Tab  ←  h", "previous panel")),
        hint: None,
    },
    Binding {
        keys: &[plain(KeyCode::Right), letter('l')],
        action: Action::Next,
        places: BLOCKS,
        help: Some(("→  l", "on the Blocks screen: the block before")),
        hint: Some(("←→", "select", BLOCKS)),
    },
    Binding {
        keys: &[plain(KeyCode::Left), letter('h')],
        action: Action::Previous,
        places: BLOCKS,
        help: Some(("←  h", "there: the block after")),
        hint: None,
    },
    Binding {
        keys: &[plain(KeyCode::Tab)],
        action: Action::Next,
        places: MEMPOOL_HALF,
        help: Some(("Tab", "on the Mempool screen: its other half")),
        hint: Some(("Tab", "other half", MEMPOOL_HALF)),
    },
    Binding {
        keys: &[letter('1')],
        action: Action::Show(Screen::Overview),
        places: EVERYWHERE,
        help: Some(("1", "the overview")),
        hint: Some(("1", "overview", OTHERS)),
    },
    Binding {
        keys: &[letter('2')],
        action: Action::Show(Screen::Peers),
        places: EVERYWHERE,
        help: Some(("2", "what each peer is worth")),
        hint: Some(("2", "peers", OVERVIEW)),
    },
    Binding {
        keys: &[letter('3')],
        action: Action::Show(Screen::Mempool),
        places: EVERYWHERE,
        help: Some(("3", "the mempool as a whole")),
        hint: Some(("3", "mempool", OVERVIEW)),
    },
    Binding {
        keys: &[letter('4')],
        action: Action::Show(Screen::Blocks),
        places: EVERYWHERE,
        help: Some(("4", "the last blocks")),
        hint: Some(("4", "blocks", OVERVIEW)),
    },
    Binding {
        keys: &[letter('s')],
        action: Action::SortNext,
        places: PEERS,
        help: Some(("s", "on the Peers screen: sort by the next one")),
        hint: Some(("s", "sort", PEERS)),
    },
    Binding {
        keys: &[letter('r')],
        action: Action::SortReverse,
        places: PEERS,
        help: Some(("r", "there: reverse the order")),
        hint: Some(("r", "reverse", PEERS)),
    },
    Binding {
        keys: &[letter('v')],
        action: Action::ToggleHistogram,
        places: MEMPOOL,
        help: Some(("v", "on the Mempool screen: by vB or count")),
        hint: Some(("v", "vB or count", MEMPOOL)),
    },
    Binding {
        keys: &[letter('w')],
        action: Action::Watchlist,
        places: EVERYWHERE,
        help: Some(("w", "what is watched")),
        hint: Some(("w", "watched", OVERVIEW)),
    },
    Binding {
        keys: &[letter('a')],
        action: Action::Add,
        places: WATCHLIST,
        help: Some(("a", "there: watch an address, txid or script")),
        hint: Some(("a", "add", WATCHLIST)),
    },
    Binding {
        keys: &[letter('d'), plain(KeyCode::Delete)],
        action: Action::Remove,
        places: WATCHLIST,
        help: Some(("d  Delete", "there: watch the selected one no longer")),
        hint: Some(("d", "remove", WATCHLIST)),
    },
    Binding {
        keys: &[letter('y')],
        action: Action::CopyId,
        places: EVERYWHERE,
        help: Some(("y", "copy the txid or the block hash (OSC 52)")),
        hint: None,
    },
    Binding {
        keys: &[letter('Y')],
        action: Action::CopyRaw,
        places: DETAILS,
        help: Some(("Y", "in details: copy the transaction in hex")),
        hint: None,
    },
    Binding {
        keys: &[plain(KeyCode::Up), letter('k')],
        action: Action::Move(Motion::Up),
        places: EVERYWHERE,
        help: Some(("↑  k", "up; above the newest: follow it")),
        hint: Some(("↑↓", "select", ROWS)),
    },
    Binding {
        keys: &[plain(KeyCode::Down), letter('j')],
        action: Action::Move(Motion::Down),
        places: EVERYWHERE,
        help: Some(("↓  j", "down")),
        hint: Some(("↑↓", "scroll", TEXTS)),
    },
    Binding {
        keys: &[plain(KeyCode::PageUp)],
        action: Action::Move(Motion::PageUp),
        places: EVERYWHERE,
        help: Some(("PgUp", "a page up")),
        hint: Some(("↑↓", "select", WATCHLIST)),
    },
    Binding {
        keys: &[plain(KeyCode::PageDown)],
        action: Action::Move(Motion::PageDown),
        places: EVERYWHERE,
        help: Some(("PgDn", "a page down")),
        hint: None,
    },
    Binding {
        keys: &[letter('g'), plain(KeyCode::Home)],
        action: Action::Move(Motion::Top),
        places: EVERYWHERE,
        help: Some(("g  Home", "to the top: follow the newest")),
        hint: Some(("g", "newest", OVERVIEW)),
    },
    Binding {
        keys: &[letter('G'), plain(KeyCode::End)],
        action: Action::Move(Motion::Bottom),
        places: EVERYWHERE,
        help: Some(("G  End", "to the bottom")),
        hint: None,
    },
    Binding {
        keys: &[ctrl('z')],
        action: Action::Suspend,
        places: EVERYWHERE,
        help: Some(("Ctrl-Z", "back to the shell; fg returns")),
        hint: None,
    },
    Binding {
        keys: &[plain(KeyCode::Enter)],
        action: Action::Open,
        places: INPUT,
        help: None,
        hint: Some(("Enter", "watch it", INPUT)),
    },
    Binding {
        keys: &[plain(KeyCode::Esc)],
        action: Action::Back,
        places: INPUT,
        help: None,
        hint: Some(("Esc", "close", INPUT)),
    },
    Binding {
        keys: &[plain(KeyCode::Backspace)],
        action: Action::Erase,
        places: INPUT,
        help: None,
        hint: None,
    },
    Binding { keys: &[ctrl('u')], action: Action::EraseAll, places: INPUT, help: None, hint: None },
    Binding { keys: &[ctrl('c')], action: Action::Quit, places: INPUT, help: None, hint: None },
    Binding { keys: &[ctrl('z')], action: Action::Suspend, places: INPUT, help: None, hint: None },
];
