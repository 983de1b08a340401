//! Refuses flags that have no effect without another flag.
//!
//! clap's `requires` would name only the missing flag, not the one that needs it, and it ignores the
//! configuration file.

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, Error};

/// Pairs of flag ids: the second is needed by the first. A pair applies to commands that have both.
const NEEDS: [(&str, &str); 13] = [
    ("query", "stream"),
    ("raw", "stream"),
    ("record_keep", "record"),
    ("serve_token_file", "serve"),
    ("metrics_per_peer", "serve"),
    ("since", "from"),
    ("nats_ca_file", "from"),
    ("nats_cert_file", "from"),
    ("nats_key_file", "from"),
    ("nats_user", "from"),
    ("nats_password_file", "from"),
    ("nats_nkey_file", "from"),
    ("nats_creds_file", "from"),
];

/// Refuses a flag given on the command line or in the environment without the flag it needs, which may be set
/// anywhere. The configuration file may set the first alone: it serves many runs, and only some of them may
/// set the other.
pub fn check(command: &Command, matches: &ArgMatches) -> Result<(), Error> {
    let (command, matches) = match matches.subcommand() {
        None => (command, matches),
        Some((name, sub)) => (command.find_subcommand(name).unwrap_or(command), sub),
    };
    let unmet = NEEDS.into_iter().find(|(flag, needed)| {
        is_given(matches, flag) && matches.try_contains_id(needed).is_ok() && !is_set(matches, needed)
    });
    let Some((flag, needed)) = unmet else { return Ok(()) };
    let arg = |id| command.get_arguments().find(|arg| arg.get_id() == id);
    let variable = arg(flag)
        .filter(|_| matches.value_source(flag) == Some(ValueSource::EnvVariable))
        .and_then(Arg::get_env)
        .map(|name| name.to_string_lossy().into_owned());
    let flag = variable.or_else(|| arg(flag).map(name)).unwrap_or_default();
    let needed = arg(needed).map(with_value).unwrap_or_default();
    let message = format!("{flag} has no effect without {needed}");
    Err(Error::raw(ErrorKind::MissingRequiredArgument, message))
}

fn name(arg: &Arg) -> String {
    format!("--{}", arg.get_long().unwrap_or_default())
}

fn with_value(arg: &Arg) -> String {
    let takes_values = arg.get_action().takes_values();
    let values = arg.get_value_names().filter(|_| takes_values).unwrap_or_default();
    values.iter().fold(name(arg), |name, value| format!("{name} <{value}>"))
}

/// Whether the command line or the environment sets a flag. A switch that is set to false counts as not set.
fn is_given(matches: &ArgMatches, id: &str) -> bool {
    is_set(matches, id)
        && matches!(matches.value_source(id), Some(ValueSource::CommandLine | ValueSource::EnvVariable))
}

/// Whether a flag has a value, or a switch is on, whatever the source.
fn is_set(matches: &ArgMatches, id: &str) -> bool {
    match matches.try_get_one::<bool>(id) {
        Ok(switch) => switch.copied().unwrap_or(false),
        Err(_) => matches.try_contains_id(id).unwrap_or(false),
    }
}
