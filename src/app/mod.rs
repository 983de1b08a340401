//! The program: command line, configuration, log, and the loop that joins network, model and front end.

mod alert_program;
mod as_file;
mod cli;
mod config;
mod feed;
mod front_ends;
mod invalid;
mod log;
mod monitor;
mod open_files;
mod output;
mod reader;
mod replay;
mod run;
mod serve;
mod start;
mod transfer;

pub use config::command;
pub use run::run;
