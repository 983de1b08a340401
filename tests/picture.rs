//! The pictures in `assets`, which the README shows, are what the program draws at the end of the scene:
//! every screen, and the overview in every theme.
//!
//! `UPDATE_PICTURES=1 cargo test --test picture` redraws them.
#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

#[path = "scene/mod.rs"]
mod scene;
#[path = "picture/svg.rs"]
mod svg;

use crossterm::event::{Event, KeyCode, KeyEvent};
use mempulse::model::Model;
use mempulse::snapshot::Snapshot;
use mempulse::tui::{App, Depth, Preferences, ThemeName, TuiSettings};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const SIZE: Size = Size { width: 120, height: 36 };

/// Additional looks of the overview, by the name of the picture: each theme besides the default one, and
/// without colours.
const LOOKS: [(&str, ThemeName, Depth); 4] = [
    ("overview-light", ThemeName::Light, Depth::Indexed),
    ("overview-high-contrast", ThemeName::HighContrast, Depth::Indexed),
    ("overview-colour-blind", ThemeName::ColourBlind, Depth::Indexed),
    ("overview-without-colours", ThemeName::Dark, Depth::Monochrome),
];

#[test]
fn the_pictures_are_what_the_program_draws() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let drawn = drawn();
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        for path in kept(&folder) {
            std::fs::remove_file(path).unwrap();
        }
        for (name, picture) in &drawn {
            std::fs::write(folder.join(name), picture).unwrap();
        }
    }
    let names: BTreeSet<PathBuf> = drawn.keys().map(|name| folder.join(name)).collect();
    let outdated: Vec<&String> = (drawn.iter())
        .filter(|(name, picture)| std::fs::read_to_string(folder.join(name)).ok().as_ref() != Some(picture))
        .map(|(name, _)| name)
        .collect();
    assert!(
        outdated.is_empty() && names == kept(&folder),
        "out of date: {outdated:?} in {:?}: UPDATE_PICTURES=1 cargo test --test picture",
        kept(&folder)
    );
}

#[test]
fn the_readme_shows_every_picture() {
    let readme = include_str!("../README.md");
    for name in drawn().keys() {
        assert!(readme.contains(&format!("](assets/{name})")), "{name}");
    }
}

/// The pictures in the folder.
fn kept(folder: &Path) -> BTreeSet<PathBuf> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "svg")).collect()
}

/// All pictures by their names.
fn drawn() -> BTreeMap<String, String> {
    let model = scene::model();
    let mut pictures = BTreeMap::new();
    // A digit without a screen has no effect.
    for digit in '1'..='9' {
        let mut app = app(ThemeName::Dark, Depth::Indexed);
        let _ = app.on_event(&Event::Key(KeyEvent::from(KeyCode::Char(digit))));
        let name = hyphenated(&format!("{:?}", app.view().screen));
        pictures.entry(name).or_insert_with_key(|name| picture(&model, &mut app, svg::DARK, name));
    }
    for (name, theme, depth) in LOOKS {
        let terminal = if theme == ThemeName::Light { svg::LIGHT } else { svg::DARK };
        pictures.insert(name.to_owned(), picture(&model, &mut app(theme, depth), terminal, name));
    }
    pictures.into_iter().map(|(name, picture)| (format!("{name}.svg"), picture)).collect()
}

fn app(theme: ThemeName, depth: Depth) -> App {
    let preferences = Preferences { theme, ..Preferences::default() };
    let settings = TuiSettings { depth, preferences, ..TuiSettings::default() };
    App::new(&settings, SIZE, Arc::default(), scene::END)
}

fn picture(model: &Model, app: &mut App, terminal: svg::Terminal, name: &str) -> String {
    let title = format!("mempulse in a terminal of {} by {} cells: {name}", SIZE.width, SIZE.height);
    svg::draw(&screen(model, app), terminal, &title)
}

/// The screen of `app` at the end of the scene.
fn screen(model: &Model, app: &mut App) -> Buffer {
    // The first snapshot shows how many peers there are, and thereby how high their panel is.
    for _ in 0..2 {
        let snapshot = Snapshot::take(model, &app.view(), scene::END);
        app.on_snapshot(Arc::new(snapshot), scene::END);
    }
    let mut terminal = Terminal::new(TestBackend::new(SIZE.width, SIZE.height)).unwrap();
    terminal.draw(|frame| app.draw(frame)).unwrap();
    terminal.backend().buffer().clone()
}

/// `WatchList` as `watch-list`.
fn hyphenated(name: &str) -> String {
    let mut hyphenated = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !hyphenated.is_empty() {
            hyphenated.push('-');
        }
        hyphenated.extend(letter.to_lowercase());
    }
    hyphenated
}
