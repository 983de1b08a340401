//! The program: command line, configuration, log, and the loop that joins network, model and front end.

pub mod cli;
pub mod config;
mod front_ends;
mod log;
mod monitor;
mod run;
mod start;
mod watch_command;

pub use run::run;
