//! The entry: hands the arguments over.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    mempulse::run(&std::env::args_os().collect::<Vec<_>>())
}
