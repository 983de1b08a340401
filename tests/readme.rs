//! README and docs agree with the program: keys, flags, their headings and defaults, and links.
#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use mempulse::command;
use mempulse::tui::BINDINGS;
use std::collections::BTreeSet;

const README: &str = include_str!("../README.md");
const SECURITY: &str = include_str!("../SECURITY.md");
const USAGE: &str = include_str!("../docs/usage.md");

/// The part of `page` under the heading `title`.
fn section(page: &'static str, title: &str) -> &'static str {
    let (_, rest) = page.split_once(&format!("\n## {title}\n")).expect("the heading exists");
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

/// The rows of the tables about flags, each with the heading above it.
fn flag_rows() -> Vec<(&'static str, &'static str)> {
    let mut heading = "";
    let mut rows = Vec::new();
    for line in section(USAGE, "Flags").lines() {
        if let Some(title) = line.strip_prefix("### ") {
            heading = title;
        } else if line.starts_with("| `--") {
            rows.push((heading, line));
        }
    }
    rows
}

/// The headings of flags that belong to subcommands only.
const OF_SUBCOMMANDS: [&str; 6] = ["Demo", "NATS server", "Replay", "Report", "Sensor", "Stream"];

fn long_flag(row: &str) -> &str {
    row.trim_start_matches("| `--").split([' ', '`']).next().unwrap()
}

/// `UPDATE_README=1 cargo test --test readme` rewrites the table.
#[test]
fn the_readmes_table_of_keys_is_that_of_the_program() {
    let row = |(keys, what): (&str, &str)| {
        let keys: Vec<String> = keys.split_whitespace().map(|key| format!("`{key}`")).collect();
        assert!(!what.contains('|'), "{what} would end its cell");
        format!("| {} | {what} |\n", keys.join(" "))
    };
    let rows: String = BINDINGS.iter().filter_map(|binding| binding.help).map(row).collect();
    let heading = "\n## Keys\n\n";
    let (before, rest) = README.split_once(heading).unwrap();
    let (_, behind) = rest.split_once("\n\n").unwrap();
    let written = format!("{before}{heading}| key | what it does |\n|---|---|\n{rows}\n{behind}");
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    let is_current = std::fs::read_to_string(&path).unwrap() == written;
    assert!(is_current, "the table of keys is out of date: UPDATE_README=1 cargo test --test readme");
}

#[test]
fn every_flag_is_documented_under_its_heading_and_no_other_is() {
    let documented: BTreeSet<(&str, &str)> =
        flag_rows().iter().map(|&(heading, row)| (heading, long_flag(row))).collect();
    let command = command();
    let flags: BTreeSet<(&str, &str)> = std::iter::once(&command)
        .chain(command.get_subcommands())
        .flat_map(clap::Command::get_arguments)
        .filter_map(|arg| Some((arg.get_help_heading()?, arg.get_long()?)))
        .filter(|flag| *flag != ("Demo", "peers"))
        .collect();
    assert_eq!(documented, flags);
}

#[test]
fn the_default_of_every_flag_is_documented() {
    let command = command();
    let [demo, replay, report, sensor, stream] =
        ["demo", "replay", "report", "sensor", "stream"].map(|name| command.find_subcommand(name).unwrap());
    for (heading, row) in flag_rows() {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [_, _, default] = cells.as_slice() else { panic!("{row}") };
        let owner = match heading {
            "Demo" => demo,
            "Replay" => replay,
            "Report" => report,
            "Sensor" => sensor,
            "Stream" => stream,
            _ => &command,
        };
        let mut arguments = owner.get_arguments();
        let arg = arguments.find(|arg| arg.get_long() == Some(long_flag(row))).unwrap();
        if let [real] = arg.get_default_values()
            && arg.get_action().takes_values()
        {
            assert_eq!(*default, real.to_str().unwrap(), "{row}");
        }
    }
}

#[test]
fn the_short_help_lists_the_common_flags_and_the_long_help_all_of_them() {
    let mut command = command();
    let (short, long) = (command.render_help().to_string(), command.render_long_help().to_string());
    let is_listed = |help: &str, row| help.contains(&format!("--{} ", long_flag(row)).to_owned());
    for (_, row) in flag_rows().into_iter().filter(|(heading, _)| !OF_SUBCOMMANDS.contains(heading)) {
        let flag = format!("--{}", long_flag(row));
        assert!(long.lines().any(|line| line.split_whitespace().next() == Some(&flag)), "{flag}");
    }
    assert!(is_listed(&short, "| `--peer `") && !is_listed(&short, "| `--ping-timeout `"));
    assert!(short.lines().count() < 67, "{short}");
}

#[test]
fn the_recipes_with_jq_use_only_records_and_fields_of_the_stream() {
    const STREAM: &str = include_str!("../docs/stream.md");
    let recipes: Vec<&str> = README.lines().filter(|line| line.contains("| jq ")).collect();
    assert_eq!(recipes.len(), 5);
    for recipe in recipes {
        let program = recipe.split_once("jq ").unwrap().1;
        for (at, _) in program.match_indices('.') {
            let field: String =
                program[at + 1..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            assert!(field.is_empty() || STREAM.contains(&format!("| `{field}` |")), "{field} in {recipe}");
        }
        for word in
            program.split('"').filter(|word| !word.contains(|c: char| !c.is_ascii_lowercase() && c != '_'))
        {
            let known = [format!("### `{word}`"), format!("| `{word}` |")];
            assert!(
                word.is_empty() || known.iter().any(|known| STREAM.contains(known)),
                "{word} in {recipe}"
            );
        }
    }
}

/// Every page of documentation, with its folder.
fn pages() -> Vec<(&'static str, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = Vec::new();
    for folder in ["", "docs/"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                pages.push((folder, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    pages
}

#[test]
fn no_link_between_pages_is_broken() {
    for (folder, page) in pages() {
        for target in page.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if !target.is_empty() && !target.contains("://") {
                let path = format!("{}/{folder}{target}", env!("CARGO_MANIFEST_DIR"));
                assert!(std::path::Path::new(&path).exists(), "{target}");
            }
        }
    }
}

#[test]
fn every_file_that_the_architecture_names_exists() {
    let page = include_str!("../docs/architecture.md");
    let paths = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| code.starts_with("src/") || code.starts_with("tests/"));
    for path in paths {
        let whole = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
        assert!(std::path::Path::new(&whole).exists(), "{path}");
    }
}

/// The names of all functions below `folder`.
fn functions(folder: &std::path::Path, names: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            functions(&entry, names);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&entry).unwrap();
            let name = |rest: &str| rest.split_once('(').map(|(name, _)| name.to_owned());
            names.extend(text.split("fn ").skip(1).filter_map(name));
        }
    }
}

#[test]
fn every_statement_of_the_trust_model_names_tests_that_exist() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names = BTreeSet::new();
    functions(&root.join("src"), &mut names);
    functions(&root.join("tests"), &mut names);
    let rows = section(SECURITY, "Trust model").lines().filter(|line| line.starts_with("| ")).skip(1);
    let mut statements = 0;
    for row in rows {
        let [party, _, tests] = row.trim_matches('|').split('|').collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        let tests: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty() || party.trim() == "you", "no test: {row}");
        assert!(tests.iter().all(|test| names.contains(*test)), "{row}");
        statements += 1;
    }
    assert!(statements > 10);
}
