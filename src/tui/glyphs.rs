//! Substitutes characters that the terminal lacks, in each finished frame.

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// The character sets of terminals.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Glyphs {
    /// All.
    #[default]
    All,
    /// Those of code page 437, which the font of the Linux console has.
    Console,
    /// Those of ASCII.
    Ascii,
}

impl Glyphs {
    /// Decides from the environment: the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set gives the
    /// encoding, and `TERM` reveals the Linux console.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default();
        let locale = locale.to_ascii_lowercase();
        if !locale.contains("utf-8") && !locale.contains("utf8") {
            Self::Ascii
        } else if set("TERM").is_some_and(|term| term == "linux") {
            Self::Console
        } else {
            Self::All
        }
    }

    /// Replaces what the terminal cannot show. No cell moves, except that a sign that becomes two characters
    /// takes a neighbouring blank.
    pub fn translate(self, buffer: &mut Buffer) {
        if self == Self::All {
            return;
        }
        if self == Self::Ascii {
            widen(buffer);
        }
        for cell in buffer.content.iter_mut().filter(|cell| !cell.symbol().is_ascii()) {
            // The cell under the second half of a wide character is blank.
            let only = cell.symbol().chars().next().filter(|_| cell.symbol().width() == 1);
            cell.set_char(only.map_or('?', |letter| self.replace(letter)));
        }
    }

    fn replace(self, letter: char) -> char {
        let row = TABLE.iter().find(|(letters, ..)| letters.contains(letter));
        match (self, row) {
            (Self::Console, Some((_, console, _))) => *console,
            (Self::Console, None) if CONSOLE.contains(letter) => letter,
            (_, Some((.., ascii))) => *ascii,
            (_, None) => braille(letter).unwrap_or('?'),
        }
    }
}

/// Signs that become two characters in ASCII if there is room; one character alone would mean something else.
const PAIRS: [(&str, char, char); 3] = [("≥", '>', '='), ("≤", '<', '='), ("±", '+', '-')];

/// Writes each two-character sign into its cell and a blank one: the one after it if possible, else the one
/// before it.
fn widen(buffer: &mut Buffer) {
    let width = usize::from(buffer.area.width).max(1);
    for line in buffer.content.chunks_mut(width) {
        for at in 0..line.len() {
            let Some((_, first, second)) = PAIRS.iter().find(|(sign, ..)| *sign == line[at].symbol()) else {
                continue;
            };
            let is_blank = |at: Option<usize>| {
                at.is_some_and(|at| line.get(at).is_some_and(|cell| cell.symbol() == " "))
            };
            let is_figure = |at: Option<usize>| {
                at.and_then(|at| line.get(at))
                    .is_some_and(|cell| cell.symbol().starts_with(|c: char| c.is_ascii_digit()))
            };
            let [before, beyond] = [at.checked_sub(1), at.checked_sub(2)];
            let start = if is_blank(Some(at + 1)) {
                at
            } else if is_blank(before) && !is_figure(beyond) {
                // Between two figures the blank must stay, or the sign would look like a comparison.
                at - 1
            } else {
                continue;
            };
            line[start].set_char(*first);
            line[start + 1].set_char(*second);
        }
    }
}

/// Characters of code page 437 that need no substitute.
const CONSOLE: &str = "─│┌┐└┘├┤┬┴┼═║╔╗╚╝▀▄█▌▐░▒▓■▲▼►◄↑↓→←○•·≈≥≤±°µ";

/// Characters with their substitutes on the Linux console and in ASCII.
const TABLE: &[(&str, char, char)] = &[
    ("╭┌", '┌', '+'),
    ("╮┐", '┐', '+'),
    ("╰└", '└', '+'),
    ("╯┘", '┘', '+'),
    ("┏", '╔', '+'),
    ("┓", '╗', '+'),
    ("┗", '╚', '+'),
    ("┛", '╝', '+'),
    ("├┝┠┣", '├', '+'),
    ("┤┥┨┫", '┤', '+'),
    ("┬┯┰┳", '┬', '+'),
    ("┴┷┸┻", '┴', '+'),
    ("┼╋", '┼', '+'),
    ("─╌┄", '─', '-'),
    ("━", '═', '='),
    ("│", '│', '|'),
    ("┃", '║', '|'),
    ("▏▕", '│', '|'),
    ("▎▍", '▌', '.'),
    ("▌▋▊▉▐", '▌', '#'),
    ("▁", '_', '.'),
    ("▂", '_', ':'),
    ("▃", '▄', '-'),
    ("▄", '▄', '='),
    ("▅", '▄', '+'),
    ("▆", '█', '*'),
    ("▇█■", '█', '#'),
    ("▀", '▀', '#'),
    ("░", '░', '.'),
    ("▒", '▒', ':'),
    ("▓", '▓', '#'),
    ("●•", '•', '*'),
    ("◐", '◄', '%'),
    ("○", '○', 'o'),
    ("◌", '·', '.'),
    ("◔", '°', ','),
    ("×✗", 'x', 'x'),
    ("·", '·', '.'),
    ("…", '~', '~'),
    ("–—−", '-', '-'),
    ("≥", '≥', '>'),
    ("≤", '≤', '<'),
    ("±", '±', '~'),
    ("›", '►', '>'),
    ("≈", '≈', '~'),
    ("→▶►▸", '→', '>'),
    ("←◀◄◂", '←', '<'),
    ("↑", '↑', '^'),
    ("↓", '↓', 'v'),
    ("▲", '▲', '^'),
    ("▼", '▼', 'v'),
    ("µ", 'µ', 'u'),
    ("✓", '√', 'v'),
];

/// A character that covers about as much as the dots of a braille pattern.
fn braille(letter: char) -> Option<char> {
    let dots = u32::from(letter).checked_sub(0x2800).filter(|dots| *dots < 0x100)?;
    Some(match dots.count_ones() {
        0 => ' ',
        1..=2 => '.',
        3..=4 => ':',
        5..=6 => '*',
        _ => '#',
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    fn translated(glyphs: Glyphs, text: &str) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
        buffer.set_string(0, 0, text, Style::new());
        glyphs.translate(&mut buffer);
        buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned()
    }

    #[test]
    fn everything_becomes_ascii_in_its_cell() {
        assert_eq!(translated(Glyphs::Ascii, "╭─ ●▁▅█ →1 …"), "+- *.+# >1 ~");
        assert_eq!(translated(Glyphs::Ascii, "日本x⣿⠁é"), "? ? x#.?");
        assert_eq!(translated(Glyphs::All, "╭日é"), "╭日 é");
    }

    #[test]
    fn a_sign_becomes_two_characters_where_a_blank_gives_way() {
        assert_eq!(translated(Glyphs::Ascii, "ab  ≥1"), "ab >=1");
        assert_eq!(translated(Glyphs::Ascii, "≥ 20"), ">=20");
        assert_eq!(translated(Glyphs::Ascii, "3 ms ± 1 ms"), "3 ms +-1 ms");
        assert_eq!(translated(Glyphs::Ascii, "≤5 ≤6"), "<5 <6", "no blank to spare");
        assert_eq!(translated(Glyphs::Console, "a  ≥1 ›"), "a  ≥1 ►");
    }

    #[test]
    fn the_console_keeps_its_lines_and_blocks() {
        assert_eq!(translated(Glyphs::Console, "╭─┏━┃●▁▅█×…é"), "┌─╔═║•_▄█x~?");
        let known = |letter: char| letter.is_ascii() || CONSOLE.contains(letter) || letter == '√';
        assert!(TABLE.iter().all(|(_, console, ascii)| known(*console) && ascii.is_ascii()));
    }

    #[test]
    fn the_locale_and_the_console_decide() {
        let glyphs = |variables: &[(&str, &str)]| {
            let value = |name: &str| variables.iter().find(|(known, _)| *known == name);
            Glyphs::of(|name| value(name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(glyphs(&[("LANG", "en_US.UTF-8")]), Glyphs::All);
        assert_eq!(glyphs(&[("LC_ALL", "C"), ("LANG", "en_US.UTF-8")]), Glyphs::Ascii);
        assert_eq!(glyphs(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")]), Glyphs::All);
        assert_eq!(glyphs(&[("LANG", "C.UTF-8"), ("TERM", "linux")]), Glyphs::Console);
        assert_eq!(glyphs(&[]), Glyphs::Ascii);
    }
}
