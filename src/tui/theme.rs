//! Colours and marks.
//!
//! Colour-blind eyes can tell blue (good) from orange (bad), and no meaning rests on a colour alone: each
//! has a mark, a word or a modifier beside it. Without colours only modifiers remain.

use crate::snapshot::{BAND_STARTS, Health, Level, Liveness};
use ratatui::style::{Color, Modifier, Style};

const BLUE: Color = Color::Indexed(75);
const ORANGE: Color = Color::Indexed(214);
const VERMILION: Color = Color::Indexed(202);
const GREY: Color = Color::Indexed(245);
const DARK: Color = Color::Indexed(238);
const NIGHT: Color = Color::Indexed(236);

/// The styles of the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Theme {
    colour: bool,
}

impl Theme {
    /// With colours, or with modifiers only.
    pub const fn new(colour: bool) -> Self {
        Self { colour }
    }

    /// Ordinary text.
    pub const fn text(self) -> Style {
        Style::new()
    }

    /// Figures that matter.
    pub const fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Labels and other text of little weight.
    pub const fn muted(self) -> Style {
        self.paint(GREY, Modifier::DIM)
    }

    /// The frame of a panel.
    pub const fn border(self, focused: bool) -> Style {
        if focused { self.paint(BLUE, Modifier::BOLD) } else { self.paint(DARK, Modifier::DIM) }
    }

    /// The title of a panel.
    pub const fn title(self, focused: bool) -> Style {
        // The title lies on the frame and must not inherit its style.
        let plain = if self.colour { Style::new().fg(Color::Reset) } else { Style::new() };
        let plain = plain.add_modifier(Modifier::BOLD).remove_modifier(Modifier::DIM);
        if focused && self.colour { plain.fg(BLUE) } else { plain }
    }

    /// The selected row.
    pub const fn selected(self, focused: bool) -> Style {
        match (self.colour, focused) {
            (true, true) => Style::new().bg(DARK).add_modifier(Modifier::BOLD),
            (true, false) => Style::new().bg(NIGHT),
            (false, true) => Style::new().add_modifier(Modifier::REVERSED),
            (false, false) => Style::new().add_modifier(Modifier::UNDERLINED),
        }
    }

    /// Bars and sparklines.
    pub const fn chart(self) -> Style {
        self.paint(BLUE, Modifier::empty())
    }

    /// A good state.
    pub const fn good(self) -> Style {
        self.paint(BLUE, Modifier::empty())
    }

    /// A warning.
    pub const fn warning(self) -> Style {
        self.paint(ORANGE, Modifier::BOLD)
    }

    /// A band of fee rates, the lowest first: from blue to orange, light and dark by turns.
    pub fn band(self, band: usize) -> Style {
        const COLOURS: [Color; 8] = [
            Color::Indexed(24),
            Color::Indexed(31),
            Color::Indexed(38),
            Color::Indexed(110),
            Color::Indexed(186),
            Color::Indexed(179),
            Color::Indexed(172),
            Color::Indexed(166),
        ];
        match COLOURS.get(band) {
            Some(colour) => self.paint(*colour, Modifier::empty()),
            None => self.muted(),
        }
    }

    /// A fee rate in sat/vB, on the scale of the bands.
    pub fn fee_rate(self, rate: f64) -> Style {
        let band = BAND_STARTS.iter().rposition(|start| rate >= *start);
        self.band(band.unwrap_or(0))
    }

    /// The mark of a band of fee rates, the lowest first: a block of its colour, or without colours a digit.
    /// `?` stands for what is in no band.
    pub const fn band_mark(self, band: usize) -> &'static str {
        const DIGITS: [&str; 8] = ["1", "2", "3", "4", "5", "6", "7", "8"];
        match (self.colour, band) {
            (false, 0..8) => DIGITS[band],
            (true, 0..8) => "█",
            (false, _) => "?",
            (true, _) => "▒",
        }
    }

    /// A bad state.
    pub const fn bad(self) -> Style {
        self.paint(VERMILION, Modifier::BOLD).add_modifier(Modifier::BOLD)
    }

    /// A label that must be noticed, such as DEMO or FROZEN.
    pub const fn badge(self) -> Style {
        self.paint(ORANGE, Modifier::BOLD).add_modifier(Modifier::REVERSED)
    }

    /// The tab of the current screen.
    pub const fn current_tab(self) -> Style {
        self.paint(BLUE, Modifier::REVERSED).add_modifier(Modifier::BOLD).add_modifier(Modifier::UNDERLINED)
    }

    /// A key in a hint.
    pub const fn key(self) -> Style {
        self.paint(BLUE, Modifier::BOLD)
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

    const fn paint(self, colour: Color, otherwise: Modifier) -> Style {
        if self.colour { Style::new().fg(colour) } else { Style::new().add_modifier(otherwise) }
    }
}
