//! The keys in force: the table's, or those chosen by the user.

use super::action::{Action, Place};
use super::binding::{Binding, Key};
use super::bindings::{BINDINGS, TYPED};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::borrow::Cow;

/// Two actions bound to the same key.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("key \"{key}\" is bound to both \"{first}\" and \"{second}\": bind one of them to another key")]
pub struct KeyConflict {
    key: String,
    first: &'static str,
    second: &'static str,
}

impl KeyConflict {
    /// Whether the conflict concerns this action.
    pub fn concerns(&self, action: Action) -> bool {
        [self.first, self.second].contains(&action.name())
    }
}

/// The keys in force.
#[derive(Clone, Debug)]
pub struct Keymap {
    rows: Vec<Row>,
}

/// A row of the table, with the keys in force.
#[derive(Clone, Debug)]
struct Row {
    binding: &'static Binding,
    keys: Cow<'static, [Key]>,
    /// Whether the user chose the keys.
    is_own: bool,
}

/// A key that the footer shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hint {
    /// The names of the keys.
    pub keys: Cow<'static, str>,
    /// What the keys do.
    pub label: &'static str,
    /// What a click on the hint does.
    pub action: Action,
}

impl Default for Keymap {
    /// The keys of the table.
    fn default() -> Self {
        let row = |binding: &'static Binding| Row { binding, keys: binding.keys.into(), is_own: false };
        Self { rows: BINDINGS.iter().map(row).collect() }
    }
}

impl Keymap {
    /// The keys of the table, with `own` keys for some actions. While typing, the table's keys always work.
    ///
    /// # Errors
    ///
    /// [`KeyConflict`] if a key is bound to two actions in one place.
    pub fn new(own: &[(Action, Vec<Key>)]) -> Result<Self, KeyConflict> {
        let mut keymap = Self::default();
        for row in &mut keymap.rows {
            let chosen = own.iter().rfind(|(action, _)| *action == row.binding.action);
            let is_typed = TYPED.iter().any(|place| row.binding.works_in(*place));
            if let Some((_, keys)) = chosen.filter(|_| !is_typed) {
                (row.keys, row.is_own) = (keys.clone().into(), true);
            }
        }
        keymap.conflict().map_or(Ok(keymap), Err)
    }

    fn conflict(&self) -> Option<KeyConflict> {
        self.rows.iter().enumerate().find_map(|(at, row)| {
            self.rows[..at].iter().find_map(|other| {
                let share_place = row.binding.places.iter().any(|place| other.binding.works_in(*place));
                let key = row.keys.iter().find(|key| share_place && other.keys.contains(key))?;
                let (first, second) = (other.binding.action.name(), row.binding.action.name());
                Some(KeyConflict { key: key.to_string(), first, second })
            })
        })
    }

    /// Returns the action of a key in `place`, if any. Key releases do nothing.
    pub fn action(&self, event: KeyEvent, place: Place) -> Option<Action> {
        let pressed = pressed(event)?;
        let bound = self.rows.iter().find(|row| row.binding.works_in(place) && row.keys.contains(&pressed));
        match (bound, event.code) {
            (Some(row), _) => Some(row.binding.action),
            (None, KeyCode::Char(letter)) if TYPED.contains(&place) && !pressed.ctrl => {
                Some(Action::Type(letter))
            }
            _ => None,
        }
    }

    /// Returns the action of a key in `place` during a replay, if any: except while typing, replay keys take
    /// precedence.
    pub fn action_in_replay(&self, event: KeyEvent, place: Place) -> Option<Action> {
        let of_replay = if TYPED.contains(&place) { None } else { self.action(event, Place::Replay) };
        of_replay.or_else(|| self.action(event, place))
    }

    /// The rows of the help: key names and descriptions.
    pub fn help(&self) -> impl Iterator<Item = (Cow<'static, str>, &'static str)> {
        self.rows.iter().filter_map(|row| {
            let (names, label) = row.binding.help?;
            Some((row.names(names, "  "), label))
        })
    }

    /// Returns the footer's hints in `place`, most important first; while the screen is `frozen`, the key
    /// that ends the freeze is first.
    pub fn hints(&self, place: Place, frozen: bool) -> impl Iterator<Item = Hint> {
        let is_urgent = move |row: &&Row| frozen && row.binding.action == Action::Freeze;
        let rest = self.rows.iter().filter(move |row| !is_urgent(row));
        self.rows.iter().filter(is_urgent).chain(rest).filter_map(move |row| {
            let (names, label, places) = row.binding.hint?;
            let action = row.binding.action;
            let label = if frozen && action == Action::Freeze { "unfreeze" } else { label };
            places.contains(&place).then(|| Hint { keys: row.names(names, " "), label, action })
        })
    }

    /// Returns the footer's hints in `place` during a replay: except while typing, replay keys first, then
    /// the others, minus those that a replay redefines.
    pub fn hints_in_replay(&self, place: Place, frozen: bool) -> impl Iterator<Item = Hint> {
        let is_typed = TYPED.contains(&place);
        let of_replay = (!is_typed).then(|| self.hints(Place::Replay, false));
        let others = self
            .hints(place, frozen)
            .filter(move |hint| is_typed || !self.is_hidden_in_replay(hint.action, place));
        of_replay.into_iter().flatten().chain(others)
    }

    /// Whether all keys of an action mean something else in a replay.
    fn is_hidden_in_replay(&self, action: Action, place: Place) -> bool {
        let of_replay = || self.rows.iter().filter(|row| row.binding.works_in(Place::Replay));
        let rows = self.rows.iter().filter(|row| row.binding.action == action && row.binding.works_in(place));
        rows.flat_map(|row| row.keys.iter()).all(|key| of_replay().any(|other| other.keys.contains(key)))
    }
}

impl Row {
    /// `names`, unless the user chose other keys.
    fn names(&self, names: &'static str, gap: &str) -> Cow<'static, str> {
        if self.is_own {
            self.keys.iter().map(Key::to_string).collect::<Vec<_>>().join(gap).into()
        } else {
            names.into()
        }
    }
}

/// The pressed key, unless it has a modifier that no binding uses.
fn pressed(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    // Shift is part of the letter (`G`, `?`) or of the code (`BackTab`).
    let modifiers = event.modifiers - KeyModifiers::SHIFT;
    let ctrl = modifiers == KeyModifiers::CONTROL;
    (ctrl || modifiers.is_empty()).then_some(Key { code: event.code, ctrl })
}

/// The name of a key without an action, for a message to the user.
pub fn name(event: KeyEvent) -> Option<String> {
    pressed(event).map(|key| key.to_string())
}
