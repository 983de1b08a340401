//! Sets the clock of a process through the library of `faketime`; the program itself would be a process in
//! between.

use std::process::Command;

/// The variables that give a process a clock error such as `+3s`.
pub fn shifted(by: &str) -> [(&'static str, String); 2] {
    let set = Command::new("faketime").args(["-f", by, "env"]).output().expect("faketime is in $PATH");
    let set = String::from_utf8(set.stdout).expect("variables are text");
    let value = |name: &str| set.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    ["LD_PRELOAD", "FAKETIME"].map(|name| (name, value(name).expect("faketime sets it").to_owned()))
}
