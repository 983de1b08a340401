//! The last lines of the program's own log, shared between the logging threads and the screen.

use super::bounded::Ring;
use super::text::clean;
use super::time::Timestamp;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracing::Level;

/// The most lines that are kept.
const MAX_LINES: usize = 2_000;
/// The most characters of a line. It may contain text from peers, so it is cleaned too.
const MAX_CHARS: usize = 1_000;

/// A line of the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogLine {
    /// The number of lines since startup before this one.
    pub number: u64,
    /// When it was written, on the time line of events.
    pub time: Timestamp,
    /// Its level.
    pub level: Level,
    /// The message and its fields, without control characters.
    pub text: String,
}

/// The last lines, at most 2,000. Clones share them.
#[derive(Clone, Default, Debug)]
pub struct LogLines(Arc<Mutex<Lines>>);

#[derive(Default, Debug)]
struct Lines {
    ring: Ring<LogLine, MAX_LINES>,
    written: u64,
}

impl LogLines {
    /// Appends a line, dropping the oldest if there are too many.
    pub fn push(&self, time: Timestamp, level: Level, text: &str) {
        let mut lines = self.lock();
        let number = lines.written;
        lines.written += 1;
        lines.ring.push(LogLine { number, time, level, text: clean(text.as_bytes(), MAX_CHARS) });
    }

    /// Calls `read` with the lines of `level` and above, the newest first.
    pub fn read<T>(&self, level: Level, read: impl FnOnce(Vec<&LogLine>) -> T) -> T {
        let lines = self.lock();
        read(lines.ring.iter().rev().filter(|line| line.level <= level).collect())
    }

    /// Locks the lines, which stay valid even after a panic while locked.
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_and_read_by_level_newest_first() {
        let lines = LogLines::default();
        for number in 0..2_100_u32 {
            let level = if number % 2 == 0 { Level::INFO } else { Level::DEBUG };
            lines.push(Timestamp::from_secs(number.into()), level, &format!("line {number}"));
        }
        let texts =
            |level| lines.read(level, |all| all.iter().map(|line| line.text.clone()).collect::<Vec<_>>());
        let all = texts(Level::DEBUG);
        assert_eq!((all.len(), all[0].as_str(), all[1_999].as_str()), (2_000, "line 2099", "line 100"));
        assert_eq!(texts(Level::INFO)[0], "line 2098");
        assert!(texts(Level::WARN).is_empty());
    }

    #[test]
    fn a_line_has_no_control_characters_and_is_bounded() {
        let lines = LogLines::default();
        lines.push(Timestamp::default(), Level::WARN, &format!("a\x1b[2Jb{}", "x".repeat(5_000)));
        lines.read(Level::WARN, |all| {
            assert!(all[0].text.starts_with("a·[2Jb"));
            assert_eq!(all[0].text.chars().count(), MAX_CHARS);
        });
    }
}
