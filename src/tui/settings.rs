//! How the terminal interface looks and sounds.

use jiff::tz::TimeZone;

/// How the screen looks.
#[derive(Clone, Debug)]
pub struct TuiSettings {
    /// Whether to use colours.
    pub colour: bool,
    /// The zone in which times of day are told.
    pub zone: TimeZone,
    /// Whether to ring the bell when something happens with what is watched.
    pub bell: bool,
}

impl TuiSettings {
    /// As the environment asks for: no colours if `NO_COLOR` is set and not empty (no-color.org),
    /// and the system's time zone.
    pub fn from_environment() -> Self {
        let colour = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { colour, zone: TimeZone::system(), bell: false }
    }
}
