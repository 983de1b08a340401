//! The program: command line, configuration, log, and the loop that joins network, model and front end.

mod alert_program;
mod assemble;
mod cli;
mod config;
mod demo;
mod feed;
mod front_ends;
mod invalid;
mod log;
mod monitor;
mod output;
mod reader;
mod replay;
mod resources;
mod run;
mod sensor;
mod source;
mod start;
mod transfer;

pub use config::command;
pub use run::run;
