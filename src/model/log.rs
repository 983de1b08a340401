//! What happened, as a bounded list of lines.

use crate::event::{DisconnectReason, Misbehaviour, PeerId};
use crate::model::event_line::{EventLine, Level};
use crate::model::peers::odd::Oddity;
use crate::model::story::Told;
use crate::util::bounded::Ring;
use crate::util::text::clean;
use crate::util::time::Timestamp;
use std::mem::Discriminant;
use std::time::Duration;

/// How many lines are kept.
const KEPT: usize = 200;

/// The longest line, in characters.
const LONGEST: usize = 240;

/// For how long a line absorbs later ones of its subject.
const MERGED_FOR: Duration = Duration::from_mins(10);

/// What a line is about. Lines about the same are merged and counted: a peer that repeats itself
/// gets one line and does not drive out the others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Subject {
    /// A peer's handshake was done.
    Ready(PeerId),
    /// A peer that was ready, or that the user named, is gone.
    Gone(PeerId, Discriminant<DisconnectReason>),
    /// An address that was found out could not be reached, whichever it was.
    NotReached(Discriminant<DisconnectReason>),
    /// A peer did something odd.
    Tolerated(PeerId, Discriminant<Misbehaviour>),
    /// A peer is odd, by itself or against the others.
    Odd(PeerId, Oddity),
    /// Nothing that repeats.
    Once,
}

/// The last lines.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// Oldest first.
    lines: Ring<Line, KEPT>,
}

#[derive(Debug)]
struct Line {
    time: Timestamp,
    level: Level,
    subject: Subject,
    text: String,
    times: u32,
}

impl Log {
    /// Adds a line, or counts it if there is one of its subject; that one becomes the newest.
    pub(crate) fn push(&mut self, time: Timestamp, Told { level, subject, text }: Told) {
        let text = clean(text.as_bytes(), LONGEST);
        let times = self.take_same(time, subject).map_or(1, |same| same.times.saturating_add(1));
        self.lines.push(Line { time, level, subject, text, times });
    }

    /// Adds a line if there is one.
    pub(crate) fn extend(&mut self, time: Timestamp, told: Option<Told>) {
        if let Some(told) = told {
            self.push(time, told);
        }
    }

    fn take_same(&mut self, time: Timestamp, subject: Subject) -> Option<Line> {
        if subject == Subject::Once {
            return None;
        }
        let is_same = |line: &Line| line.subject == subject && time.since(line.time) < MERGED_FOR;
        let index = self.lines.iter().rposition(is_same)?;
        self.lines.remove(index)
    }

    /// The last lines, newest first.
    pub(crate) fn newest(&self, count: usize) -> Vec<EventLine> {
        self.lines
            .iter()
            .rev()
            .take(count)
            .map(|line| {
                let text = match line.times {
                    1 => line.text.clone(),
                    times => format!("{} ×{times}", line.text),
                };
                EventLine { time: line.time, level: line.level, text }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tolerated(peer: u64, misbehaviour: &Misbehaviour) -> Subject {
        Subject::Tolerated(PeerId(peer), std::mem::discriminant(misbehaviour))
    }

    fn told(level: Level, subject: Subject, text: &str) -> Told {
        Told { level, subject, text: text.to_owned() }
    }

    fn texts(log: &Log) -> Vec<String> {
        log.newest(KEPT).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn a_peer_that_repeats_itself_gets_one_line() {
        let mut log = Log::default();
        log.push(Timestamp::from_secs(0), told(Level::Good, Subject::Once, "block 1"));
        for second in 1..=12 {
            let pong = tolerated(1, &Misbehaviour::UnexpectedPong);
            log.push(Timestamp::from_secs(second), told(Level::Warning, pong, "a: pong without a ping"));
            let bad = Misbehaviour::BeforeHandshake(format!("made up {second}"));
            log.push(
                Timestamp::from_secs(second),
                told(Level::Warning, tolerated(1, &bad), &format!("a: {bad}")),
            );
        }
        assert_eq!(
            texts(&log),
            ["a: made up 12 before the handshake is done ×12", "a: pong without a ping ×12", "block 1"]
        );
    }

    #[test]
    fn peers_are_told_apart_and_an_old_line_is_left_alone() {
        let mut log = Log::default();
        for (second, peer) in [(0, 1), (1, 2), (2, 1), (602, 1)] {
            let pong = tolerated(peer, &Misbehaviour::UnexpectedPong);
            log.push(Timestamp::from_secs(second), told(Level::Warning, pong, &peer.to_string()));
        }
        assert_eq!(texts(&log), ["1", "1 ×2", "2"]);
    }

    #[test]
    fn lines_are_bounded_in_number_and_length_and_clean() {
        let mut log = Log::default();
        for second in 0..1_000 {
            let text = format!("\x1b[2J{}", "x".repeat(5_000));
            log.push(Timestamp::from_secs(second), told(Level::Info, Subject::Once, &text));
        }
        let lines = log.newest(usize::MAX);
        assert_eq!(lines.len(), KEPT);
        assert_eq!(lines[0].time, Timestamp::from_secs(999));
        assert!(lines[0].text.starts_with("·[2Jx") && lines[0].text.chars().count() == LONGEST);
    }
}
