//! The program: command line, configuration, log, and the loop that joins network, model and front end.

pub mod cli;
pub mod config;
pub mod log;
pub mod monitor;
pub mod watch_command;
