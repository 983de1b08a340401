//! Folds a clap error into one line.

use crate::app::cli::Cli;
use crate::util::text::clean;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, Error};

/// Returns the error for a refused command line as one line, with quoted input sanitised for the terminal.
pub fn one_line(error: &Error) -> String {
    let text = error.render().to_string();
    let message = text.split("\n\nUsage:").next().unwrap_or_default();
    let message = message.split("\n\nFor more information").next().unwrap_or_default();
    let message = match homes(error) {
        // A flag of another command is a better hint than one with a similar spelling.
        Some(homes) => {
            format!(
                "{}: it is a flag of {homes}",
                message.split("\n\n").next().unwrap_or_default().trim_end_matches(" found")
            )
        }
        None => message.replace("\n\n  tip: ", "; "),
    };
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let message = clean(message.as_bytes(), usize::MAX);
    match misplaced(&message) {
        Some((command, flag)) => format!("error: flags follow the subcommand: mempulse {command} {flag}"),
        None => message,
    }
}

/// The subcommand and the flag before it, if the flag's position is why the command line was refused.
fn misplaced(message: &str) -> Option<(&str, &str)> {
    message.strip_prefix("error: the subcommand '")?.strip_suffix('\'')?.split_once("' cannot be used with '")
}

/// The commands that do have the refused flag, if any.
fn homes(error: &Error) -> Option<String> {
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg) else { return None };
    let long = flag.strip_prefix("--")?;
    let root = Cli::command();
    let has_it = |command: &Command| command.get_arguments().any(|arg| arg.get_long() == Some(long));
    let itself = has_it(&root).then(|| "mempulse".to_owned());
    let subcommands = root.get_subcommands().filter(|command| has_it(command));
    let names = subcommands.map(|command| format!("mempulse {}", command.get_name()));
    let names: Vec<String> = itself.into_iter().chain(names).collect();
    let (last, others) = names.split_last()?;
    Some(if others.is_empty() { last.clone() } else { format!("{} and {last}", others.join(", ")) })
}
