//! What a frame costs at 200×60, with 1,000 peers and 3,000 and 300,000 transactions: drawing every cell anew, and from
//! a key to the frame that answers it, each as bytes for the terminal.
//!
//! A frame must not cost more with a larger mempool; the last lines show the ratios.

mod feed;

use criterion::Criterion;
use crossterm::event::{Event, KeyCode, KeyEvent};
use feed::{Feed, Times, criterion, index, measure, print_table, timed};
use mempulse::snapshot::Snapshot;
use mempulse::tui::{App, TuiSettings};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Rect, Size};
use ratatui::{Terminal, TerminalOptions, Viewport};
use std::io::Sink;
use std::sync::Arc;
use std::time::Duration;

const SIZE: Size = Size { width: 200, height: 60 };
const TRANSACTIONS: [u64; 2] = [3_000, 300_000];

/// The screens, by their keys.
const SCREENS: [(char, &str, &str); 5] = [
    ('1', "draw: Overview", "key to frame: Overview"),
    ('2', "draw: Peers", "key to frame: Peers"),
    ('3', "draw: Transactions", "key to frame: Transactions"),
    ('4', "draw: Mempool", "key to frame: Mempool"),
    ('5', "draw: Blocks", "key to frame: Blocks"),
];

/// The screen and its terminal, which throws the bytes away.
struct Desk {
    app: App,
    terminal: Terminal<CrosstermBackend<Sink>>,
}

impl Desk {
    fn new(feed: &Feed) -> Self {
        let viewport = Viewport::Fixed(Rect::from(((0, 0).into(), SIZE)));
        let backend = CrosstermBackend::new(std::io::sink());
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport });
        let app = App::new(&TuiSettings::default(), SIZE, Arc::default(), feed.now);
        Self { app, terminal: terminal.expect("a viewport of a fixed size asks no terminal") }
    }

    fn press(&mut self, code: KeyCode) {
        let _ = self.app.on_event(&Event::Key(KeyEvent::from(code)));
    }

    /// The model answers what the screen asks for.
    fn answer(&mut self, feed: &mut Feed) {
        let view = self.app.view();
        view.prepare(&mut feed.model, feed.now);
        self.app.on_snapshot(Arc::new(Snapshot::take(&feed.model, &view, feed.now)), feed.now);
    }

    fn draw(&mut self) {
        self.terminal.draw(|frame| self.app.draw(frame)).expect("nothing is written anywhere");
    }
}

fn bench(criterion: &mut Criterion, times: &Times, size: u64) {
    let mut feed = Feed::filled(size, 3_000);
    feed.now = feed.now + Duration::from_secs(1);
    for (key, draw, answer) in SCREENS {
        let mut desk = Desk::new(&feed);
        desk.press(KeyCode::Char(key));
        index(&mut feed, &desk.app.view());
        desk.answer(&mut feed);
        desk.draw();
        measure(criterion, times, draw, size, |count| {
            let round = || {
                // Without what was drawn last, every cell is written.
                desk.terminal.swap_buffers();
                timed(|| desk.draw())
            };
            std::iter::repeat_with(round).take(usize::try_from(count).expect("few")).sum()
        });
        measure(criterion, times, answer, size, |count| {
            let mut keys = [KeyCode::PageDown, KeyCode::PageDown, KeyCode::PageUp].into_iter().cycle();
            timed(|| {
                for _ in 0..count {
                    desk.press(keys.next().expect("a cycle has no end"));
                    desk.answer(&mut feed);
                    desk.draw();
                }
            })
        });
    }
}

fn main() {
    let mut criterion = criterion();
    let times = Times::default();
    for size in TRANSACTIONS {
        bench(&mut criterion, &times, size);
    }
    criterion.final_summary();
    print_table(&times);
}
