//! Colours and marks.
//!
//! Colour-blind people can tell blue (good) from orange (bad), and no meaning depends on colour alone: each
//! also has a mark, a word or a modifier. Without colours, only modifiers remain.

mod depth;
mod palette;
mod tone;

pub use depth::Depth;
pub use palette::{Meaning, ThemeName};

use crate::snapshot::{BAND_STARTS, Health, Level, Liveness};
use palette::Palette;
use ratatui::style::{Color, Modifier, Style};

/// The styles of the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Theme {
    /// `None`: no colours.
    palette: Option<Palette>,
}

impl Theme {
    /// The theme of this name in a terminal with this colour depth.
    pub fn new(name: ThemeName, depth: Depth) -> Self {
        Self { palette: (depth != Depth::Monochrome).then(|| Palette::new(name, depth)) }
    }

    /// The same theme with colours chosen by the user.
    #[must_use]
    pub fn with_own(mut self, own: &[(Meaning, Color)], depth: Depth) -> Self {
        if let Some(palette) = &mut self.palette {
            for (meaning, colour) in own {
                palette.set(*meaning, depth.show_own(*colour));
            }
        }
        self
    }

    /// Ordinary text.
    pub const fn text(self) -> Style {
        Style::new()
    }

    /// Figures that matter.
    pub const fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Labels and other secondary text.
    pub const fn muted(self) -> Style {
        self.paint(Meaning::Muted, Modifier::DIM)
    }

    /// The frame of a panel.
    pub const fn border(self, focused: bool) -> Style {
        if focused {
            self.paint(Meaning::Accent, Modifier::BOLD)
        } else {
            self.paint(Meaning::Border, Modifier::DIM)
        }
    }

    /// The title of a panel.
    pub const fn title(self, focused: bool) -> Style {
        // The title is on the frame and must not inherit its style.
        let plain = if self.palette.is_some() { Style::new().fg(Color::Reset) } else { Style::new() };
        let plain = plain.add_modifier(Modifier::BOLD).remove_modifier(Modifier::DIM);
        match &self.palette {
            Some(palette) if focused => plain.fg(palette.get(Meaning::Accent)),
            _ => plain,
        }
    }

    /// The selected row.
    pub fn selected(self, focused: bool) -> Style {
        let Some(palette) = &self.palette else {
            let mark = if focused { Modifier::REVERSED } else { Modifier::UNDERLINED };
            return Style::new().add_modifier(mark);
        };
        // Its own colour keeps the text readable on any terminal background.
        let text = Style::new().fg(palette.get(Meaning::SelectedText));
        match (focused, palette.get(Meaning::Unfocused)) {
            (true, _) => text.bg(palette.get(Meaning::Selected)).add_modifier(Modifier::BOLD),
            // No second background keeps all 16 colours readable.
            (false, Color::Reset) => Style::new().add_modifier(Modifier::UNDERLINED),
            (false, background) => text.bg(background),
        }
    }

    /// Bars and sparklines.
    pub const fn chart(self) -> Style {
        self.paint(Meaning::Chart, Modifier::empty())
    }

    /// A good state.
    pub const fn good(self) -> Style {
        self.paint(Meaning::Good, Modifier::empty())
    }

    /// A warning.
    pub const fn warning(self) -> Style {
        self.paint(Meaning::Warning, Modifier::BOLD)
    }

    /// A band of fee rates, lowest first: from blue to orange, alternating light and dark.
    pub fn band(self, band: usize) -> Style {
        match u8::try_from(band) {
            Ok(band) if band < 8 => self.paint(Meaning::Band(band), Modifier::empty()),
            _ => self.muted(),
        }
    }

    /// A fee rate in sat/vB, on the scale of the bands.
    pub fn fee_rate(self, rate: f64) -> Style {
        let band = BAND_STARTS.iter().rposition(|start| rate >= *start);
        self.band(band.unwrap_or(0)).add_modifier(Modifier::BOLD)
    }

    /// The mark of a band of fee rates, lowest first: a block in its colour, or a digit without colours. `?`
    /// stands for no band.
    pub const fn band_mark(self, band: usize) -> &'static str {
        const DIGITS: [&str; 8] = ["1", "2", "3", "4", "5", "6", "7", "8"];
        match (self.palette.is_some(), band) {
            (false, 0..8) => DIGITS[band],
            (true, 0..8) => "█",
            (false, _) => "?",
            (true, _) => "▒",
        }
    }

    /// A bad state.
    pub const fn bad(self) -> Style {
        self.paint(Meaning::Bad, Modifier::BOLD).add_modifier(Modifier::BOLD)
    }

    /// An alarming line: nothing on the screen is up to date.
    pub const fn alarm(self) -> Style {
        self.bad().add_modifier(Modifier::REVERSED)
    }

    /// The style laid over outdated figures.
    pub const fn outdated(self) -> Style {
        Style::new().add_modifier(Modifier::DIM).remove_modifier(Modifier::BOLD)
    }

    /// A prominent label, such as DEMO or FROZEN.
    pub const fn badge(self) -> Style {
        self.paint(Meaning::Warning, Modifier::BOLD).add_modifier(Modifier::REVERSED)
    }

    /// The tab of the current screen.
    pub const fn current_tab(self) -> Style {
        self.paint(Meaning::Accent, Modifier::REVERSED)
            .add_modifier(Modifier::BOLD)
            .add_modifier(Modifier::UNDERLINED)
    }

    /// A key in a hint.
    pub const fn key(self) -> Style {
        self.paint(Meaning::Accent, Modifier::BOLD)
    }

    /// The mark and the style of a health.
    pub const fn health(self, health: &Health) -> (&'static str, Style) {
        match health {
            Health::Connecting => ("◌", self.muted()),
            Health::Live => ("●", self.good()),
            Health::Stale { .. } => ("◐", self.warning()),
            Health::Unreachable(_) => ("○", self.bad()),
        }
    }

    /// The mark and the style of a peer's liveness.
    pub const fn liveness(self, liveness: &Liveness) -> (&'static str, Style) {
        match liveness {
            Liveness::Dialling { .. } => ("◌", self.muted()),
            Liveness::Handshake { .. } => ("◔", self.muted()),
            Liveness::Live => ("●", self.good()),
            Liveness::Late { .. } => ("◐", self.warning()),
            Liveness::Disconnected { .. } => ("○", self.bad()),
        }
    }

    /// The mark and the style of an event.
    pub const fn level(self, level: Level) -> (&'static str, Style) {
        match level {
            Level::Good => ("+", self.good()),
            Level::Info => ("·", self.muted()),
            Level::Warning => ("!", self.warning()),
            Level::Bad => ("×", self.bad()),
        }
    }

    const fn paint(self, meaning: Meaning, otherwise: Modifier) -> Style {
        match &self.palette {
            Some(palette) => Style::new().fg(palette.get(meaning)),
            None => Style::new().add_modifier(otherwise),
        }
    }
}
