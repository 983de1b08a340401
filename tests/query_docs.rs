//! `docs/query.md` has the language's tables: `UPDATE_QUERY=1 cargo test --test query_docs` rewrites them.
#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use mempulse::query::{Blocks, Figures, GRAMMAR, Peers, Subject, Transactions, WatchEvents, fields};
use std::fmt::Write;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/query.md");

/// The heading before the generated tables; people write what precedes it.
const TABLES: &str = "## Grammar\n";

/// Writes a row, escaping pipes, which would end the cell.
fn row(text: &mut String, cells: [&str; 3]) {
    let [first, second, third] = cells.map(|cell| cell.replace('|', "\\|"));
    writeln!(text, "| {first} | {second} | {third} |").unwrap();
}

fn subject<S: Subject>(text: &mut String, title: &str) {
    write!(text, "\n## {title}\n\n| field | value | what it is |\n|---|---|---|\n").unwrap();
    for field in fields::<S>() {
        row(text, [&format!("`{}`", field.name), &field.values, field.help]);
    }
    text.push_str("\n| example | finds |\n|---|---|\n");
    for (query, found) in S::EXAMPLES {
        writeln!(text, "| `{}` | {found} |", query.replace('|', "\\|")).unwrap();
    }
}

#[test]
fn the_page_about_queries_has_every_field_and_every_example() {
    let page = std::fs::read_to_string(PATH).unwrap();
    let (introduction, _) = page.split_once(TABLES).unwrap();
    let mut drawn = format!("{introduction}{TABLES}\n| written | meaning |\n|---|---|\n");
    for (written, meaning) in GRAMMAR {
        writeln!(drawn, "| `{written}` | {meaning} |").unwrap();
    }
    subject::<Transactions>(&mut drawn, "Transactions");
    subject::<Peers>(&mut drawn, "Peers");
    subject::<Blocks>(&mut drawn, "Blocks");
    subject::<Figures>(&mut drawn, "Figures");
    subject::<WatchEvents>(&mut drawn, "Events of the watch list");
    if std::env::var_os("UPDATE_QUERY").is_some() {
        return std::fs::write(PATH, &drawn).unwrap();
    }
    assert!(page == drawn, "docs/query.md is out of date: UPDATE_QUERY=1 cargo test --test query_docs");
}
