//! How the screen looks and reacts.

use crate::app::cli::{heading, parsers};
use crate::app::invalid::InvalidValue;
use crate::tui::{
    self, Action, Glyphs, Key, KeyConflict, Keymap, Meaning, Preferences, ThemeName, TuiSettings, ViewState,
};
use clap::Args;
use ratatui::style::Color;
use std::time::Duration;

/// The flags of the screen. Those that `Preferences` covers can be changed while it is shown.
#[derive(Clone, PartialEq, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct ScreenArgs {
    /// Leave the mouse to the terminal, to select text; the key m switches
    #[arg(long, help_heading = heading::SCREEN)]
    pub no_mouse: bool,
    /// Use these colours: dark, light (for a light background), high-contrast or colour-blind
    #[arg(long, value_name = "NAME", value_parser = parsers::theme(), help_heading = heading::SCREEN)]
    pub theme: Option<ThemeName>,
    /// Use this colour for a meaning, e.g. good=#5fafff or border=240; repeatable
    ///
    /// Colours are #RRGGBB, 0 to 255, or one of the 16 names (red, light-blue). Meanings are accent, good,
    /// warning, bad, muted, border, chart, selected-text, selected, unfocused, and band-1 to band-8, the
    /// bands of fee rates.
    #[arg(long, value_name = "MEANING=COLOUR", value_parser = parsers::colour, hide_short_help = true,
          help_heading = heading::SCREEN)]
    pub colour: Vec<(Meaning, Color)>,
    /// Bind these keys to an action, e.g. "copy=c Ctrl-Y"; repeatable
    ///
    /// They replace the action's default keys; the error for an unknown action lists all names. A key is a letter,
    /// Ctrl with a letter, F1 to F24, or Space, Esc, Enter, Tab, Shift-Tab, Backspace, Delete, Insert, Left, Right,
    /// Up, Down, PgUp, PgDn, Home or End.
    #[arg(long, value_name = "ACTION=KEYS", value_parser = tui::parse_binding, hide_short_help = true,
          help_heading = heading::SCREEN)]
    pub key: Vec<(Action, Vec<Key>)>,
    /// Draw borders and charts with ASCII characters
    ///
    /// This is the default in a locale that is not UTF-8.
    #[arg(long, hide_short_help = true, help_heading = heading::SCREEN)]
    pub ascii: bool,
    /// Redraw at most this often while no key is pressed
    #[arg(long, value_name = "TIME", default_value = "250ms", value_parser = parsers::duration,
          hide_short_help = true, help_heading = heading::SCREEN)]
    pub tick: Duration,
    /// Change the screen at most once a second while no key is pressed
    #[arg(long, hide_short_help = true, help_heading = heading::SCREEN)]
    pub reduced_motion: bool,
    /// Leave the last frame on the terminal at the end
    #[arg(long, hide_short_help = true, help_heading = heading::SCREEN)]
    pub preserve_screen: bool,
}

impl ScreenArgs {
    /// The settings of the screen: from these flags, else from the last run, else from what the environment
    /// says about the terminal.
    ///
    /// # Errors
    ///
    /// A key is bound to two actions.
    pub fn settings(&self, kept: ViewState) -> Result<TuiSettings, InvalidValue> {
        let terminal = TuiSettings::from_environment();
        let glyphs = if self.ascii { Glyphs::Ascii } else { terminal.preferences.glyphs };
        let last = kept.preferences(glyphs);
        let preferences = Preferences {
            theme: self.theme.unwrap_or(last.theme),
            mouse: last.mouse && !self.no_mouse,
            reduced_motion: last.reduced_motion || self.reduced_motion,
            ..last
        };
        Ok(TuiSettings {
            preferences,
            colours: self.colour.clone(),
            keys: Keymap::new(&self.key).map_err(|conflict| self.conflicting(&conflict))?,
            tick: self.tick,
            preserve_screen: self.preserve_screen,
            view: kept,
            ..terminal
        })
    }

    /// Reports a conflict as an error of the last binding involved.
    fn conflicting(&self, conflict: &KeyConflict) -> InvalidValue {
        let invalid = InvalidValue::new("key", format!("--key: {conflict}"));
        match self.key.iter().rposition(|(action, _)| conflict.concerns(*action)) {
            Some(index) => invalid.at(index),
            None => invalid,
        }
    }
}
