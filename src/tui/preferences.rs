//! What the user can change while the program runs; saved between runs.

use super::glyphs::Glyphs;
use super::theme::ThemeName;
use super::widgets::format;

/// How the screen looks and reacts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Preferences {
    /// The colours.
    pub theme: ThemeName,
    /// The characters.
    pub glyphs: Glyphs,
    /// Whether the mouse clicks and scrolls; otherwise the terminal selects text with it.
    pub mouse: bool,
    /// The unit of amounts.
    pub unit: Unit,
    /// How times are shown.
    pub times: Times,
    /// Whether the screen changes at most once a second without input.
    pub reduced_motion: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: ThemeName::default(),
            glyphs: Glyphs::default(),
            mouse: true,
            unit: Unit::default(),
            times: Times::default(),
            reduced_motion: false,
        }
    }
}

/// The unit of amounts.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Bitcoin.
    #[default]
    Btc,
    /// Satoshi.
    Sat,
}

impl Unit {
    /// The name of the unit.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Btc => "BTC",
            Self::Sat => "sat",
        }
    }

    /// An amount with its unit: `0.04510000 BTC`, `4,510,000 sat`.
    pub fn amount(self, sat: u64) -> String {
        let number = match self {
            Self::Btc => format::btc(sat),
            Self::Sat => format::grouped(sat),
        };
        format!("{number} {}", self.name())
    }
}

/// How times are shown.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Times {
    /// As ages.
    #[default]
    Relative,
    /// As times of day.
    Absolute,
}

/// One of the preferences.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Setting {
    Theme,
    Unit,
    Times,
    Mouse,
    Ascii,
    ReducedMotion,
}

impl Setting {
    /// Every setting, in the order of the settings overlay.
    pub const ALL: [Self; 6] =
        [Self::Theme, Self::Unit, Self::Times, Self::Mouse, Self::Ascii, Self::ReducedMotion];

    /// The description of the setting.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Theme => "theme",
            Self::Unit => "amounts in",
            Self::Times => "times as",
            Self::Mouse => "mouse",
            Self::Ascii => "characters",
            Self::ReducedMotion => "changes by itself",
        }
    }

    /// The value in force.
    pub const fn value(self, preferences: Preferences) -> &'static str {
        match self {
            Self::Theme => preferences.theme.name(),
            Self::Unit => preferences.unit.name(),
            Self::Times => match preferences.times {
                Times::Relative => "ages",
                Times::Absolute => "times of day",
            },
            Self::Mouse => {
                if preferences.mouse {
                    "clicks and scrolls"
                } else {
                    "selects text"
                }
            }
            Self::Ascii => match preferences.glyphs {
                Glyphs::All => "Unicode",
                Glyphs::Console => "code page 437",
                Glyphs::Ascii => "ASCII",
            },
            Self::ReducedMotion => {
                if preferences.reduced_motion {
                    "once a second"
                } else {
                    "as it happens"
                }
            }
        }
    }

    /// Switches to the next value.
    pub fn change(self, preferences: &mut Preferences) {
        match self {
            Self::Theme => preferences.theme = next(&ThemeName::ALL, preferences.theme),
            Self::Unit => preferences.unit = next(&[Unit::Btc, Unit::Sat], preferences.unit),
            Self::Times => preferences.times = next(&[Times::Relative, Times::Absolute], preferences.times),
            Self::Mouse => preferences.mouse = !preferences.mouse,
            Self::Ascii => {
                preferences.glyphs = next(&[Glyphs::All, Glyphs::Console, Glyphs::Ascii], preferences.glyphs);
            }
            Self::ReducedMotion => preferences.reduced_motion = !preferences.reduced_motion,
        }
    }
}

/// The value after `current`, wrapping around.
fn next<T: Copy + PartialEq>(all: &[T], current: T) -> T {
    let after = all.iter().position(|known| *known == current).map_or(0, |at| at + 1);
    all.get(after).or(all.first()).copied().unwrap_or(current)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_changes_and_comes_back() {
        for setting in Setting::ALL {
            let mut preferences = Preferences::default();
            let mut values = vec![setting.value(preferences)];
            loop {
                setting.change(&mut preferences);
                if preferences == Preferences::default() {
                    break;
                }
                values.push(setting.value(preferences));
                assert!(values.len() < 9, "{setting:?}");
            }
            let count = values.len();
            values.sort_unstable();
            values.dedup();
            assert!(count > 1 && values.len() == count, "{values:?}");
        }
    }
}
