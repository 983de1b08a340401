//! The README's picture is what the program draws.
//!
//! `UPDATE_PICTURE=1 cargo test --test picture` draws it anew.
#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

#[path = "scene/mod.rs"]
mod scene;
#[path = "picture/svg.rs"]
mod svg;

use jiff::tz::TimeZone;
use mempulse::snapshot::Snapshot;
use mempulse::tui::{App, Theme};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use std::path::Path;
use std::sync::Arc;

const SIZE: Size = Size { width: 120, height: 36 };

#[test]
fn the_picture_in_the_readme_is_what_the_program_draws() {
    let drawn = svg::draw(&screen(), "mempulse in a terminal of 120 by 36 cells");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/overview.svg");
    if std::env::var_os("UPDATE_PICTURE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &drawn).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(kept == drawn, "assets/overview.svg is out of date: UPDATE_PICTURE=1 cargo test --test picture");
}

/// The overview at the end of the scene.
fn screen() -> Buffer {
    let model = scene::model();
    let mut app = App::new(Theme::new(true), TimeZone::UTC, SIZE, Arc::default(), scene::END);
    // The first snapshot shows how many peers there are, and with it how high their panel is.
    for _ in 0..2 {
        let snapshot = Snapshot::take(&model, &app.view(), scene::END);
        app.on_snapshot(Arc::new(snapshot), scene::END);
    }
    let mut terminal = Terminal::new(TestBackend::new(SIZE.width, SIZE.height)).unwrap();
    terminal.draw(|frame| app.draw(frame)).unwrap();
    terminal.backend().buffer().clone()
}
