//! The configuration file: TOML with each flag under its own name.

use crate::app::cli::{self, Cli};
use clap::{Arg, Command, CommandFactory};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The subcommands that read the file, besides the screen itself.
pub(super) const CONFIGURED: [&str; 3] = ["stream", "report", "config"];

/// The subcommands that take from the file only the settings they have flags for.
pub(super) const PARTLY_CONFIGURED: [&str; 4] = ["sensor", "import", "export", "replay"];

/// The largest accepted file, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// Why the configuration file is invalid.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {source}", .path.display())]
    Read {
        /// The path of the file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A line is invalid.
    #[error("{}:{line}: {message}", .path.display())]
    Line {
        /// The path of the file.
        path: PathBuf,
        /// The invalid input and what is allowed, in one line.
        line: usize,
        /// The input that is invalid and what is allowed, in one line.
        message: String,
    },
}

/// A key of the file with its values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Setting {
    /// The id of the argument in clap.
    pub(crate) id: String,
    /// The values as on the command line; several for a repeatable flag.
    values: Vec<String>,
    /// The number of its line, from 1.
    line: usize,
    /// The numbers of the lines of the values.
    lines: Vec<usize>,
}

impl Setting {
    /// Returns the number of the line of the value at `index`, or of the setting.
    pub(crate) fn line_of(&self, index: Option<usize>) -> usize {
        index.and_then(|index| self.lines.get(index)).copied().unwrap_or(self.line)
    }

    /// Makes this setting the default of its flag in `command`.
    pub(crate) fn into_default_of(self, command: Command) -> Command {
        let Self { id, values, .. } = self;
        let has_it = |name: &&str| {
            command
                .find_subcommand(name)
                .is_some_and(|sub| sub.get_arguments().any(|arg| *arg.get_id() == id))
        };
        let partly: Vec<_> = PARTLY_CONFIGURED.into_iter().filter(has_it).collect();
        CONFIGURED
            .into_iter()
            .chain(partly)
            .fold(command, |command, name| {
                let (id, values) = (id.clone(), values.clone());
                command.mut_subcommand(name, |sub| sub.mut_arg(id, |arg| arg.default_values(values)))
            })
            .mut_arg(id.clone(), |arg| arg.default_values(values.clone()))
    }
}

/// Reads and checks the settings in the file at `path`.
pub(crate) fn read(path: &Path) -> Result<Vec<Setting>, FileError> {
    let unreadable = |source| FileError::Read { path: path.to_owned(), source };
    let mut text = String::new();
    File::open(path).map_err(unreadable)?.take(MAX_FILE + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > MAX_FILE {
        return Err(unreadable(io::Error::other(format!("longer than {MAX_FILE} bytes"))));
    }
    parse(&text).map_err(|(line, message)| FileError::Line { path: path.to_owned(), line, message })
}

/// Parses the settings in `text`. Errors have the line number and the reason.
pub(super) fn parse(text: &str) -> Result<Vec<Setting>, (usize, String)> {
    let line_of = |offset: usize| text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1;
    let table = DeTable::parse(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        (line_of(offset), error.message().replace('\n', " "))
    })?;
    let command = Cli::command();
    let mut settings = Vec::new();
    let mut flags = Vec::new();
    for (key, value) in table.get_ref() {
        let line = line_of(key.span().start);
        let name = key.get_ref();
        let arg = known(&command, name).ok_or_else(|| (line, unknown(&command, name)))?;
        let values = values(arg, value).map_err(|(offset, error)| (line_of(offset), error))?;
        for (offset, value) in &values {
            check(&as_flags(name, arg, [value])).map_err(|error| (line_of(*offset), error))?;
        }
        let (lines, values): (Vec<_>, Vec<_>) =
            values.into_iter().map(|(offset, value)| (line_of(offset), value)).unzip();
        let own = as_flags(name, arg, &values);
        check(&own).map_err(|error| (line, error))?;
        flags.extend(own);
        settings.push(Setting { id: arg.get_id().to_string(), values, line, lines });
    }
    check(&flags).map_err(|error| (1, error))?;
    Ok(settings)
}

/// Returns the flags that a file may set.
pub(crate) fn settable(command: &Command) -> impl Iterator<Item = &Arg> {
    command
        .get_arguments()
        .filter(|arg| !matches!(arg.get_long(), None | Some("help" | "version" | "config")))
}

fn known<'a>(command: &'a Command, name: &str) -> Option<&'a Arg> {
    settable(command).find(|arg| arg.get_long() == Some(name))
}

fn unknown(command: &Command, name: &str) -> String {
    let names: Vec<_> = settable(command).filter_map(Arg::get_long).collect();
    format!(
        "unknown key \"{}\": must be one of {}",
        crate::util::text::clean(name.as_bytes(), 64),
        names.join(", ")
    )
}

/// Converts a value to its command-line form, with the byte offset in the file. Errors have the offset too.
fn values(arg: &Arg, value: &Spanned<DeValue<'_>>) -> Result<Vec<(usize, String)>, (usize, String)> {
    let repeatable = matches!(arg.get_action(), clap::ArgAction::Append);
    let name = arg.get_long().unwrap_or_default();
    let start = value.span().start;
    let read = |item: &Spanned<DeValue<'_>>| {
        let start = item.span().start;
        scalar(name, item.get_ref()).map(|value| (start, value)).map_err(|error| (start, error))
    };
    match value.get_ref() {
        DeValue::Boolean(is) if !arg.get_action().takes_values() => Ok(vec![(start, is.to_string())]),
        _ if !arg.get_action().takes_values() => {
            Err((start, format!("invalid value of \"{name}\": must be true or false")))
        }
        // The flag used to be a switch.
        DeValue::Boolean(is) if accepts(arg, &is.to_string()) => Ok(vec![(start, is.to_string())]),
        DeValue::Array(items) if repeatable => items.iter().map(read).collect(),
        _ => Ok(vec![read(value)?]),
    }
}

fn accepts(arg: &Arg, value: &str) -> bool {
    arg.get_possible_values().iter().any(|possible| possible.matches(value, false))
}

fn scalar(name: &str, value: &DeValue<'_>) -> Result<String, String> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Ok(number.as_str().replace('_', "")),
        DeValue::Float(number) => Ok(number.as_str().replace('_', "")),
        other => Err(format!(
            "invalid value of \"{name}\": must be text or a number, not {} {}",
            article(other),
            other.type_str()
        )),
    }
}

fn article(value: &DeValue<'_>) -> &'static str {
    if value.type_str().starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

fn as_flags<'a>(name: &str, arg: &Arg, values: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    let values = values.into_iter();
    if arg.get_action().takes_values() {
        values.map(|value| format!("--{name}={value}")).collect()
    } else {
        values.filter(|value| *value == "true").map(|_| format!("--{name}")).collect()
    }
}

/// Checks `flags` with the command-line parser, ignoring the environment and other flags.
fn check(flags: &[String]) -> Result<(), String> {
    let line = ["mempulse".to_owned(), "stream".to_owned()].into_iter().chain(flags.iter().cloned());
    let refused = |error: clap::Error| {
        let output = cli::one_line(&error);
        output.strip_prefix("error: ").unwrap_or(&output).to_owned()
    };
    Cli::command().try_get_matches_from(line).map(drop).map_err(refused)
}
