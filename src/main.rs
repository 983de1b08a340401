//! The entry point: passes the arguments on to the library.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    mempulse::run(&std::env::args_os().collect::<Vec<_>>())
}
