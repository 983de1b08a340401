//! A colour of a theme.

use ratatui::style::Color;

/// A colour, and its representative among the 16. `None`: the terminal's own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tone {
    pub(super) rgb: Option<(u8, u8, u8)>,
    pub(super) ansi: Color,
}

/// The terminal's own colour.
pub(super) const OWN: Tone = Tone { rgb: None, ansi: Color::Reset };

/// The colour `0xRRGGBB`.
pub(super) const fn tone(rgb: u32, ansi: Color) -> Tone {
    let [_, red, green, blue] = rgb.to_be_bytes();
    Tone { rgb: Some((red, green, blue)), ansi }
}
