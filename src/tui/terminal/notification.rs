//! Notifications of the desktop, through the terminal (OSC 9 and OSC 777).

use super::clipboard::Multiplexer;
use crate::util::text::clean;

/// The longest notification, in characters.
const MAX_TEXT: usize = 200;

/// The sequence that asks the terminal for a notification.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Notifier {
    /// OSC 9: iTerm2, kitty, `WezTerm`, Ghostty, Windows Terminal and others. Terminals without it ignore it.
    #[default]
    Osc9,
    /// OSC 777: urxvt, foot, and VTE-based terminals.
    Osc777,
    /// None: the Linux console, which has no desktop.
    Nothing,
}

impl Notifier {
    /// Detects the sequence from the terminal's variables.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let term = variable("TERM").unwrap_or_default();
        let is_vte = variable("VTE_VERSION").is_some_and(|version| !version.is_empty());
        if term == "linux" {
            Self::Nothing
        } else if is_vte || term.starts_with("rxvt") || term.starts_with("foot") {
            Self::Osc777
        } else {
            Self::Osc9
        }
    }

    /// The bytes that ask for a notification with this text.
    pub fn notify(self, text: &str, multiplexer: Multiplexer) -> Vec<u8> {
        // Semicolons separate the fields of OSC 777.
        let text = clean(text.as_bytes(), MAX_TEXT).replace(';', ",");
        let plain = match self {
            Self::Osc9 => format!("\x1b]9;mempulse: {text}\x07"),
            Self::Osc777 => format!("\x1b]777;notify;mempulse;{text}\x07"),
            Self::Nothing => return Vec::new(),
        };
        multiplexer.wrap(plain.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(set: &[(&str, &str)]) -> Notifier {
        let value =
            |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Notifier::of(value)
    }

    #[test]
    fn the_sequence_is_that_of_the_terminal() {
        assert_eq!(of(&[("TERM", "xterm-kitty")]), Notifier::Osc9);
        assert_eq!(of(&[("TERM", "foot-extra")]), Notifier::Osc777);
        assert_eq!(of(&[("TERM", "xterm-256color"), ("VTE_VERSION", "7600")]), Notifier::Osc777);
        assert_eq!(of(&[("TERM", "linux")]), Notifier::Nothing);
    }

    #[test]
    fn no_text_leaves_its_sequence_or_is_longer_than_a_line() {
        let sent = Notifier::Osc777.notify("a;b\x07\x1b]52;c;AA==\x1b\\", Multiplexer::None);
        assert_eq!(sent, "\x1b]777;notify;mempulse;a,b··]52,c,AA==·\\\x07".as_bytes());
        let sent = Notifier::Osc9.notify(&"x".repeat(9_999), Multiplexer::None);
        assert!(sent.len() < MAX_TEXT + 20, "{}", sent.len());
        assert!(Notifier::Nothing.notify("a", Multiplexer::Tmux).is_empty());
    }

    #[test]
    fn multiplexers_get_it_wrapped() {
        let sent = Notifier::Osc9.notify("a", Multiplexer::Tmux);
        assert_eq!(sent, b"\x1bPtmux;\x1b\x1b]9;mempulse: a\x07\x1b\\");
        let sent = Notifier::Osc9.notify("a", Multiplexer::Screen);
        assert_eq!(sent, b"\x1bP\x1b]9;mempulse: a\x07\x1b\\");
    }
}
