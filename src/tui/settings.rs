//! How the terminal interface looks and reacts.

use super::glyphs::Glyphs;
use super::keys::Keymap;
use super::preferences::Preferences;
use super::terminal::{Multiplexer, Notifier};
use super::theme::{Depth, Meaning, Theme};
use super::view_state::ViewState;
use crate::store::Saving;
use jiff::tz::TimeZone;
use ratatui::style::Color;
use std::path::PathBuf;
use std::time::Duration;

/// What the terminal is like, and what the user chose at startup.
#[derive(Clone, Debug)]
pub struct TuiSettings {
    /// What can be changed while the program runs.
    pub preferences: Preferences,
    /// How many colours the terminal shows.
    pub depth: Depth,
    /// The user's own colours.
    pub colours: Vec<(Meaning, Color)>,
    /// Where the user was in the last run.
    pub view: ViewState,
    /// The keys.
    pub keys: Keymap,
    /// The time zone for times of day.
    pub zone: TimeZone,
    /// The folder of what survives a restart; `None` keeps nothing.
    pub state_dir: Option<PathBuf>,
    /// Whether the typed queries are kept there: only one of several processes saves.
    pub saving: Saving,
    /// The shortest time between two frames that no input causes.
    pub tick: Duration,
    /// Whether to draw on the ordinary screen, so that the last frame stays there at the end.
    pub preserve_screen: bool,
    /// What stands between this program and the terminal.
    pub multiplexer: Multiplexer,
    /// How the terminal is asked for a notification of the desktop.
    pub notifier: Notifier,
}

impl Default for TuiSettings {
    /// All colours and characters, and UTC.
    fn default() -> Self {
        Self {
            preferences: Preferences::default(),
            depth: Depth::Indexed,
            colours: Vec::new(),
            view: ViewState::default(),
            keys: Keymap::default(),
            zone: TimeZone::UTC,
            state_dir: None,
            saving: Saving::default(),
            tick: Self::TICK,
            preserve_screen: false,
            multiplexer: Multiplexer::default(),
            notifier: Notifier::default(),
        }
    }
}

impl TuiSettings {
    /// The shortest time between two frames that no input causes, unless the user chooses another one.
    pub const TICK: Duration = Duration::from_millis(250);

    /// Reads what the terminal shows from the environment, and takes the system's time zone.
    pub fn from_environment() -> Self {
        let variable = |name: &str| std::env::var(name).ok();
        let preferences = Preferences { glyphs: Glyphs::of(variable), ..Preferences::default() };
        Self {
            preferences,
            depth: Depth::of(variable),
            zone: TimeZone::system(),
            multiplexer: Multiplexer::of(variable),
            notifier: Notifier::of(variable),
            ..Self::default()
        }
    }

    /// The theme in force.
    pub(super) fn theme(&self) -> Theme {
        Theme::new(self.preferences.theme, self.depth).with_own(&self.colours, self.depth)
    }
}
