//! The table of keys.

use super::{Action, Binding, Key, Motion, Scope};
use crate::snapshot::view::Tab;
use crossterm::event::KeyCode;

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
        scope: Scope::Everywhere,
        help: ("q  Ctrl-C", "quit"),
        hint: Some(("q", "quit", Scope::Everywhere)),
    },
    Binding {
        keys: &[letter('?')],
        action: Action::Help,
        scope: Scope::Everywhere,
        help: ("?", "this help"),
        hint: Some(("?", "help", Scope::Everywhere)),
    },
    Binding {
        keys: &[plain(KeyCode::Esc)],
        action: Action::Close,
        scope: Scope::Everywhere,
        help: ("Esc", "close what lies on top; never quits"),
        hint: Some(("Esc", "back", Scope::Layer)),
    },
    Binding {
        keys: &[plain(KeyCode::Char(' '))],
        action: Action::Freeze,
        scope: Scope::Everywhere,
        help: ("Space", "freeze the screen, or let it go on"),
        hint: Some(("Space", "freeze", Scope::Everywhere)),
    },
    Binding {
        keys: &[plain(KeyCode::Enter)],
        action: Action::Open,
        scope: Scope::Lists,
        help: ("Enter", "details of the selected row"),
        hint: Some(("Enter", "details", Scope::Lists)),
    },
    Binding {
        keys: &[plain(KeyCode::Enter)],
        action: Action::Follow,
        scope: Scope::Layer,
        help: ("Enter", "on what is gone, or watched: what is held"),
        hint: Some(("Enter", "open", Scope::Watched)),
    },
    Binding {
        keys: &[plain(KeyCode::Tab), plain(KeyCode::Right), letter('l')],
        action: Action::NextPanel,
        scope: Scope::Overview,
        help: ("Tab  →  l", "next panel"),
        hint: Some(("Tab", "panel", Scope::Overview)),
    },
    Binding {
        keys: &[plain(KeyCode::BackTab), plain(KeyCode::Left), letter('h')],
        action: Action::PreviousPanel,
        scope: Scope::Overview,
        help: ("Shift-Tab  ←  h", "previous panel"),
        hint: None,
    },
    Binding {
        keys: &[plain(KeyCode::Right), letter('l')],
        action: Action::NextPanel,
        scope: Scope::Blocks,
        help: ("→  l", "on the Blocks screen: the block before"),
        hint: Some(("←→", "select", Scope::Blocks)),
    },
    Binding {
        keys: &[plain(KeyCode::Left), letter('h')],
        action: Action::PreviousPanel,
        scope: Scope::Blocks,
        help: ("←  h", "there: the block after"),
        hint: None,
    },
    Binding {
        keys: &[plain(KeyCode::Tab)],
        action: Action::NextPanel,
        scope: Scope::MempoolHalf,
        help: ("Tab", "on the Mempool screen: its other half"),
        hint: Some(("Tab", "other half", Scope::MempoolHalf)),
    },
    Binding {
        keys: &[letter('1')],
        action: Action::Show(Tab::Overview),
        scope: Scope::Everywhere,
        help: ("1", "the overview"),
        hint: Some(("1", "overview", Scope::Others)),
    },
    Binding {
        keys: &[letter('2')],
        action: Action::Show(Tab::Peers),
        scope: Scope::Everywhere,
        help: ("2", "what each peer is worth"),
        hint: Some(("2", "peers", Scope::Overview)),
    },
    Binding {
        keys: &[letter('3')],
        action: Action::Show(Tab::Mempool),
        scope: Scope::Everywhere,
        help: ("3", "the mempool as a whole"),
        hint: Some(("3", "mempool", Scope::Overview)),
    },
    Binding {
        keys: &[letter('4')],
        action: Action::Show(Tab::Blocks),
        scope: Scope::Everywhere,
        help: ("4", "the last blocks"),
        hint: Some(("4", "blocks", Scope::Overview)),
    },
    Binding {
        keys: &[letter('s')],
        action: Action::SortByNext,
        scope: Scope::Peers,
        help: ("s", "on the Peers screen: sort by the next one"),
        hint: Some(("s", "sort", Scope::Peers)),
    },
    Binding {
        keys: &[letter('r')],
        action: Action::SortReversed,
        scope: Scope::Peers,
        help: ("r", "there: reverse the order"),
        hint: Some(("r", "reverse", Scope::Peers)),
    },
    Binding {
        keys: &[letter('v')],
        action: Action::ToggleHistogram,
        scope: Scope::Mempool,
        help: ("v", "on the Mempool screen: by vB or count"),
        hint: Some(("v", "vB or count", Scope::Mempool)),
    },
    Binding {
        keys: &[letter('w')],
        action: Action::Watched,
        scope: Scope::Everywhere,
        help: ("w", "what is watched"),
        hint: Some(("w", "watched", Scope::Overview)),
    },
    Binding {
        keys: &[letter('a')],
        action: Action::AddWatched,
        scope: Scope::Watched,
        help: ("a", "there: watch an address, txid or script"),
        hint: Some(("a", "add", Scope::Watched)),
    },
    Binding {
        keys: &[letter('d'), plain(KeyCode::Delete)],
        action: Action::RemoveWatched,
        scope: Scope::Watched,
        help: ("d  Delete", "there: watch the selected one no longer"),
        hint: Some(("d", "remove", Scope::Watched)),
    },
    Binding {
        keys: &[letter('y')],
        action: Action::CopyId,
        scope: Scope::Everywhere,
        help: ("y", "copy the txid or the block hash (OSC 52)"),
        hint: None,
    },
    Binding {
        keys: &[letter('Y')],
        action: Action::CopyRaw,
        scope: Scope::Layer,
        help: ("Y", "in details: copy the transaction in hex"),
        hint: None,
    },
    Binding {
        keys: &[plain(KeyCode::Up), letter('k')],
        action: Action::Move(Motion::Up),
        scope: Scope::Everywhere,
        help: ("↑  k", "up; above the newest: follow it"),
        hint: Some(("↑↓", "select", Scope::Rows)),
    },
    Binding {
        keys: &[plain(KeyCode::Down), letter('j')],
        action: Action::Move(Motion::Down),
        scope: Scope::Everywhere,
        help: ("↓  j", "down"),
        hint: Some(("↑↓", "scroll", Scope::Text)),
    },
    Binding {
        keys: &[plain(KeyCode::PageUp)],
        action: Action::Move(Motion::PageUp),
        scope: Scope::Everywhere,
        help: ("PgUp", "a page up"),
        hint: Some(("↑↓", "select", Scope::Watched)),
    },
    Binding {
        keys: &[plain(KeyCode::PageDown)],
        action: Action::Move(Motion::PageDown),
        scope: Scope::Everywhere,
        help: ("PgDn", "a page down"),
        hint: None,
    },
    Binding {
        keys: &[letter('g'), plain(KeyCode::Home)],
        action: Action::Move(Motion::Top),
        scope: Scope::Everywhere,
        help: ("g  Home", "to the top: follow the newest"),
        hint: Some(("g", "newest", Scope::Overview)),
    },
    Binding {
        keys: &[letter('G'), plain(KeyCode::End)],
        action: Action::Move(Motion::Bottom),
        scope: Scope::Everywhere,
        help: ("G  End", "to the bottom"),
        hint: None,
    },
    Binding {
        keys: &[ctrl('z')],
        action: Action::Suspend,
        scope: Scope::Everywhere,
        help: ("Ctrl-Z", "back to the shell; fg returns"),
        hint: None,
    },
];
