//! The line in which a target is typed.

use crate::event::{MAX_TARGETS, WatchTarget};
use crate::snapshot::Snapshot;

/// The longest text that can be typed: a script of the greatest length, in hexadecimal digits.
const LONGEST: usize = 20_000;

/// The text being typed.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Input {
    /// The text so far.
    pub text: String,
    /// Why the text is not accepted.
    pub error: Option<String>,
}

impl Input {
    /// Appends a letter.
    pub fn push(&mut self, letter: char) {
        if !letter.is_control() && self.text.len() < LONGEST {
            self.text.push(letter);
            self.error = None;
        }
    }

    /// Deletes the last letter.
    pub fn erase(&mut self) {
        self.text.pop();
    }

    pub fn erase_all(&mut self) {
        self.text.clear();
    }

    /// Returns the target that was typed; otherwise notes what is wrong with the text.
    pub fn target(&mut self, snapshot: &Snapshot) -> Option<WatchTarget> {
        let Snapshot { network, watchlist: watched, .. } = snapshot;
        let error = match WatchTarget::parse(&self.text, *network) {
            Ok(target) if watched.iter().any(|row| row.target.key() == target.key()) => {
                "already on the watch list".to_owned()
            }
            Ok(_) if watched.len() >= MAX_TARGETS => {
                format!("the watch list is full ({MAX_TARGETS} targets)")
            }
            Ok(target) => return Some(target),
            Err(error) => error.to_string(),
        };
        self.error = Some(error);
        None
    }
}
