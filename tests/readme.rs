//! The README tells the truth about keys and flags.

use mempulse::app::config;
use mempulse::tui::BINDINGS;
use std::collections::BTreeSet;

const README: &str = include_str!("../README.md");

/// The part of the README under the heading `title`.
fn section(title: &str) -> &'static str {
    let (_, rest) = README.split_once(&format!("\n## {title}\n")).expect("the heading exists");
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

#[test]
fn the_readme_names_every_key_of_the_help_and_no_other() {
    let told: BTreeSet<Vec<&str>> = section("Keys")
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .map(|line| line.split_once("` |").unwrap().0.split("` `").collect())
        .collect();
    let bound =
        BINDINGS.iter().filter_map(|binding| Some(binding.help?.0.split_whitespace().collect())).collect();
    assert_eq!(told, bound);
}

#[test]
fn the_readme_names_every_flag_and_no_other() {
    let text = section("Commands and flags");
    let named = |word: &'static str| {
        let flag = word.trim_start_matches(['`', '(']).strip_prefix("--")?;
        flag.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next()
    };
    let told: BTreeSet<&str> = text.split_whitespace().filter_map(named).collect();
    let command = config::command();
    let flags: BTreeSet<&str> = std::iter::once(&command)
        .chain(command.get_subcommands())
        .flat_map(clap::Command::get_arguments)
        .filter_map(clap::Arg::get_long)
        .filter(|long| !matches!(*long, "version"))
        .chain(["help"])
        .collect();
    assert_eq!(told, flags);
}

#[test]
fn the_readme_tells_the_default_of_every_flag() {
    let command = config::command();
    let rows = section("Commands and flags").lines().filter(|line| line.starts_with("| `--"));
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [flag, _, default] = cells.as_slice() else { panic!("{row}") };
        let long = flag.trim_matches('`').split(' ').next().unwrap().trim_start_matches("--");
        let arg = command.get_arguments().find(|arg| arg.get_long() == Some(long)).unwrap();
        if let [real] = arg.get_default_values()
            && arg.get_action().takes_values()
        {
            assert_eq!(*default, real.to_str().unwrap(), "{flag}");
        }
    }
}
