//! A rule and its syntax.

use super::condition::Condition;
use super::{MAX_COOLDOWN, MAX_NAME, MAX_RULE};
use crate::query::{Completion, FieldHelp, QueryError, Subject, Unit, WatchEvents};
use crate::util::text::clean;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The parts that may follow a condition, with their meaning.
const PARTS: [(&str, &str); 7] = [
    ("event", "a notice on screen and a record in the stream; this is what a rule without an action does"),
    ("bell", "the terminal's bell"),
    ("notify", "a desktop notification"),
    ("run", "a program, which gets the details in its environment"),
    ("cooldown", "the shortest time between two alerts, such as 10m"),
    ("name", "the name of the rule"),
    ("off", "switched off"),
];

/// A rule: when to do what.
#[derive(Debug)]
pub struct Rule {
    text: String,
    name: Option<String>,
    condition: Condition,
    actions: Actions,
    cooldown: Duration,
    is_on: bool,
}

/// What to do when a rule fires.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Actions {
    /// A notice on screen and a record in the stream.
    pub event: bool,
    /// The terminal's bell.
    pub bell: bool,
    /// A notification of the desktop.
    pub notify: bool,
    /// A program to run.
    pub run: Option<PathBuf>,
}

/// Where a rule comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    /// From the command line, the environment or the configuration file.
    Settings,
    /// Added on screen, and kept across runs.
    Screen,
}

/// Rules are equal if their text is.
impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, self.is_on) == (&other.text, other.is_on)
    }
}

/// Writes the rule so that [`Rule::parse`] reads it back.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line(self.is_on))
    }
}

impl fmt::Display for Actions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [(self.event, "event"), (self.bell, "bell"), (self.notify, "notify")];
        let words = words.into_iter().filter(|(is_on, _)| *is_on).map(|(_, word)| word.to_owned());
        let run = self.run.iter().map(|program| {
            let name = program.file_name().unwrap_or(program.as_os_str());
            format!("run {}", clean(name.to_string_lossy().as_bytes(), MAX_NAME))
        });
        f.write_str(&words.chain(run).collect::<Vec<_>>().join(" · "))
    }
}

impl Rule {
    /// Parses and checks a rule.
    ///
    /// # Errors
    ///
    /// The error marks the invalid part of `text` and says what is allowed there.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.len() > MAX_RULE {
            let message = format!("a rule has at most {MAX_RULE} bytes");
            return Err(QueryError::new(text.floor_char_boundary(MAX_RULE)..text.len(), message));
        }
        if let Some((at, letter)) = text.char_indices().find(|(_, letter)| letter.is_control()) {
            return Err(QueryError::new(
                at..at + letter.len_utf8(),
                "a rule cannot contain control characters",
            ));
        }
        let mut parts = parts(text).into_iter();
        let head = parts.next().unwrap_or(0..0);
        let condition = condition(text, &head)?;
        let mut rule = Self {
            text: text[head].trim().to_owned(),
            name: None,
            cooldown: default_cooldown(&condition),
            condition,
            actions: Actions::default(),
            is_on: true,
        };
        let mut seen: Vec<&str> = Vec::new();
        for at in parts {
            if let Some(word) = rule.read_part(text, &at)? {
                if seen.contains(&word) {
                    let at = trimmed(text, &at);
                    return Err(QueryError::new(at, format!("\"{word}\" is given twice")));
                }
                seen.push(word);
            }
        }
        if rule.actions == Actions::default() {
            rule.actions.event = true;
        }
        Ok(rule)
    }

    /// Runs a program at every event of the watch list.
    pub fn on_watch(program: &Path) -> Self {
        let actions = Actions { run: Some(program.to_owned()), ..Actions::default() };
        Self::of_watch(&format!("run {}", clean(program.to_string_lossy().as_bytes(), MAX_NAME)), actions)
    }

    /// Rings the bell at events of the watch list, at most once a second.
    pub fn bell_on_watch() -> Self {
        let actions = Actions { bell: true, ..Actions::default() };
        let rule = Self::of_watch("bell; cooldown 1s", actions);
        Self { cooldown: Duration::from_secs(1), ..rule }
    }

    fn of_watch(parts: &str, actions: Actions) -> Self {
        Self {
            text: format!("{}; {parts}", WatchEvents::NAME),
            name: None,
            condition: Condition::of_all_watch_events(),
            actions,
            cooldown: Duration::ZERO,
            is_on: true,
        }
    }

    /// Reads the part of `text` at `at`. Returns its keyword, unless it is empty.
    fn read_part(&mut self, text: &str, at: &Range<usize>) -> Result<Option<&'static str>, QueryError> {
        let at = trimmed(text, at);
        let part = &text[at.clone()];
        let (word, value) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
        let value = value.trim();
        let wrong = |message: String| QueryError::new(at.clone(), message);
        let nothing = |word: &str| {
            value.is_empty().then_some(()).ok_or_else(|| wrong(format!("nothing may follow \"{word}\"")))
        };
        let Some((word, _)) = PARTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)) else {
            if part.is_empty() {
                return Ok(None);
            }
            let allowed = "must be event, bell, notify, run PROGRAM, cooldown TIME, name TEXT or off";
            return Err(wrong(format!("unknown part \"{}\": {allowed}", clean(part.as_bytes(), 40))));
        };
        match *word {
            "event" => self.actions.event = nothing(word).map(|()| true)?,
            "bell" => self.actions.bell = nothing(word).map(|()| true)?,
            "notify" => self.actions.notify = nothing(word).map(|()| true)?,
            "run" => {
                let program = unquoted(value);
                if program.is_empty() {
                    return Err(wrong("expected a program after \"run\"".to_owned()));
                }
                self.actions.run = Some(PathBuf::from(program));
            }
            "cooldown" => {
                let secs = Unit::Time.read(value).ok().filter(|secs| *secs >= 0.0);
                let time = secs.and_then(|secs| Duration::try_from_secs_f64(secs).ok());
                self.cooldown = time.filter(|time| *time <= MAX_COOLDOWN).ok_or_else(|| {
                    wrong(
                        "expected a time from 0s to 24h after \"cooldown\", such as 30s, 10m or 1h"
                            .to_owned(),
                    )
                })?;
            }
            "name" => {
                let name = unquoted(value);
                if name.is_empty() || name.chars().count() > MAX_NAME {
                    return Err(wrong(format!("expected 1 to {MAX_NAME} characters after \"name\"")));
                }
                self.name = Some(name);
            }
            _ => {
                nothing(word)?;
                self.is_on = false;
                return Ok(Some(word));
            }
        }
        self.text.push_str("; ");
        self.text.push_str(part);
        Ok(Some(word))
    }

    /// Returns the completions at byte `cursor` of an unfinished rule.
    pub fn complete(text: &str, cursor: usize) -> Completion {
        let cursor = text.floor_char_boundary(cursor.min(MAX_RULE));
        let before = &text[..cursor];
        let at = parts(before).pop().unwrap_or(0..0);
        let is_head = at.start == 0;
        if is_head && let Some(colon) = before.find(':') {
            let from = colon + 1;
            let found = Condition::complete(before[..colon].trim(), &before[from..], cursor - from);
            let replaces = found.replaces.start + from..found.replaces.end + from;
            return Completion { replaces, ..found };
        }
        let from = cursor - before[at].trim_start().len();
        let part = before[from..].to_ascii_lowercase();
        let words: Vec<(String, String)> = if is_head {
            Condition::subjects().map(|name| (format!("{name}:"), about(name).to_owned())).collect()
        } else {
            PARTS.iter().map(|(word, meaning)| ((*word).to_owned(), (*meaning).to_owned())).collect()
        };
        let candidates = words.into_iter().filter(|(word, _)| word.starts_with(&part) && *word != part);
        Completion { replaces: from..cursor, candidates: candidates.collect() }
    }

    /// The grammar, line by line, with the meaning of each line.
    pub const GRAMMAR: &[(&str, &str)] = &[
        ("figures: next_block < 3", "its subject, and a condition in the query language"),
        ("watch; bell", "without a condition: all of them"),
        ("…; notify; cooldown 1h", "parts after semicolons, in any order"),
    ];

    /// The table of the parts that may follow a condition.
    pub fn parts() -> Vec<FieldHelp> {
        let row = |&(name, help): &(&'static str, &'static str)| {
            let values = match name {
                "run" => "PROGRAM",
                "cooldown" => "TIME",
                "name" => "TEXT",
                _ => "",
            };
            FieldHelp { name, values: values.to_owned(), help }
        };
        PARTS.iter().map(row).collect()
    }

    /// Returns the rule as text, switched on or off.
    pub(super) fn line(&self, is_on: bool) -> String {
        format!("{}{}", self.text, if is_on { "" } else { "; off" })
    }

    /// The name of the rule; without one, its subject and condition.
    pub fn title(&self) -> Arc<str> {
        match &self.name {
            Some(name) => name.as_str().into(),
            None => self.condition_text().into(),
        }
    }

    /// The subject and the condition, as the user wrote them.
    pub fn condition_text(&self) -> &str {
        parts(&self.text).first().map_or(&self.text, |head| self.text[head.clone()].trim())
    }

    /// When the rule fires.
    pub const fn condition(&self) -> &Condition {
        &self.condition
    }

    /// What is done then.
    pub const fn actions(&self) -> &Actions {
        &self.actions
    }

    /// The shortest time between two alerts.
    pub const fn cooldown(&self) -> Duration {
        self.cooldown
    }

    /// Whether the rule is switched on at the start.
    pub const fn is_on(&self) -> bool {
        self.is_on
    }
}

/// Parses the subject and the condition in the part `head` of `text`.
fn condition(text: &str, head: &Range<usize>) -> Result<Condition, QueryError> {
    let head_text = &text[head.clone()];
    let (subject, from) = match head_text.find(':') {
        Some(colon) => (&head_text[..colon], colon + 1),
        None => (head_text, head_text.len()),
    };
    let shifted = |error: QueryError| QueryError {
        at: error.at.start + head.start + from..error.at.end + head.start + from,
        message: error.message,
    };
    if let Some(read) = Condition::parse(subject.trim(), &head_text[from..]) {
        return read.map_err(shifted);
    }
    let names: Vec<_> = Condition::subjects().map(|name| format!("{name}:")).collect();
    let message = format!("a rule begins with its subject: {}", names.join(", "));
    Err(QueryError::new(head.start..head.start + subject.len(), message))
}

/// What a rule about this subject covers.
fn about(subject: &str) -> &'static str {
    match subject {
        "figures" => "the figures of the overview, when they begin to fulfil the condition",
        "transactions" => "each transaction that arrives",
        "blocks" => "each block that arrives",
        "peers" => "each peer that begins to fulfil the condition",
        _ => "each event of the watch list",
    }
}

/// The default cooldown. Blocks and watch-list events are rare, and none may be missed.
const fn default_cooldown(condition: &Condition) -> Duration {
    match condition {
        Condition::Figures(_) => Duration::from_mins(10),
        Condition::Transactions(_) | Condition::Peers(_) => Duration::from_mins(1),
        Condition::Blocks(_) | Condition::Watch(_) => Duration::ZERO,
    }
}

/// Splits at each semicolon outside quotes.
fn parts(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut start, mut quote) = (0, None);
    for (at, letter) in text.char_indices() {
        match (letter, quote) {
            ('"' | '\'', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            (';', None) => {
                parts.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(start..text.len());
    parts
}

/// The part at `at` without surrounding blanks.
fn trimmed(text: &str, at: &Range<usize>) -> Range<usize> {
    let part = &text[at.clone()];
    let start = at.start + part.len() - part.trim_start().len();
    start..start + part.trim().len()
}

/// Removes quotes around a value.
fn unquoted(value: &str) -> String {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner.replace(&format!("{quote}{quote}"), &quote.to_string());
        }
    }
    value.to_owned()
}
