//! Which key does what: one table, which dispatches and writes the help and the hints.

use crate::view::Tab;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// What the user can ask for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// End the program.
    Quit,
    /// Hand the terminal back to the shell until `fg`.
    Suspend,
    /// Show or hide the help.
    Help,
    /// Close the innermost layer. Never ends the program.
    Close,
    /// Keep the screen as it is, or let it go on.
    Freeze,
    /// Go to another screen.
    Show(Tab),
    /// Sort by the next column.
    SortByNext,
    /// Turn the order around.
    SortReversed,
    /// Count transactions in the histogram, or their size.
    ToggleHistogram,
    /// Show what is watched.
    Watched,
    /// Type something to be watched.
    AddWatched,
    /// Watch the selected target no longer.
    RemoveWatched,
    /// Copy the txid of the open or selected transaction, or the hash of the block.
    CopyId,
    /// Copy the open transaction.
    CopyRaw,
    /// Look at the next panel.
    NextPanel,
    /// Look at the previous panel.
    PreviousPanel,
    /// Open the details of the selected row.
    Open,
    /// Go on to what is held now in the place of the transaction whose details are open.
    Follow,
    /// Move the selection, or scroll.
    Move(Motion),
}

/// How far a selection moves or a text scrolls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Motion {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// As many rows as fit, up.
    PageUp,
    /// As many rows as fit, down.
    PageDown,
    /// To the first row.
    Top,
    /// To the last row.
    Bottom,
}

/// Where a key is in force.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// On every screen.
    Everywhere,
    /// Where no layer is open, on screens with something to select.
    Lists,
    /// There, where what is selected is a row.
    Rows,
    /// Where no layer is open, on every screen but the overview.
    Others,
    /// There, on the overview.
    Overview,
    /// There, on the Peers screen.
    Peers,
    /// There, on the Mempool screen.
    Mempool,
    /// There, on the Blocks screen.
    Blocks,
    /// Where a layer is open.
    Layer,
    /// There, if it is a text.
    Text,
    /// Where the list of what is watched is open.
    Watched,
}

impl Scope {
    /// Whether a key with this scope is in force in `place`: a screen or a layer.
    pub fn covers(self, place: Self) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Lists => !matches!(place, Self::Layer | Self::Watched | Self::Mempool),
            Self::Rows => matches!(place, Self::Overview | Self::Peers),
            Self::Others => matches!(place, Self::Peers | Self::Mempool | Self::Blocks),
            Self::Layer => matches!(place, Self::Layer | Self::Watched),
            Self::Text => place == Self::Layer,
            Self::Overview | Self::Peers | Self::Mempool | Self::Blocks | Self::Watched => self == place,
        }
    }
}

/// A key, with or without Ctrl.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    code: KeyCode,
    ctrl: bool,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// The keys, any of which will do.
    pub keys: &'static [Key],
    /// What they do.
    pub action: Action,
    /// Where they do it.
    pub scope: Scope,
    /// How the help calls them, and what it says of them.
    pub help: (&'static str, &'static str),
    /// The same in the line at the bottom, and where it is worth a place there.
    pub hint: Option<(&'static str, &'static str, Scope)>,
}

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
        help: ("Enter", "on one that has gone: what is held now"),
        hint: None,
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
        help: ("s", "there: sort by the next column"),
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
        keys: &[plain(KeyCode::Tab)],
        action: Action::NextPanel,
        scope: Scope::Mempool,
        help: ("Tab", "there: the other half, where not all fits"),
        hint: Some(("Tab", "other half", Scope::Mempool)),
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

/// What a key does in `place`, if anything. Releases of keys do nothing.
pub fn action(event: KeyEvent, place: Scope) -> Option<Action> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    // Shift is part of the letter (`G`, `?`) or of the code (`BackTab`).
    let modifiers = event.modifiers - KeyModifiers::SHIFT;
    let ctrl = modifiers == KeyModifiers::CONTROL;
    if !ctrl && !modifiers.is_empty() {
        return None;
    }
    let pressed = Key { code: event.code, ctrl };
    let matches = |binding: &&Binding| binding.scope.covers(place) && binding.keys.contains(&pressed);
    BINDINGS.iter().find(matches).map(|binding| binding.action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_has_two_meanings_in_one_place() {
        for place in
            [Scope::Overview, Scope::Peers, Scope::Mempool, Scope::Blocks, Scope::Layer, Scope::Watched]
        {
            let in_force = || BINDINGS.iter().filter(move |binding| binding.scope.covers(place));
            let mut keys: Vec<Key> = Vec::new();
            for key in in_force().flat_map(|binding| binding.keys) {
                assert!(!keys.contains(key), "{key:?} in {place:?}");
                keys.push(*key);
            }
        }
    }

    #[test]
    fn no_hint_is_shown_twice_in_one_place() {
        for place in
            [Scope::Overview, Scope::Peers, Scope::Mempool, Scope::Blocks, Scope::Layer, Scope::Watched]
        {
            let hints = BINDINGS.iter().filter_map(|binding| binding.hint);
            let mut told: Vec<&str> =
                hints.filter(|(.., scope)| scope.covers(place)).map(|(_, what, _)| what).collect();
            let count = told.len();
            told.sort_unstable();
            told.dedup();
            assert_eq!(told.len(), count, "{place:?}");
        }
    }

    #[test]
    fn every_key_that_the_help_names_does_what_it_says() {
        for binding in BINDINGS {
            let named: Vec<&str> = binding.help.0.split_whitespace().collect();
            assert_eq!(named.len(), binding.keys.len(), "{}", binding.help.0);
            for (name, key) in named.iter().zip(binding.keys) {
                let event = pressed(name);
                assert_eq!(
                    Key { code: event.code, ctrl: event.modifiers == KeyModifiers::CONTROL },
                    *key,
                    "{name}"
                );
                let place = match binding.scope {
                    Scope::Everywhere | Scope::Lists | Scope::Rows => Scope::Overview,
                    Scope::Others => Scope::Peers,
                    place => place,
                };
                assert_eq!(action(event, place), Some(binding.action), "{name}");
            }
        }
    }

    #[test]
    fn other_keys_and_releases_do_nothing() {
        assert_eq!(action(KeyCode::Char('x').into(), Scope::Overview), None);
        assert_eq!(action(KeyEvent::new(KeyCode::Char('q'), KeyModifiers::ALT), Scope::Overview), None);
        let release = KeyEvent::new_with_kind(KeyCode::Char('q'), KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(action(release, Scope::Overview), None);
        assert_eq!(action(KeyCode::Tab.into(), Scope::Layer), None);
    }

    #[test]
    fn shift_is_part_of_the_letter() {
        let shifted = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(action(shifted, Scope::Layer), Some(Action::Move(Motion::Bottom)));
    }

    fn pressed(name: &str) -> KeyEvent {
        match name {
            "Esc" => KeyCode::Esc.into(),
            "Space" => KeyCode::Char(' ').into(),
            "Enter" => KeyCode::Enter.into(),
            "Tab" => KeyCode::Tab.into(),
            "Shift-Tab" => KeyCode::BackTab.into(),
            "→" => KeyCode::Right.into(),
            "←" => KeyCode::Left.into(),
            "↑" => KeyCode::Up.into(),
            "↓" => KeyCode::Down.into(),
            "PgUp" => KeyCode::PageUp.into(),
            "Delete" => KeyCode::Delete.into(),
            "PgDn" => KeyCode::PageDown.into(),
            "Home" => KeyCode::Home.into(),
            "End" => KeyCode::End.into(),
            "Ctrl-C" => KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL),
            "Ctrl-Z" => KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL),
            letter => KeyCode::Char(letter.chars().next().unwrap()).into(),
        }
    }
}
