//! The terminal's clipboard (OSC 52), also from inside tmux and GNU screen.

use data_encoding::BASE64;

/// The longest string that GNU screen passes on, in bytes (its `MAXSTR`).
const SCREEN_CHUNK: usize = 768;

/// The multiplexer between this program and the terminal.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Multiplexer {
    /// Nothing.
    #[default]
    None,
    /// tmux.
    Tmux,
    /// GNU screen.
    Screen,
}

impl Multiplexer {
    /// Detects the multiplexer from its variables.
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
        if is_set("TMUX") {
            Self::Tmux
        } else if is_set("STY") {
            Self::Screen
        } else {
            Self::None
        }
    }

    /// The bytes that copy a text to the clipboard.
    ///
    /// tmux handles the plain sequence if its `set-clipboard` is `on`, and passes on the wrapped one if its
    /// `allow-passthrough` is on. Copying twice does no harm.
    pub fn copy(self, text: &str) -> Vec<u8> {
        let plain = format!("\x1b]52;c;{}\x07", BASE64.encode(text.as_bytes())).into_bytes();
        let wrapped = self.wrap(&plain);
        if self == Self::Tmux { [plain, wrapped].concat() } else { wrapped }
    }

    /// Wraps a sequence so that it reaches the terminal.
    pub fn wrap(self, plain: &[u8]) -> Vec<u8> {
        match self {
            Self::None => plain.to_owned(),
            Self::Tmux => {
                let wrapped = plain.iter().flat_map(|byte| {
                    let escaped: &[u8] = if *byte == 0x1b { b"\x1b\x1b" } else { std::slice::from_ref(byte) };
                    escaped.iter().copied()
                });
                b"\x1bPtmux;".iter().copied().chain(wrapped).chain(*b"\x1b\\").collect()
            }
            Self::Screen => {
                let chunk = |part: &[u8]| [b"\x1bP", part, b"\x1b\\"].concat();
                plain.chunks(SCREEN_CHUNK).flat_map(chunk).collect()
            }
        }
    }
}

/// Says which option tmux lacks, given its `set-clipboard` and `allow-passthrough`; `None` if one of them
/// lets a text through.
pub fn missing_in_tmux(set_clipboard: &str, allow_passthrough: &str) -> Option<&'static str> {
    let passes = ["on", "all"].contains(&allow_passthrough);
    (set_clipboard != "on" && !passes)
        .then_some("tmux keeps it from the clipboard: set -g set-clipboard on, or allow-passthrough on")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_encoded_and_ends_with_bel() {
        assert_eq!(Multiplexer::None.copy("bc1q"), b"\x1b]52;c;YmMxcQ==\x07");
    }

    #[test]
    fn tmux_gets_it_plain_and_wrapped() {
        let expected = b"\x1b]52;c;YQ==\x07\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\";
        assert_eq!(Multiplexer::Tmux.copy("a"), expected);
    }

    #[test]
    fn screen_gets_chunks_that_it_does_not_cut() {
        let text = "q".repeat(3_000);
        let sent = String::from_utf8(Multiplexer::Screen.copy(&text)).unwrap();
        let chunks: Vec<&str> = sent.split_inclusive("\x1b\\").collect();
        let parts: Vec<&str> =
            chunks.iter().map(|chunk| &chunk["\x1bP".len()..chunk.len() - "\x1b\\".len()]).collect();
        assert!(parts.len() > 1 && parts.iter().all(|part| part.len() <= SCREEN_CHUNK));
        assert_eq!(parts.concat().into_bytes(), Multiplexer::None.copy(&text));
    }

    #[test]
    fn the_note_names_the_options_only_if_none_of_them_helps() {
        assert_eq!(missing_in_tmux("on", "off"), None);
        assert_eq!(missing_in_tmux("external", "on"), None);
        assert_eq!(missing_in_tmux("external", "all"), None);
        assert!(missing_in_tmux("external", "off").is_some_and(|note| note.contains("set-clipboard on")));
        assert!(missing_in_tmux("external", "").is_some(), "tmux before 3.3 lacks the second one");
    }
}
