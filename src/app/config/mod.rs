//! Settings by precedence: flag, environment, file, default.
//!
//! Values from the file become defaults of the command line. So each setting is defined once, as a flag,
//! and checked by one parser wherever it comes from.

mod file;
mod print;

pub use file::FileError;
pub use print::effective;

use crate::app::cli::{self, Cli};
use crate::demo;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command, CommandFactory, FromArgMatches};
use etcetera::BaseStrategy;
use file::{CONFIGURED, PARTLY_CONFIGURED, Setting};
use std::ffi::OsString;
use std::path::PathBuf;

/// Why the settings are invalid.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The command line or the environment is invalid.
    #[error(transparent)]
    CommandLine(#[from] clap::Error),
    /// The file is invalid.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Returns the definition of the command line, with an environment variable for each setting.
pub fn command() -> Command {
    let command = Cli::command().mut_args(with_variable);
    // The demo is a network of its own, to which settings for the real one don't apply.
    CONFIGURED
        .into_iter()
        .chain(PARTLY_CONFIGURED)
        .fold(command, |command, name| command.mut_subcommand(name, |sub| sub.mut_args(with_variable)))
        .mut_subcommand("demo", |command| {
            let times = demo::settings(Vec::new());
            [
                ("handshake_timeout", times.handshake_timeout),
                ("ping_interval", times.ping_interval),
                ("ping_timeout", times.ping_timeout),
                ("request_timeout", times.request_timeout),
            ]
            .into_iter()
            .fold(command, |command, (id, time)| {
                command.mut_arg(id, |arg| arg.default_value(format!("{}s", time.as_secs())))
            })
        })
}

fn with_variable(arg: clap::Arg) -> clap::Arg {
    match arg.get_long() {
        None | Some("help" | "version") => arg,
        Some(long) => {
            let variable = format!("MEMPULSE_{}", long.replace('-', "_").to_uppercase());
            // The long help explains the rule; a list of the variables would double its length.
            let arg = arg.env(variable).hide_env(true);
            if arg.get_action().takes_values() { arg } else { arg.value_parser(switch) }
        }
    }
}

/// Reads a switch's value, as the environment and the file give it.
fn switch(text: &str) -> Result<bool, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" | "y" | "t" => Ok(true),
        "false" | "no" | "off" | "0" | "n" | "f" => Ok(false),
        _ => Err("must be true or false, yes or no, on or off, 1 or 0"),
    }
}

/// The command line, parsed together with the file.
struct Sources {
    command: Command,
    matches: ArgMatches,
    file: Option<PathBuf>,
}

fn read(arguments: &[OsString]) -> Result<Sources, ConfigError> {
    let mut command = command();
    let mut matches = command.clone().try_get_matches_from(arguments)?;
    let file = file_path(&matches)?;
    if let Some(path) = &file {
        let given = settings(&matches);
        let counts = |setting: &Setting| !is_overridden(given, &setting.id);
        for setting in file::read(path)?.into_iter().filter(counts) {
            command = setting.into_default_of(command);
        }
        matches = command.clone().try_get_matches_from(arguments)?;
    }
    cli::check_needs(&command, &matches)?;
    Ok(Sources { command, matches, file })
}

/// Returns the settings for `arguments`, the first of which is the name of the program.
///
/// # Errors
///
/// [`ConfigError`] if the command line, the environment or the file is invalid. A request for help is an
/// error as well, as in clap.
pub fn load(arguments: &[OsString]) -> Result<Cli, ConfigError> {
    let Sources { matches, .. } = read(arguments)?;
    Ok(Cli::from_arg_matches(&matches)?)
}

/// Returns the place of the setting with this id, or of element `index` if its value is an array, as
/// `FILE:LINE`; `None` if the file does not set it.
pub fn place(arguments: &[OsString], id: &str, index: Option<usize>) -> Option<String> {
    let Sources { matches, file, .. } = read(arguments).ok()?;
    let path = file.filter(|_| !is_given(settings(&matches), id))?;
    let settings = file::read(&path).ok()?;
    let setting = settings.into_iter().find(|setting| setting.id == id)?;
    Some(format!("{}:{}", path.display(), setting.line_of(index)))
}

/// Whether `given` (command line and environment) overrides `id` with a flag of another name.
fn is_overridden(given: &ArgMatches, id: &str) -> bool {
    let given = |other: &str| is_given(given, other);
    match id {
        "peer" => given("peers") || given("add_peer"),
        "ipv4_only" => given("ipv6_only"),
        "ipv6_only" => given("ipv4_only"),
        _ => false,
    }
}

/// Returns the matches that contain the settings: those of the subcommand, or of the screen.
fn settings(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, sub)| sub)
}

fn is_given(matches: &ArgMatches, id: &str) -> bool {
    let source = matches.try_contains_id(id).ok().and_then(|_| matches.value_source(id));
    matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable))
}

/// Returns the file to read: the one from `--config`, else the default one if it exists.
fn file_path(matches: &ArgMatches) -> Result<Option<PathBuf>, FileError> {
    let matches = match matches.subcommand() {
        None => matches,
        Some((name, sub)) if CONFIGURED.contains(&name) || PARTLY_CONFIGURED.contains(&name) => sub,
        Some(_) => return Ok(None),
    };
    if let Some(named) = matches.get_one::<PathBuf>("config") {
        return Ok(Some(named.clone()));
    }
    let Ok(folders) = etcetera::choose_base_strategy() else { return Ok(None) };
    let usual = folders.config_dir().join("mempulse").join("config.toml");
    // Opening it would not do: a file that exists but cannot be read must be an error.
    match usual.try_exists() {
        Ok(exists) => Ok(exists.then_some(usual)),
        Err(source) => Err(FileError::Read { path: usual, source }),
    }
}

#[cfg(test)]
mod tests;
