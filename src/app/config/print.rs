//! `mempulse config`: prints the effective settings as a valid configuration file.

use crate::app::cli::Cli;
use crate::app::config::Sources;
use crate::app::config::file::settable;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, CommandFactory};
use std::any::TypeId;
use std::ffi::OsString;
use std::fmt::Write;

const HEADER: &str = "\
# The effective settings of mempulse: flag, then environment, then file, then default.
# Lines that begin with a single # and a name are defaults.
";

/// Returns the settings for `arguments`, each with its help and its source.
///
/// # Errors
///
/// As [`super::load`].
pub fn effective(arguments: &[OsString]) -> Result<String, super::ConfigError> {
    let Sources { command, matches, file } = super::read(arguments)?;
    let built_in = Cli::command();
    let mut text = String::from(HEADER);
    if let Some(path) = file {
        let _ = writeln!(text, "# File: {}", path.display());
    }
    for arg in settable(&command) {
        let default = built_in.get_arguments().find(|other| other.get_id() == arg.get_id());
        setting(&mut text, arg, default, super::settings(&matches));
    }
    Ok(text)
}

fn setting(text: &mut String, arg: &Arg, default: Option<&Arg>, matches: &ArgMatches) {
    let name = arg.get_long().unwrap_or_default();
    let id = arg.get_id().as_str();
    let source = match matches.value_source(id) {
        Some(ValueSource::CommandLine) => " (from the command line)",
        Some(ValueSource::EnvVariable) => " (from the environment)",
        _ => "",
    };
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let values: Vec<String> = if arg.get_action().takes_values() {
        matches.get_raw(id).into_iter().flatten().map(|value| value.to_string_lossy().into_owned()).collect()
    } else {
        vec![matches.get_flag(id).to_string()]
    };
    let is_default = if arg.get_action().takes_values() {
        let built_in = default.map(Arg::get_default_values).unwrap_or_default();
        built_in.iter().map(|value| value.to_string_lossy()).eq(values.iter().cloned())
    } else {
        !matches.get_flag(id)
    };
    let comment = if is_default { "# " } else { "" };
    let is_list = matches!(arg.get_action(), ArgAction::Append);
    let written: Vec<String> = values.iter().map(|value| toml_value(arg, value)).collect();
    let written = match written.as_slice() {
        [value] if !is_list => value.clone(),
        [] if !is_list => String::new(),
        several => format!("[{}]", several.join(", ")),
    };
    // Writing to a String cannot fail.
    let _ = write!(text, "\n# {help}{source}\n{}\n", format!("{comment}{name} = {written}").trim_end());
}

/// Writes numbers and booleans bare, and everything else as a quoted string, even if it is all digits.
fn toml_value(arg: &Arg, text: &str) -> String {
    let is_number = || {
        [TypeId::of::<u16>(), TypeId::of::<u32>()]
            .iter()
            .any(|number| arg.get_value_parser().type_id() == *number)
    };
    let bare = !arg.get_action().takes_values() || is_number();
    if bare { text.to_owned() } else { toml::Value::from(text).to_string() }
}
