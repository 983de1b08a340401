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

/// The properties of the terminal, and the user's choices at startup.
#[derive(Clone, Debug)]
pub struct TuiSettings {
    /// What can be changed while the program runs.
    pub preferences: Preferences,
    /// How many colours the terminal shows.
    pub depth: Depth,
    /// The user's own colours.
    pub colours: Vec<(Meaning, Color)>,
    /// The view state of the last run.
    pub view: ViewState,
    /// The keys.
    pub keys: Keymap,
    /// The time zone for times of day.
    pub zone: TimeZone,
    /// The folder for what survives a restart; `None` saves nothing.
    pub state_dir: Option<PathBuf>,
    /// Whether to save the typed queries there: only one of several processes does.
    pub saving: Saving,
    /// The shortest time between two frames without input.
    pub tick: Duration,
    /// Whether to draw on the ordinary screen, where the last frame remains at the end.
    pub preserve_screen: bool,
    /// The multiplexer between this program and the terminal.
    pub multiplexer: Multiplexer,
    /// How to ask the terminal for a desktop notification.
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
    /// The default for the shortest time between two frames without input.
    pub const TICK: Duration = Duration::from_millis(250);

    /// Detects the terminal's properties from the environment, and uses the system's time zone.
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
