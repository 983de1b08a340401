//! Enforces the floors: imports only point down, no two files import from each other, and no room is crowded.
//! The table of floors is in `src/lib.rs`.

#[path = "architecture/imports.rs"]
mod imports;
#[path = "architecture/source.rs"]
mod source;

use imports::{Arrow, arrows, circles};
use source::{SourceFile, parse_all, read_all};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

/// The most files directly in one folder.
const MAX_FILES: usize = 15;

/// The most lines, not counting tests, of the files in one folder together.
const MAX_FOLDER_LINES: usize = 2_500;

/// The most lines of one file.
const MAX_FILE_LINES: usize = 400;

/// The source, read once for all tests.
static FILES: LazyLock<Vec<SourceFile>> = LazyLock::new(|| read_all(root()));

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The floor of each room, from the table in `lib.rs`: rows such as ``| 6 | `tui` · `stream` | … |``.
fn floors(lib: &str) -> BTreeMap<String, u32> {
    let mut floors = BTreeMap::new();
    for line in lib.lines() {
        let Some(row) = line.strip_prefix("//! |") else { continue };
        let mut cells = row.split('|').map(str::trim);
        let (Some(Ok(floor)), Some(rooms)) = (cells.next().map(str::parse), cells.next()) else { continue };
        for room in rooms.split('`').skip(1).step_by(2) {
            floors.insert(room.to_owned(), floor);
        }
    }
    floors
}

fn room(file: &SourceFile) -> &str {
    file.module.first().map_or("lib", String::as_str)
}

/// One line for each import that runs up, or sideways into another room.
fn wrong_way(files: &[SourceFile], arrows: &[Arrow], floors: &BTreeMap<String, u32>) -> Vec<String> {
    let floor = |file: &SourceFile| {
        let name = room(file);
        *floors.get(name).unwrap_or_else(|| panic!("{name} ({}) has no floor in src/lib.rs", file.path))
    };
    let wrong = arrows.iter().filter(|arrow| {
        let (from, to) = (&files[arrow.from], &files[arrow.to]);
        // The facade in `lib.rs` stands for the whole crate: only `main` comes through it.
        room(from) != room(to) && room(to) != "lib" && floor(to) >= floor(from)
    });
    wrong
        .map(|arrow| {
            let (from, to) = (&files[arrow.from], &files[arrow.to]);
            let (low, high) = (floor(from), floor(to));
            format!("{}:{} (floor {low}) imports from {} (floor {high})", from.path, arrow.line, to.path)
        })
        .collect()
}

fn described(circle: &[Arrow], files: &[SourceFile]) -> String {
    let steps = circle.iter().map(|arrow| {
        format!("{}:{} imports from {}", files[arrow.from].path, arrow.line, files[arrow.to].path)
    });
    steps.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_import_points_to_a_lower_floor_or_stays_in_its_room() {
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).expect("the crate has a root");
    let wrong = wrong_way(&FILES, &arrows(&FILES), &floors(&lib));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_files_import_from_each_other_in_a_circle() {
    let found = circles(FILES.len(), &arrows(&FILES));
    let described: Vec<_> = found.iter().map(|circle| described(circle, &FILES)).collect();
    assert!(described.is_empty(), "{}", described.join("\n\n"));
}

#[test]
fn no_file_and_no_folder_is_crowded() {
    let mut folders: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut crowded = Vec::new();
    for file in FILES.iter() {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let (count, lines) = folders.entry(folder).or_default();
        *count += 1;
        *lines += file.code_lines;
        if file.lines > MAX_FILE_LINES {
            crowded.push(format!("{} has {} lines", file.path, file.lines));
        }
    }
    for (folder, (count, lines)) in folders {
        if count > MAX_FILES || lines > MAX_FOLDER_LINES {
            crowded.push(format!("{folder} has {count} files and {lines} lines"));
        }
    }
    assert!(crowded.is_empty(), "{}", crowded.join("\n"));
}

/// A house of two floors, into which a test plants a fault.
fn planted(extra: &[(&str, &str)]) -> (Vec<SourceFile>, Vec<String>, Option<String>) {
    let sound = [
        (
            "src/lib.rs",
            "//! | 2 | `upper` |\n//! | 1 | `lower` · `beside` |\nmod upper; mod lower; mod beside;",
        ),
        ("src/upper/mod.rs", "mod part; pub use part::Part; use crate::lower::Thing;"),
        ("src/upper/part.rs", "pub struct Part(crate::lower::Thing);"),
        ("src/lower/mod.rs", "mod thing; pub use thing::Thing;"),
        ("src/lower/thing.rs", "pub struct Thing; #[cfg(test)] mod tests { use crate::upper::Part; }"),
        ("src/beside.rs", "pub struct Beside;"),
    ];
    let texts: BTreeMap<String, String> =
        sound.iter().chain(extra).map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let files = parse_all(&texts);
    let arrows = arrows(&files);
    let wrong = wrong_way(&files, &arrows, &floors(&texts["src/lib.rs"]));
    let circle = circles(files.len(), &arrows).first().map(|circle| described(circle, &files));
    (files, wrong, circle)
}

#[test]
fn imports_that_point_down_re_exports_and_tests_are_sound() {
    let (_, wrong, circle) = planted(&[]);
    assert_eq!((wrong, circle), (vec![], None));
}

#[test]
fn an_import_that_runs_up_or_sideways_is_named_with_both_files_and_the_line() {
    let upward = "src/lower/thing.rs:2 (floor 1) imports from src/upper/part.rs (floor 2)";
    let sideways = "src/lower/thing.rs:2 (floor 1) imports from src/beside.rs (floor 1)";
    for (text, expected) in [
        ("pub struct Thing;\nuse crate::upper::Part;", upward),
        ("pub struct Thing;\nuse crate::{upper::{Part as Piece}};", upward),
        ("pub struct Thing;\nuse super::super::upper::part::Part;", upward),
        ("pub struct Thing;\nfn f(_: &crate::upper::Part) {}", upward),
        ("pub struct Thing;\nfn f() { println!(\"{}\", crate::upper::Part::name()) }", upward),
        ("pub struct Thing;\nuse crate::beside::Beside;", sideways),
    ] {
        let (_, wrong, _) = planted(&[("src/lower/thing.rs", text)]);
        assert_eq!(wrong, [expected], "{text}");
    }
}

#[test]
fn a_circle_is_named_with_every_file_and_line_on_its_way() {
    let child = "pub struct Part(crate::lower::Thing);\nuse super::Whole;";
    let parent = "mod part;\nuse part::Part;\npub struct Whole(Part);";
    let (_, wrong, circle) = planted(&[("src/upper/part.rs", child), ("src/upper/mod.rs", parent)]);
    let expected = "src/upper/mod.rs:2 imports from src/upper/part.rs\n\
                    src/upper/part.rs:2 imports from src/upper/mod.rs";
    assert_eq!((wrong, circle.as_deref()), (vec![], Some(expected)));
}

#[test]
fn files_of_test_modules_are_left_out() {
    let declares = "pub struct Beside; #[cfg(test)] mod tests;";
    let test = "use crate::upper::Part;";
    let (files, wrong, _) = planted(&[("src/beside.rs", declares), ("src/beside/tests.rs", test)]);
    assert!(wrong.is_empty() && files.iter().all(|file| file.path != "src/beside/tests.rs"));
}
