//! One row of the table of keys.

use super::action::{Action, Place};
use crossterm::event::KeyCode;

/// A key, with or without Ctrl.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    pub code: KeyCode,
    pub ctrl: bool,
}

/// Keys, the action they ask for, and how help and footer describe them.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// The keys, any of which will do.
    pub keys: &'static [Key],
    /// The action they ask for.
    pub action: Action,
    /// Where they work.
    pub places: &'static [Place],
    /// The names of the keys and what they do; `None`: not listed in the help.
    pub help: Option<(&'static str, &'static str)>,
    /// The same for the footer, and the places where it is shown there.
    pub hint: Option<(&'static str, &'static str, &'static [Place])>,
}

impl Binding {
    /// Binds keys to an action; neither help nor footer mention them.
    pub const fn new(keys: &'static [Key], action: Action, places: &'static [Place]) -> Self {
        Self { keys, action, places, help: None, hint: None }
    }

    /// Lists the keys in the help.
    pub const fn help(self, keys: &'static str, label: &'static str) -> Self {
        Self { help: Some((keys, label)), ..self }
    }

    /// Shows the keys in the footer of `places`.
    pub const fn hint(self, keys: &'static str, label: &'static str, places: &'static [Place]) -> Self {
        Self { hint: Some((keys, label, places)), ..self }
    }

    /// Whether the keys work in `place`.
    pub fn works_in(&self, place: Place) -> bool {
        self.places.contains(&place)
    }
}
