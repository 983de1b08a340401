//! The themes: one colour for each meaning.

use super::depth::Depth;
use super::tone::{OWN, Tone, tone};
use ratatui::style::Color;

/// The number of bands of fee rates, each with its own colour.
const BANDS: usize = 8;

/// A named set of colours.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum ThemeName {
    /// For a dark background. Blue is good and orange bad, which most colour-blind eyes can tell apart.
    #[default]
    Dark,
    /// For a light background.
    Light,
    /// Bright colours and no grey, for a dark background.
    HighContrast,
    /// The colours of Okabe and Ito, and bands that only get lighter (cividis), for a dark background.
    ColourBlind,
}

impl ThemeName {
    /// Every theme, in the order in which a key goes through them.
    pub const ALL: [Self; 4] = [Self::Dark, Self::Light, Self::HighContrast, Self::ColourBlind];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high-contrast",
            Self::ColourBlind => "colour-blind",
        }
    }

    /// Returns the theme of that name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }

    const fn tones(self) -> &'static [Tone; Meaning::COUNT] {
        match self {
            Self::Dark => &DARK,
            Self::Light => &LIGHT,
            Self::HighContrast => &HIGH_CONTRAST,
            Self::ColourBlind => &COLOUR_BLIND,
        }
    }
}

/// What a colour means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// The focus, and keys.
    Accent,
    /// A good state.
    Good,
    /// A warning.
    Warning,
    /// A bad state.
    Bad,
    /// Secondary text.
    Muted,
    /// The frame of a panel.
    Border,
    /// Single-colour charts.
    Chart,
    /// The text of the selected row.
    SelectedText,
    /// The background of the selected row.
    Selected,
    /// The background of the selected row in a panel without focus.
    Unfocused,
    /// A band of fee rates, from 0, the lowest, to 7.
    Band(u8),
}

impl Meaning {
    const NAMED: [(&'static str, Self); 10] = [
        ("accent", Self::Accent),
        ("good", Self::Good),
        ("warning", Self::Warning),
        ("bad", Self::Bad),
        ("muted", Self::Muted),
        ("border", Self::Border),
        ("chart", Self::Chart),
        ("selected-text", Self::SelectedText),
        ("selected", Self::Selected),
        ("unfocused", Self::Unfocused),
    ];

    pub(super) const COUNT: usize = Self::NAMED.len() + BANDS;

    /// The names on the command line.
    pub fn names() -> impl Iterator<Item = String> {
        let bands = (1..=BANDS).map(|band| format!("band-{band}"));
        Self::NAMED.into_iter().map(|(name, _)| name.to_owned()).chain(bands)
    }

    /// Returns the meaning of that name.
    pub fn of(name: &str) -> Option<Self> {
        let band = || name.strip_prefix("band-")?.parse::<u8>().ok()?.checked_sub(1);
        let named = Self::NAMED.into_iter().find(|(known, _)| *known == name).map(|(_, meaning)| meaning);
        named.or_else(|| band().filter(|band| usize::from(*band) < BANDS).map(Self::Band))
    }

    const fn index(self) -> usize {
        match self {
            Self::Accent => 0,
            Self::Good => 1,
            Self::Warning => 2,
            Self::Bad => 3,
            Self::Muted => 4,
            Self::Border => 5,
            Self::Chart => 6,
            Self::SelectedText => 7,
            Self::Selected => 8,
            Self::Unfocused => 9,
            Self::Band(band) => 10 + band as usize,
        }
    }
}

/// The colours of a theme as a terminal can show them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Palette([Color; Meaning::COUNT]);

impl Palette {
    pub(super) fn new(theme: ThemeName, depth: Depth) -> Self {
        Self(theme.tones().map(|tone| depth.show(tone)))
    }

    /// Replaces the colour of a meaning.
    pub(super) fn set(&mut self, meaning: Meaning, colour: Color) {
        if let Some(place) = self.0.get_mut(meaning.index()) {
            *place = colour;
        }
    }

    /// The colour of a meaning. A band beyond the last one gets the terminal's default.
    pub(super) const fn get(&self, meaning: Meaning) -> Color {
        let index = meaning.index();
        if index < Meaning::COUNT { self.0[index] } else { Color::Reset }
    }
}

const DARK: [Tone; Meaning::COUNT] = [
    tone(0x5f_af_ff, Color::LightBlue),
    tone(0x5f_af_ff, Color::LightBlue),
    tone(0xff_af_00, Color::Yellow),
    tone(0xff_5f_00, Color::LightRed),
    tone(0x8a_8a_8a, Color::Gray),
    tone(0x44_44_44, Color::DarkGray),
    tone(0x5f_af_ff, Color::LightBlue),
    tone(0xee_ee_ee, Color::White),
    tone(0x44_44_44, Color::Blue),
    tone(0x30_30_30, Color::Reset),
    tone(0x00_5f_87, Color::Blue),
    tone(0x00_87_af, Color::LightBlue),
    tone(0x00_af_d7, Color::Cyan),
    tone(0x87_af_d7, Color::LightCyan),
    tone(0xd7_d7_87, Color::LightYellow),
    tone(0xd7_af_5f, Color::Yellow),
    tone(0xd7_87_00, Color::LightRed),
    tone(0xd7_5f_00, Color::Red),
];

const LIGHT: [Tone; Meaning::COUNT] = [
    tone(0x00_5f_af, Color::Blue),
    tone(0x00_5f_af, Color::Blue),
    tone(0x87_5f_00, Color::Magenta),
    tone(0xaf_00_00, Color::Red),
    tone(0x6c_6c_6c, Color::DarkGray),
    tone(0xb2_b2_b2, Color::DarkGray),
    tone(0x00_5f_af, Color::Blue),
    tone(0x00_00_00, Color::Black),
    tone(0xaf_d7_ff, Color::Cyan),
    tone(0xe4_e4_e4, Color::Reset),
    tone(0x5f_87_d7, Color::LightBlue),
    tone(0x00_5f_af, Color::Blue),
    tone(0x00_87_87, Color::Cyan),
    tone(0x00_5f_5f, Color::Green),
    tone(0x87_87_00, Color::Yellow),
    tone(0xaf_5f_00, Color::Magenta),
    tone(0xd7_5f_00, Color::LightRed),
    tone(0xaf_00_00, Color::Red),
];

const HIGH_CONTRAST: [Tone; Meaning::COUNT] = [
    tone(0x00_ff_ff, Color::LightCyan),
    tone(0x00_ff_ff, Color::LightCyan),
    tone(0xff_ff_00, Color::LightYellow),
    tone(0xff_87_5f, Color::LightRed),
    OWN,
    OWN,
    tone(0x00_ff_ff, Color::LightCyan),
    tone(0x00_00_00, Color::Black),
    tone(0xff_ff_ff, Color::White),
    tone(0x4e_4e_4e, Color::Reset),
    tone(0x5f_af_ff, Color::LightBlue),
    tone(0x00_d7_ff, Color::LightCyan),
    tone(0x00_ff_d7, Color::LightGreen),
    tone(0x87_ff_5f, Color::Green),
    tone(0xff_ff_5f, Color::LightYellow),
    tone(0xff_d7_00, Color::Yellow),
    tone(0xff_af_5f, Color::LightMagenta),
    tone(0xff_87_87, Color::LightRed),
];

const COLOUR_BLIND: [Tone; Meaning::COUNT] = [
    tone(0x56_b4_e9, Color::LightCyan),
    tone(0x56_b4_e9, Color::LightCyan),
    tone(0xf0_e4_42, Color::LightYellow),
    tone(0xe6_9f_00, Color::Yellow),
    tone(0x9e_9e_9e, Color::Gray),
    tone(0x4e_4e_4e, Color::DarkGray),
    tone(0x56_b4_e9, Color::LightCyan),
    tone(0xff_ff_ff, Color::White),
    tone(0x00_5f_87, Color::Blue),
    tone(0x30_30_30, Color::Reset),
    tone(0x3b_49_6c, Color::Blue),
    tone(0x57_5d_6d, Color::LightBlue),
    tone(0x70_71_73, Color::DarkGray),
    tone(0x8a_86_79, Color::Gray),
    tone(0xa5_9c_74, Color::Yellow),
    tone(0xc3_b3_69, Color::LightYellow),
    tone(0xe1_cc_55, Color::LightYellow),
    tone(0xfe_e8_38, Color::White),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The relative luminance of WCAG 2.1.
    fn luminance(rgb: (u8, u8, u8)) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(rgb.0) + 0.7152 * linear(rgb.1) + 0.0722 * linear(rgb.2)
    }

    fn contrast(a: f64, b: f64) -> f64 {
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn rgb(theme: ThemeName, meaning: Meaning) -> Option<f64> {
        theme.tones()[meaning.index()].rgb.map(luminance)
    }

    #[test]
    fn names_and_meanings_are_one_to_one() {
        let meanings: Vec<Meaning> = Meaning::names().filter_map(|name| Meaning::of(&name)).collect();
        let indexes: Vec<usize> = meanings.iter().map(|meaning| meaning.index()).collect();
        assert_eq!(indexes, (0..Meaning::COUNT).collect::<Vec<_>>());
        assert_eq!([Meaning::of("band-0"), Meaning::of("band-9"), Meaning::of("pink")], [None; 3]);
        assert!(ThemeName::ALL.iter().all(|theme| ThemeName::of(theme.name()) == Some(*theme)));
    }

    #[test]
    fn states_and_labels_can_be_read_on_the_background_and_on_the_selection() {
        for theme in ThemeName::ALL {
            let background = if theme == ThemeName::Light { 1.0 } else { 0.0 };
            let states = [Meaning::Accent, Meaning::Good, Meaning::Warning, Meaning::Bad, Meaning::Muted];
            for meaning in states {
                let Some(text) = rgb(theme, meaning) else { continue };
                assert!(contrast(text, background) >= 4.5, "{theme:?} {meaning:?}");
            }
            let [text, selected] = [Meaning::SelectedText, Meaning::Selected].map(|it| rgb(theme, it));
            assert!(contrast(text.unwrap(), selected.unwrap()) >= 4.5, "{theme:?}");
        }
    }

    #[test]
    fn the_bands_for_colour_blind_eyes_only_get_lighter() {
        let bands: Vec<f64> =
            (0..8).filter_map(|band| rgb(ThemeName::ColourBlind, Meaning::Band(band))).collect();
        assert!(bands.len() == BANDS && bands.is_sorted(), "{bands:?}");
    }
}
