//! How the terminal interface looks and sounds.

use jiff::tz::TimeZone;

/// Colours, time zone, bell and mouse.
#[derive(Clone, Debug)]
pub struct TuiSettings {
    /// Whether to use colours.
    pub colour: bool,
    /// The time zone for times of day.
    pub zone: TimeZone,
    /// Whether to ring the bell for matches of the watch list.
    pub bell: bool,
    /// Whether the mouse clicks and scrolls; otherwise the terminal selects text with it.
    pub mouse: bool,
}

impl TuiSettings {
    /// Reads the environment: no colours if `NO_COLOR` is set and not empty (no-color.org),
    /// and the system's time zone.
    pub fn from_environment() -> Self {
        let colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { colour, zone: TimeZone::system(), bell: false, mouse: true }
    }
}
