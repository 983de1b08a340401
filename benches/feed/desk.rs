//! The screen of a bench, whose terminal throws the bytes away.

use super::{Feed, timed};
use crossterm::event::{Event, KeyCode, KeyEvent};
use mempulse::snapshot::{Snapshot, View};
use mempulse::tui::{App, TuiSettings};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Rect, Size};
use ratatui::{Terminal, TerminalOptions, Viewport};
use std::io::Sink;
use std::sync::Arc;
use std::time::Duration;

const SIZE: Size = Size { width: 200, height: 60 };

/// The screen and its terminal, which throws the bytes away.
pub struct Desk {
    app: App,
    terminal: Terminal<CrosstermBackend<Sink>>,
}

impl Desk {
    pub fn new(feed: &Feed) -> Self {
        let viewport = Viewport::Fixed(Rect::from(((0, 0).into(), SIZE)));
        let backend = CrosstermBackend::new(std::io::sink());
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport });
        let app = App::new(&TuiSettings::default(), SIZE, Arc::default(), feed.now);
        Self { app, terminal: terminal.expect("a viewport of a fixed size asks no terminal") }
    }

    pub fn press(&mut self, code: KeyCode) {
        let _ = self.app.on_event(&Event::Key(KeyEvent::from(code)));
    }

    /// The model answers what the screen asks for.
    pub fn answer(&mut self, feed: &mut Feed) {
        let view = self.app.view();
        view.prepare(&mut feed.model, feed.now);
        self.app.on_snapshot(Arc::new(Snapshot::take(&feed.model, &view, feed.now)), feed.now);
    }

    pub fn draw(&mut self) {
        self.terminal.draw(|frame| self.app.draw(frame)).expect("nothing is written anywhere");
    }

    /// Draws every cell, and returns how long that took.
    pub fn draw_anew(&mut self) -> Duration {
        // Without what was drawn last, every cell is written.
        self.terminal.swap_buffers();
        timed(|| self.draw())
    }

    /// Scrolls so many times, and draws each answer.
    pub fn scroll(&mut self, feed: &mut Feed, count: u64) {
        let mut keys = [KeyCode::PageDown, KeyCode::PageDown, KeyCode::PageUp].into_iter().cycle();
        for _ in 0..count {
            self.press(keys.next().expect("a cycle has no end"));
            self.answer(feed);
            self.draw();
        }
    }

    /// What the screen asks for.
    pub fn view(&self) -> View {
        self.app.view()
    }
}
