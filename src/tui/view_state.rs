//! The view state, saved between runs: where the user was, and what the user chose.

use super::glyphs::Glyphs;
use super::preferences::{Preferences, Times, Unit};
use super::theme::ThemeName;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The view state as words, so that another version of the program can ignore what it does not know.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct ViewState {
    /// The name of the current screen.
    pub(super) screen: String,
    theme: String,
    amounts_in_sat: bool,
    times_of_day: bool,
    mouse_selects_text: bool,
    reduced_motion: bool,
    /// What each screen saves, by its name.
    pub(super) screens: BTreeMap<String, String>,
}

impl ViewState {
    /// Parses the output of [`Self::to_bytes`]; anything else gives the default.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_default()
    }

    /// Writes JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Strings and booleans always serialise.
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(super) fn new(preferences: Preferences, screen: &str, screens: BTreeMap<String, String>) -> Self {
        Self {
            screen: screen.to_owned(),
            theme: preferences.theme.name().to_owned(),
            amounts_in_sat: preferences.unit == Unit::Sat,
            times_of_day: preferences.times == Times::Absolute,
            mouse_selects_text: !preferences.mouse,
            reduced_motion: preferences.reduced_motion,
            screens,
        }
    }

    /// The saved preferences, except for the characters, which depend on the terminal.
    pub fn preferences(&self, glyphs: Glyphs) -> Preferences {
        Preferences {
            theme: ThemeName::of(&self.theme).unwrap_or_default(),
            glyphs,
            mouse: !self.mouse_selects_text,
            unit: if self.amounts_in_sat { Unit::Sat } else { Unit::Btc },
            times: if self.times_of_day { Times::Absolute } else { Times::Relative },
            reduced_motion: self.reduced_motion,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preferences_come_back_as_they_were() {
        let preferences = Preferences {
            theme: ThemeName::ColourBlind,
            unit: Unit::Sat,
            times: Times::Absolute,
            mouse: false,
            reduced_motion: true,
            glyphs: Glyphs::All,
        };
        let kept = ViewState::new(preferences, "Peers", BTreeMap::new());
        assert_eq!(ViewState::of_bytes(&kept.to_bytes()), kept);
        assert_eq!(kept.preferences(Glyphs::All), preferences);
    }

    #[test]
    fn what_cannot_be_read_is_the_default() {
        for bytes in [&b""[..], b"{", b"[1]", b"{\"screen\": 7}", &[0xff; 9]] {
            assert_eq!(ViewState::of_bytes(bytes), ViewState::default());
        }
        let newer = ViewState::of_bytes(br#"{"theme": "sepia", "mouse_selects_text": true, "zoom": 3}"#);
        let expected = Preferences { mouse: false, ..Preferences::default() };
        assert_eq!(newer.preferences(Glyphs::All), expected);
    }
}
