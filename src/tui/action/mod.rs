//! Which key does what: one table, which dispatches and writes the help and the hints.

mod bindings;
#[cfg(test)]
mod tests;

pub use bindings::BINDINGS;

use crate::snapshot::view::Tab;
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
    /// There, where only half of it fits.
    MempoolHalf,
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
            Self::Lists => matches!(place, Self::Overview | Self::Peers | Self::Blocks),
            Self::Rows => matches!(place, Self::Overview | Self::Peers),
            Self::Others => matches!(place, Self::Peers | Self::Mempool | Self::MempoolHalf | Self::Blocks),
            Self::Layer => matches!(place, Self::Layer | Self::Watched),
            Self::Text => place == Self::Layer,
            Self::Mempool => matches!(place, Self::Mempool | Self::MempoolHalf),
            Self::Overview | Self::Peers | Self::MempoolHalf | Self::Blocks | Self::Watched => self == place,
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
