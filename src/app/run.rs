//! From the arguments to the exit code.

use crate::app::cli::{self, Cli, Command};
use crate::app::config::{self, ConfigError};
use crate::app::demo;
use crate::app::invalid::InvalidValue;
use crate::app::output::print;
use crate::app::replay;
use crate::app::sensor;
use crate::app::start::{self, FrontEnd};
use crate::app::transfer;
use anyhow::Result;
use std::ffi::OsString;
use std::process::ExitCode;
use tokio::runtime::Runtime;

/// The exit code for an invalid command line, environment or configuration file.
const USAGE: u8 = 2;

/// Runs the program with its command line, the name of the program first. Returns when the user ends it.
pub fn run(arguments: &[OsString]) -> ExitCode {
    let cli = match config::load(arguments) {
        Ok(cli) => cli,
        Err(ConfigError::CommandLine(asked)) if !asked.use_stderr() => asked.exit(),
        Err(ConfigError::CommandLine(error)) => {
            eprintln!("{}", cli::one_line(&error));
            return ExitCode::from(USAGE);
        }
        Err(error @ ConfigError::File(_)) => {
            eprintln!("error: {error}");
            return ExitCode::from(USAGE);
        }
    };
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(dispatch(cli, arguments));
    // A name lookup, or a write to a stuck reader, cannot be interrupted.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let (place, code) = match error.downcast_ref::<InvalidValue>() {
                Some(invalid) => (config::place(arguments, invalid.id, invalid.index), ExitCode::from(USAGE)),
                None => (None, ExitCode::FAILURE),
            };
            eprintln!("error: {}{error:#}", place.map(|place| format!("{place}: ")).unwrap_or_default());
            code
        }
    }
}

async fn dispatch(cli: Cli, arguments: &[OsString]) -> Result<()> {
    match cli.command {
        None => start::watch(FrontEnd::Screen, &cli.watch).await,
        Some(Command::Stream(args)) => {
            let front_end = FrontEnd::Stream { raw: args.raw, query: args.filter.query()? };
            start::watch(front_end, &args.watch).await
        }
        Some(Command::Report(args)) => {
            let front_end = FrontEnd::Report { format: args.format, after: args.after };
            start::watch(front_end, &args.watch).await
        }
        Some(Command::Demo(args)) => demo::run(&args).await,
        Some(Command::Replay(args)) => replay::run(&args).await,
        Some(Command::Sensor(args)) => sensor::run(&args).await,
        Some(Command::Import(args)) => transfer::import(&args),
        Some(Command::Export(args)) => transfer::export(&args),
        Some(Command::Config(_)) => print(config::effective(arguments)?.as_bytes()),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut config::command(), "mempulse", &mut script);
            print(&script)
        }
        Some(Command::Man) => {
            let mut page = Vec::new();
            clap_mangen::Man::new(config::command()).render(&mut page)?;
            print(&page)
        }
    }
}
