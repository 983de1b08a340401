//! The line for typing a target.

use crate::event::{MAX_TARGETS, WatchTarget};
use crate::snapshot::Snapshot;

/// The longest input: a script of the maximum length, in hexadecimal.
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

    /// Inserts a pasted text. Several lines are separate targets: returned if all are valid, otherwise an
    /// error is noted and nothing is inserted.
    pub fn paste(&mut self, pasted: &str, snapshot: &Snapshot) -> Option<Vec<WatchTarget>> {
        let whole = format!("{}{pasted}", self.text);
        let lines = whole.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        if lines.clone().count() < 2 {
            pasted.trim().chars().for_each(|letter| self.push(letter));
            return None;
        }
        let mut targets: Vec<WatchTarget> = Vec::new();
        for (at, line) in lines {
            match target(line.trim(), snapshot, &targets) {
                Ok(target) => targets.push(target),
                Err(error) => {
                    self.error = Some(format!("nothing pasted: line {}: {error}", at + 1));
                    return None;
                }
            }
        }
        Some(targets)
    }

    /// Returns the typed target, or notes an error.
    pub fn target(&mut self, snapshot: &Snapshot) -> Option<WatchTarget> {
        match target(self.text.trim(), snapshot, &[]) {
            Ok(target) => Some(target),
            Err(error) => {
                self.error = Some(error);
                None
            }
        }
    }
}

/// Parses a target that is not yet among those of the snapshot and `others`.
fn target(text: &str, snapshot: &Snapshot, others: &[WatchTarget]) -> Result<WatchTarget, String> {
    let target = WatchTarget::parse(text, snapshot.network).map_err(|error| error.to_string())?;
    let mut watched = snapshot.watched.iter().map(AsRef::as_ref).chain(others);
    if watched.any(|watched| watched.key() == target.key()) {
        Err("already on the watch list".to_owned())
    } else if snapshot.watched.len() + others.len() >= MAX_TARGETS {
        Err(format!("the watch list is full ({MAX_TARGETS} targets)"))
    } else {
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pasted(text: &str) -> (Option<usize>, Input) {
        let mut input = Input::default();
        let targets = input.paste(text, &Snapshot::default());
        (targets.map(|targets| targets.len()), input)
    }

    #[test]
    fn one_pasted_line_is_typed_without_its_end_and_blanks() {
        let (targets, input) = pasted("  51ac \n\n");
        assert_eq!((targets, input.text.as_str(), input.error), (None, "51ac", None));
    }

    #[test]
    fn several_pasted_lines_are_added_together_or_not_at_all() {
        assert_eq!(pasted("51\n\n52\n 53 \n").0, Some(3));
        for (text, line) in
            [("51\nbc1qnothing\n53", "line 2"), ("51\n52\n51", "line 3"), ("q\n\nq", "line 1")]
        {
            let (targets, input) = pasted(text);
            assert_eq!((targets, input.text.as_str()), (None, ""), "{text:?}");
            assert!(input.error.is_some_and(|error| error.contains(line)), "{text:?}");
        }
    }
}
