//! A row of the key table.

use super::action::{Action, Place};
use crossterm::event::KeyCode;
use std::fmt;
use std::str::FromStr;

/// A key, with or without Ctrl.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Key {
    /// The key, with Shift if that makes a different letter.
    pub code: KeyCode,
    /// Whether Ctrl is held down.
    pub ctrl: bool,
}

/// The keys with names.
const NAMED: [(&str, KeyCode); 16] = [
    ("Space", KeyCode::Char(' ')),
    ("Esc", KeyCode::Esc),
    ("Enter", KeyCode::Enter),
    ("Tab", KeyCode::Tab),
    ("Shift-Tab", KeyCode::BackTab),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
];

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = NAMED.iter().find(|(_, code)| *code == self.code);
        match (named, self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, KeyCode::Char(letter)) if self.ctrl => write!(f, "Ctrl-{}", letter.to_ascii_uppercase()),
            (None, KeyCode::Char(letter)) => write!(f, "{letter}"),
            (None, KeyCode::F(number)) => write!(f, "F{number}"),
            (None, other) => write!(f, "{other}"),
        }
    }
}

impl FromStr for Key {
    type Err = String;

    /// Parses `q`, `Q`, `Ctrl-X`, `F5`, or one of the names.
    fn from_str(text: &str) -> Result<Self, String> {
        let plain = |code| Ok(Self { code, ctrl: false });
        let only = |text: &str| {
            let mut letters = text.chars();
            letters.next().filter(|letter| letters.next().is_none() && !letter.is_control())
        };
        if let Some(letter) = only(text) {
            return plain(KeyCode::Char(letter));
        }
        if let Some((_, code)) = NAMED.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            return plain(*code);
        }
        let (first, rest) = text.split_at_checked(1).unwrap_or_default();
        if let Some(number) = rest.parse().ok().filter(|number| first == "F" && (1..=24).contains(number)) {
            return plain(KeyCode::F(number));
        }
        match text.split_once('-').map(|(ctrl, letter)| (ctrl.eq_ignore_ascii_case("ctrl"), only(letter))) {
            Some((true, Some(letter))) => {
                Ok(Self { code: KeyCode::Char(letter.to_ascii_lowercase()), ctrl: true })
            }
            _ => Err(format!(
                "unknown key \"{text}\": must be a letter, Ctrl-X, F5, or a name such as Space or PgUp"
            )),
        }
    }
}

/// Keys, the action they ask for, and how help and footer describe them.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// The keys; any of them triggers the action.
    pub keys: &'static [Key],
    /// The action.
    pub action: Action,
    /// Where the keys work.
    pub places: &'static [Place],
    /// The names of the keys and their description in the help; `None`: not listed there.
    pub help: Option<(&'static str, &'static str)>,
    /// The same for the footer, and the places where the footer shows it.
    pub hint: Option<(&'static str, &'static str, &'static [Place])>,
}

impl Binding {
    /// Binds keys to an action that neither help nor footer mention.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written() {
        for name in ["q", "Q", "ä", "-", ",", "Ctrl-C", "F5", "Space", "Shift-Tab", "PgUp"] {
            assert_eq!(name.parse::<Key>().map(|key| key.to_string()), Ok(name.to_owned()));
        }
        assert_eq!("ctrl-c".parse(), Ok(Key { code: KeyCode::Char('c'), ctrl: true }));
        for wrong in ["", "Ctrl-", "Ctrl-ab", "Meta-x", "F0", "F25", "qq", "\u{1b}"] {
            assert!(wrong.parse::<Key>().is_err(), "{wrong:?}");
        }
    }
}
