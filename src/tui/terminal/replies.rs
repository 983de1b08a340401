//! Keeps late replies of the terminal from acting as keys.
//!
//! A terminal answers another program's queries with DCS, OSC, APC, PM or SOS: an escape character, a letter,
//! a text, and the string terminator `ESC \` or BEL. crossterm does not parse these. It reports Alt with the
//! letter, each character of the text as a key, and Alt-`\` or Ctrl-G; or Esc and the letter, if the escape
//! character was the last byte of a read. A paste whose first byte was read alone looks similar.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::time::Duration;
use tokio::time::Instant;

/// How long an Esc is held back: the rest of a sequence follows immediately, a second key press does not.
const ESC_DELAY: Duration = Duration::from_millis(25);

/// A reply without a terminator ends after this long without a character.
const SILENCE: Duration = Duration::from_millis(300);

/// Drops replies from the terminal's events, and holds back an Esc that may start one.
#[derive(Default, Debug)]
pub struct ReplyFilter {
    state: State,
}

#[derive(Clone, Copy, Default, PartialEq, Debug)]
enum State {
    /// Ordinary keys.
    #[default]
    Keys,
    /// An Esc was read at this time.
    Esc(Instant),
    /// Inside a reply, whose last character was read at `last`.
    Reply { last: Instant, escaped: bool },
}

impl ReplyFilter {
    /// Returns the events to act on, in order, after `event` was read.
    pub fn take(&mut self, event: Event, now: Instant) -> impl Iterator<Item = Event> + use<> {
        let kept_back = self.expire(now);
        let [first, second] = match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.take_key(key, now),
            // A resize comes from a signal, even in the middle of a reply.
            event @ (Event::Key(_) | Event::Resize(..)) => [None, Some(event)],
            event => [self.release(), Some(event)],
        };
        kept_back.into_iter().chain(first).chain(second)
    }

    /// When [`Self::expire`] is due if nothing is read until then.
    pub fn due(&self) -> Option<Instant> {
        match self.state {
            State::Esc(since) => Some(since + ESC_DELAY),
            State::Keys | State::Reply { .. } => None,
        }
    }

    /// Ends a wait that took too long. Returns an Esc that turned out to be a key.
    pub fn expire(&mut self, now: Instant) -> Option<Event> {
        match self.state {
            State::Esc(since) if now >= since + ESC_DELAY => self.release(),
            State::Reply { last, .. } if now >= last + SILENCE => {
                self.state = State::Keys;
                None
            }
            _ => None,
        }
    }

    /// Resets the state. Returns an Esc that was held back.
    fn release(&mut self) -> Option<Event> {
        let was = std::mem::take(&mut self.state);
        matches!(was, State::Esc(_)).then(|| Event::Key(KeyCode::Esc.into()))
    }

    fn take_key(&mut self, key: KeyEvent, now: Instant) -> [Option<Event>; 2] {
        let reply = |escaped| State::Reply { last: now, escaped };
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        self.state = match (self.state, key.code) {
            (State::Keys, KeyCode::Esc) if key.modifiers.is_empty() => State::Esc(now),
            (State::Keys, code) if alt && begins_string(code) => reply(false),
            // `[` follows only if crossterm mistook the escape character for a key.
            (State::Esc(_), code) if begins_string(code) || code == KeyCode::Char('[') => reply(false),
            (State::Reply { escaped, .. }, KeyCode::Char('\\')) if alt || escaped => State::Keys,
            (State::Reply { .. }, KeyCode::Char('g')) if key.modifiers == KeyModifiers::CONTROL => {
                State::Keys
            }
            (State::Reply { .. }, code) => reply(code == KeyCode::Esc),
            (State::Keys | State::Esc(_), _) => return [self.release(), Some(Event::Key(key))],
        };
        [None, None]
    }
}

/// Whether the character after the escape character begins a string: DCS, OSC, APC, PM or SOS.
fn begins_string(code: KeyCode) -> bool {
    matches!(code, KeyCode::Char('P' | ']' | '_' | '^' | 'X'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem;

    /// The keys that crossterm reports for `bytes`, with reads ending at each `|`.
    fn parsed(bytes: &str) -> Vec<KeyEvent> {
        let mut keys = Vec::new();
        for read in bytes.split('|') {
            let mut modifiers = KeyModifiers::NONE;
            let mut rest = read.chars().peekable();
            while let Some(byte) = rest.next() {
                match byte {
                    '\x1b' if rest.peek().is_some() => modifiers = KeyModifiers::ALT,
                    '\x1b' => keys.push(KeyCode::Esc.into()),
                    '\x07' => keys.push(KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL)),
                    letter => keys.push(KeyEvent::new(
                        KeyCode::Char(letter),
                        mem::replace(&mut modifiers, KeyModifiers::NONE),
                    )),
                }
            }
        }
        keys
    }

    /// The codes that pass, with `gap` between keys and a second of silence at the end.
    fn through(keys: Vec<KeyEvent>, gap: Duration) -> Vec<KeyCode> {
        let mut filter = ReplyFilter::default();
        let mut now = Instant::now();
        let mut events = Vec::new();
        for key in keys {
            now += gap;
            events.extend(filter.take(Event::Key(key), now));
        }
        events.extend(filter.expire(now + Duration::from_secs(1)));
        events.iter().map(|event| event.as_key_event().expect("only keys go in").code).collect()
    }

    fn read(bytes: &str) -> String {
        let letter = |code: KeyCode| code.as_char().unwrap_or('e');
        through(parsed(bytes), Duration::ZERO).into_iter().map(letter).collect()
    }

    #[test]
    fn replies_are_swallowed_wherever_their_reads_end() {
        for reply in [
            "\x1bP1+r544e=71\x1b\\",
            "\x1b]11;rgb:1e1e/qqqq/2e2e\x07",
            "\x1b]52;c;cXE=\x1b\\",
            "\x1b_Gi=31;OK\x1b\\",
            "\x1b^q\x1b\\",
            "\x1bXq\x1b\\",
        ] {
            assert_eq!(read(&format!("a{reply}b")), "ab", "{reply:?}");
            for at in 1..reply.len() {
                let split = format!("a|{}|{}|b", &reply[..at], &reply[at..]);
                assert_eq!(read(&split), "ab", "{split:?}");
            }
        }
    }

    #[test]
    fn a_paste_whose_first_byte_came_alone_is_swallowed() {
        assert_eq!(read("a\x1b|[200~bc1qqq"), "a");
    }

    #[test]
    fn esc_is_a_key_and_keeps_its_place() {
        assert_eq!(read("\x1b"), "e");
        assert_eq!(read("\x1b|q"), "eq");
        assert_eq!(read("\x1b|\x1b|\x1b"), "eee");
        let slow = through(parsed("\x1b|P"), ESC_DELAY);
        assert_eq!(slow, [KeyCode::Esc, KeyCode::Char('P')], "too slow for a sequence");
    }

    #[test]
    fn other_keys_with_alt_stay_keys() {
        assert_eq!(read("\x1bqx"), "qx");
    }

    #[test]
    fn keys_count_again_when_the_end_of_a_reply_does_not_come() {
        let keys = through(parsed("\x1b]q"), Duration::ZERO);
        assert_eq!(keys, []);
        assert_eq!(through(parsed("\x1b]q"), SILENCE), [KeyCode::Char('q')]);
    }

    #[test]
    fn an_event_of_the_mouse_ends_a_reply_and_a_new_size_does_not() {
        let now = Instant::now();
        let mut filter = ReplyFilter::default();
        let mut take = |event: &Event| filter.take(event.clone(), now).collect::<Vec<_>>();
        let (esc, resize) = (Event::Key(KeyCode::Esc.into()), Event::Resize(80, 24));
        assert_eq!([take(&esc), take(&resize)], [vec![], vec![resize.clone()]]);
        assert_eq!(take(&Event::FocusGained), [esc.clone(), Event::FocusGained]);
        assert_eq!(take(&Event::Key(KeyCode::Char('q').into())), [Event::Key(KeyCode::Char('q').into())]);
    }
}
