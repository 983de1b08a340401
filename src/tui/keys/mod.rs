//! Which key does what: one table, from which dispatch, help and footer are made.

mod action;
mod binding;
mod bindings;
#[cfg(test)]
mod tests;

pub use action::{Action, Motion, Place};
pub use bindings::BINDINGS;

use binding::Key;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// Returns what a key does in `place`, if anything. Releases do nothing.
pub fn action(event: KeyEvent, place: Place) -> Option<Action> {
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
    let bound = BINDINGS.iter().find(|binding| binding.works_in(place) && binding.keys.contains(&pressed));
    match (bound, event.code) {
        (Some(binding), _) => Some(binding.action),
        (None, KeyCode::Char(letter))
            if matches!(place, Place::Input | Place::Filter | Place::Find) && !ctrl =>
        {
            Some(Action::Type(letter))
        }
        _ => None,
    }
}

/// A key that the footer shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hint {
    /// The names of the keys.
    pub keys: &'static str,
    /// What the keys do.
    pub label: &'static str,
    /// What a click on the hint does.
    pub action: Action,
}

/// Returns what the footer shows in `place`, the most important keys first.
pub fn hints(place: Place, frozen: bool) -> impl Iterator<Item = Hint> {
    BINDINGS.iter().filter_map(move |binding| {
        let (keys, label, places) = binding.hint?;
        let unfreezes = frozen && binding.action == Action::Freeze;
        let label = if unfreezes { "unfreeze" } else { label };
        places.contains(&place).then_some(Hint { keys, label, action: binding.action })
    })
}
