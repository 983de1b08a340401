//! How many colours a terminal shows, and how a theme's colours map to them.

use super::tone::Tone;
use ratatui::style::Color;

/// How many colours a terminal shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Depth {
    /// None: only modifiers.
    Monochrome,
    /// The 16 of the terminal's own palette.
    Ansi,
    /// xterm's 256.
    Indexed,
    /// Any of 16 million.
    True,
}

/// Terminals that show all colours although `COLORTERM` may be missing, for example over ssh.
const TRUE_COLOUR: [&str; 6] = ["alacritty", "foot", "ghostty", "kitty", "wezterm", "contour"];

impl Depth {
    /// Decides from the environment: `NO_COLOR` (no-color.org), then `TERM`, then `COLORTERM`.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name| variable(name).unwrap_or_default();
        let term = value("TERM");
        let is_one_of = |names: &[&str]| names.iter().any(|name| term.contains(name));
        if !value("NO_COLOR").is_empty() || is_one_of(&["dumb", "vt1", "vt2"]) {
            return Self::Monochrome;
        }
        // GNU screen garbles true colour even if the outer terminal set `COLORTERM`.
        let ignores_colorterm = term == "linux" || term.starts_with("screen");
        if !ignores_colorterm
            && (["truecolor", "24bit"].contains(&value("COLORTERM").as_str())
                || term.ends_with("-direct")
                || is_one_of(&TRUE_COLOUR))
        {
            Self::True
        } else if term.contains("256color") {
            Self::Indexed
        } else if term.is_empty() {
            Self::Monochrome
        } else {
            Self::Ansi
        }
    }

    /// The colour that represents `tone`.
    pub(super) fn show(self, tone: Tone) -> Color {
        match (self, tone.rgb) {
            (Self::Monochrome, _) | (_, None) => Color::Reset,
            (Self::Ansi, Some(_)) => tone.ansi,
            (Self::Indexed, Some(rgb)) => Color::Indexed(nearest_indexed(rgb)),
            (Self::True, Some((red, green, blue))) => Color::Rgb(red, green, blue),
        }
    }

    /// The colour that represents one chosen by the user.
    pub(super) fn show_own(self, colour: Color) -> Color {
        match colour {
            Color::Rgb(red, green, blue) => {
                let rgb = (red, green, blue);
                self.show(Tone { rgb: Some(rgb), ansi: nearest_ansi(rgb) })
            }
            _ if self == Self::Monochrome => Color::Reset,
            Color::Indexed(index) if self == Self::Ansi => nearest_ansi(indexed(index)),
            other => other,
        }
    }
}

/// The levels of a channel in the cube of the 256 colours.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The usual values of the 16 colours.
const ANSI: [(Color, (u8, u8, u8)); 16] = [
    (Color::Black, (0, 0, 0)),
    (Color::Red, (205, 0, 0)),
    (Color::Green, (0, 205, 0)),
    (Color::Yellow, (205, 205, 0)),
    (Color::Blue, (0, 0, 238)),
    (Color::Magenta, (205, 0, 205)),
    (Color::Cyan, (0, 205, 205)),
    (Color::Gray, (229, 229, 229)),
    (Color::DarkGray, (127, 127, 127)),
    (Color::LightRed, (255, 0, 0)),
    (Color::LightGreen, (0, 255, 0)),
    (Color::LightYellow, (255, 255, 0)),
    (Color::LightBlue, (92, 92, 255)),
    (Color::LightMagenta, (255, 0, 255)),
    (Color::LightCyan, (0, 255, 255)),
    (Color::White, (255, 255, 255)),
];

/// The value of one of the 256 colours.
fn indexed(index: u8) -> (u8, u8, u8) {
    let level = |digit: u8| LEVELS[usize::from(digit % 6)];
    match index {
        0..16 => ANSI[usize::from(index)].1,
        16..232 => {
            let cube = index - 16;
            (level(cube / 36), level(cube / 6), level(cube))
        }
        232.. => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
    }
}

/// The nearest of the 256 colours. The first 16 are skipped, as users can change them.
fn nearest_indexed(rgb: (u8, u8, u8)) -> u8 {
    (16..=255).min_by_key(|index| distance(indexed(*index), rgb)).unwrap_or(16)
}

fn nearest_ansi(rgb: (u8, u8, u8)) -> Color {
    ANSI.into_iter().min_by_key(|(_, known)| distance(*known, rgb)).map_or(Color::Reset, |(colour, _)| colour)
}

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    square(a.0, b.0) + square(a.1, b.1) + square(a.2, b.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(variables: &[(&str, &str)]) -> Depth {
        let value = |name: &str| variables.iter().find(|(known, _)| *known == name);
        Depth::of(|name| value(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_environment_says_how_many_colours_there_are() {
        for (term, colorterm, expected) in [
            ("xterm-256color", "", Depth::Indexed),
            ("xterm-256color", "truecolor", Depth::True),
            ("tmux-256color", "24bit", Depth::True),
            ("xterm-direct", "", Depth::True),
            ("xterm-kitty", "", Depth::True),
            ("xterm", "", Depth::Ansi),
            ("linux", "", Depth::Ansi),
            ("linux", "truecolor", Depth::Ansi),
            ("screen", "truecolor", Depth::Ansi),
            ("screen-256color", "truecolor", Depth::Indexed),
            ("vt220", "", Depth::Monochrome),
            ("dumb", "truecolor", Depth::Monochrome),
            ("", "", Depth::Monochrome),
        ] {
            assert_eq!(depth(&[("TERM", term), ("COLORTERM", colorterm)]), expected, "{term} {colorterm}");
        }
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]), Depth::Monochrome);
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]), Depth::Indexed);
    }

    #[test]
    fn each_of_the_256_colours_stands_for_itself() {
        let grey = |index: u8| matches!(index, 232..);
        for index in 16..=255 {
            let found = nearest_indexed(indexed(index));
            assert_eq!(indexed(found), indexed(index));
            assert!(found == index || grey(index), "{index}");
        }
    }

    #[test]
    fn own_colours_fit_the_terminal() {
        let shown = |depth: Depth| depth.show_own(Color::Rgb(250, 10, 10));
        assert_eq!(shown(Depth::True), Color::Rgb(250, 10, 10));
        assert_eq!(shown(Depth::Indexed), Color::Indexed(196));
        assert_eq!(shown(Depth::Ansi), Color::LightRed);
        assert_eq!(shown(Depth::Monochrome), Color::Reset);
        assert_eq!(Depth::Ansi.show_own(Color::Indexed(46)), Color::LightGreen);
        assert_eq!(Depth::Indexed.show_own(Color::Blue), Color::Blue);
    }
}
