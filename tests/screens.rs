//! Whole screens, driven by keys and snapshots as in a terminal.
#![expect(clippy::unwrap_used, reason = "a test that panics fails")]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures of a made-up network"
)]

#[path = "screens/blocks.rs"]
mod blocks;
#[path = "screens/fixture.rs"]
mod fixture;
#[path = "screens/pool.rs"]
mod pool;
#[path = "screens/watching.rs"]
mod watching;
#[path = "screens/worth.rs"]
mod worth;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use fixture::{NOW, World};
use jiff::tz::TimeZone;
use mempulse::snapshot::view::Anchor;
use mempulse::snapshot::{Health, Progress, TxKey};
use mempulse::tui::action::{self, Action};
use mempulse::tui::app::Flow;
use mempulse::tui::{App, Theme, draw};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use ratatui::style::{Color, Modifier};
use std::sync::Arc;
use std::time::Duration;

const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 36), (200, 60)];

/// The screen, the network behind it, and the hands at the keys.
struct Desk {
    world: World,
    app: App,
    now: mempulse::util::time::Timestamp,
}

impl Desk {
    fn new((width, height): (u16, u16)) -> Self {
        Self::with(World::new(), (width, height), true)
    }

    fn with(world: World, (width, height): (u16, u16), colour: bool) -> Self {
        let first = Arc::default();
        let app = App::new(Theme::new(colour), TimeZone::UTC, Size { width, height }, first, NOW);
        let mut desk = Self { world, app, now: NOW };
        // The first answer tells how many peers there are, and with it how high their panel is.
        desk.answer();
        desk.answer();
        desk
    }

    /// The model answers the view.
    fn answer(&mut self) {
        let snapshot = self.world.snapshot(&self.app.view());
        self.app.on_snapshot(Arc::new(snapshot), self.now);
    }

    fn press(&mut self, code: KeyCode) -> Flow {
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        let flow =
            action::action(key, self.app.place()).map_or(Flow::Continue, |action| self.app.update(action));
        self.answer();
        flow
    }

    fn type_keys(&mut self, keys: &str) {
        for key in keys.chars() {
            self.press(KeyCode::Char(key));
        }
    }

    /// Types into a line of input.
    fn type_text(&mut self, text: &str) {
        for letter in text.chars() {
            self.app.on_event(&Event::Key(KeyCode::Char(letter).into()));
        }
        self.app.on_event(&Event::Key(KeyCode::Enter.into()));
    }

    fn pass(&mut self, time: Duration) {
        self.now = self.now + time;
        self.app.on_tick(self.now);
    }

    fn buffer(&self) -> Buffer {
        let Size { width, height } = self.app.size();
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, &self.app)).unwrap();
        terminal.backend().buffer().clone()
    }

    fn screen(&self) -> String {
        text(&self.buffer())
    }
}

fn text(buffer: &Buffer) -> String {
    let lines = buffer.content.chunks(usize::from(buffer.area.width.max(1)));
    let line = |cells: &[ratatui::buffer::Cell]| -> String {
        let mut skip = 0;
        let mut line = String::new();
        for cell in cells {
            if skip == 0 {
                line.push_str(cell.symbol());
                skip = unicode_width::UnicodeWidthStr::width(cell.symbol()).max(1);
            }
            skip -= 1;
        }
        line.trim_end().to_owned()
    };
    lines.map(line).collect::<Vec<_>>().join("\n")
}

/// Draws what `prepare` leads to at every size, and compares it with what was seen and approved.
fn seen_at_every_size(name: &str, prepare: impl Fn(&mut Desk)) {
    for size in SIZES {
        let mut desk = Desk::new(size);
        prepare(&mut desk);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), desk.screen());
    }
}

#[test]
fn overview() {
    seen_at_every_size("overview", |_| {});
}

#[test]
fn help() {
    seen_at_every_size("help", |desk| desk.type_keys("?"));
}

#[test]
fn peer_detail() {
    seen_at_every_size("peer_detail", |desk| {
        desk.type_keys("hj");
        desk.press(KeyCode::Enter);
    });
}

#[test]
fn watched() {
    seen_at_every_size("watched", |desk| {
        desk.type_keys("wja");
        desk.type_text("bc1qnothing");
    });
}

#[test]
fn mempool_screen() {
    seen_at_every_size("mempool_screen", |desk| desk.type_keys("3"));
}

#[test]
fn mempool_screen_second_half() {
    seen_at_every_size("mempool_screen_second_half", |desk| {
        desk.type_keys("3");
        desk.press(KeyCode::Tab);
    });
}

#[test]
fn blocks_screen() {
    seen_at_every_size("blocks_screen", |desk| desk.type_keys("4lll"));
}

#[test]
fn block_detail() {
    seen_at_every_size("block_detail", |desk| {
        desk.type_keys("4");
        desk.press(KeyCode::Enter);
    });
}

#[test]
fn peers_screen() {
    seen_at_every_size("peers_screen", |desk| desk.type_keys("2ssssssssrj"));
}

#[test]
fn the_column_of_the_order_is_always_there() {
    let mut desk = Desk::new((60, 15));
    desk.type_keys("2");
    for _ in mempulse::snapshot::view::PeerColumn::ALL {
        desk.type_keys("s");
        let screen = desk.screen();
        assert!(screen.matches('▲').count() >= 2, "the title and the head name the order\n{screen}");
    }
}

#[test]
fn transaction_detail() {
    seen_at_every_size("transaction_detail", |desk| {
        desk.type_keys("jj");
        desk.press(KeyCode::Enter);
    });
}

#[test]
fn frozen() {
    seen_at_every_size("frozen", |desk| {
        desk.type_keys(" ");
        desk.world.newest += 100;
        desk.answer();
        desk.pass(Duration::from_secs(12));
    });
}

#[test]
fn unreachable() {
    for size in SIZES {
        let seeds = ["bluematt.me", "emzy.de", "wiz.biz", "petertodd.net", "sprovoost.nl", "achownodes.xyz"];
        let failed = seeds.map(|seed| format!("seed seed.{seed}: temporary failure in name resolution"));
        let help = ["is there a network?", "--peer HOST:PORT joins a node that you know"].map(str::to_owned);
        let last = "mempulse demo needs no network";
        let advice = failed.into_iter().chain(help).chain([last.to_owned()]).collect();
        let world = World { health: Health::Unreachable { advice }, ..World::new() };
        let mut desk = Desk::with(world, size, true);
        insta::assert_snapshot!(format!("unreachable_{}x{}", size.0, size.1), desk.screen());
        assert!(desk.screen().contains(last));
        desk.press(KeyCode::Esc);
        assert!(!desk.screen().contains("Nobody can be reached"), "Esc closes it");
    }
}

#[test]
fn the_title_tells_of_the_backfill_where_there_is_room_beside_the_tip() {
    let world = || World { backfill: Some(Progress { fetched: 12, wanted: 100 }), ..World::new() };
    for (width, height) in [(120, 36), (80, 24), (60, 15)] {
        let screen = Desk::with(world(), (width, height), true).screen();
        let title = screen.lines().next().unwrap();
        assert!(title.contains("tip 923,114"), "{title}");
        assert_eq!(title.contains("backfill 12/100 · "), width >= 80, "{title}");
    }
}

#[test]
fn too_small() {
    for size in [(59, 15), (60, 14), (20, 4)] {
        insta::assert_snapshot!(format!("too_small_{}x{}", size.0, size.1), Desk::new(size).screen());
    }
}

#[test]
fn without_colours_only_modifiers_tell_things_apart() {
    let mut desk = Desk::with(World::new(), (120, 36), false);
    desk.type_keys("jj");
    let buffer = desk.buffer();
    assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
    let reversed =
        |row: u16| (0..120).filter(|x| buffer[(*x, row)].modifier.contains(Modifier::REVERSED)).count();
    let selected: Vec<u16> = (0..36).filter(|row| reversed(*row) > 20).collect();
    assert_eq!(selected.len(), 1, "the selected row is the reversed one: {selected:?}");
    let coloured = Desk::new((120, 36));
    assert_eq!(text(&Desk::with(World::new(), (120, 36), false).buffer()), coloured.screen(), "same words");
}

#[test]
fn the_selection_follows_its_transaction_while_others_arrive() {
    let mut desk = Desk::new((120, 36));
    desk.type_keys("jjj");
    let selected = desk.app.transactions().selected;
    assert_eq!(selected, Some(TxKey(14_209)));
    desk.world.newest += 50;
    desk.answer();
    desk.answer();
    assert_eq!(desk.app.transactions().selected, selected);
    let shown = desk.screen();
    desk.world.newest += 50;
    desk.answer();
    assert_eq!(rows(&desk.screen()), rows(&shown), "the reader's place stays");
}

/// The txids of the list, in their order.
fn rows(screen: &str) -> Vec<String> {
    let words = screen.lines().flat_map(str::split_whitespace);
    words.filter(|word| word.contains('…') && word.len() == 14 - 1).map(str::to_owned).collect()
}

#[test]
fn a_transaction_that_is_gone_leaves_the_selection_to_the_next_older_one() {
    let mut desk = Desk::new((80, 24));
    desk.type_keys("jjj");
    desk.world.missing.push(14_209);
    desk.answer();
    assert_eq!(desk.app.transactions().selected, Some(TxKey(14_208)));
}

#[test]
fn above_the_newest_row_the_list_flows_again() {
    let mut desk = Desk::new((80, 24));
    desk.type_keys("jjj");
    assert!(matches!(desk.app.view().transactions.anchor, Anchor::Selected { .. }));
    desk.type_keys("kkk");
    assert_eq!(desk.app.view().transactions.anchor, Anchor::Newest);
    assert!(desk.screen().contains("following the newest"));
}

#[test]
fn the_whole_list_can_be_walked_to_its_end_and_back() {
    let mut desk = Desk::with(World { newest: 300, ..World::new() }, (80, 24), true);
    for _ in 0..320 {
        desk.press(KeyCode::Char('j'));
    }
    assert_eq!(desk.app.transactions().selected, Some(TxKey(1)));
    for _ in 0..60 {
        desk.press(KeyCode::PageUp);
    }
    assert_eq!(desk.app.transactions().selected, None);
    desk.press(KeyCode::Char('G'));
    assert_eq!(desk.app.transactions().selected, Some(TxKey(1)));
    desk.press(KeyCode::Char('g'));
    assert_eq!(desk.app.transactions().selected, None);
}

#[test]
fn a_frozen_screen_scrolls_in_what_it_keeps_and_says_where_that_ends() {
    let mut desk = Desk::new((80, 24));
    desk.type_keys(" jjjj");
    assert_eq!(desk.app.transactions().selected, Some(TxKey(14_208)));
    desk.world.newest += 7;
    for _ in 0..80 {
        desk.press(KeyCode::Down);
    }
    assert!(desk.screen().contains("a frozen screen keeps no rows beyond this one"));
    desk.press(KeyCode::Enter);
    assert!(desk.screen().contains("details are not part of a frozen screen"));
    desk.type_keys(" ");
    assert!(!desk.screen().contains("FROZEN"));
}

#[test]
fn ages_grow_between_snapshots_and_stand_still_on_a_frozen_screen() {
    let mut desk = Desk::new((80, 24));
    assert!(desk.screen().contains(" 0.1s "));
    desk.pass(Duration::from_secs(30));
    assert!(!desk.screen().contains(" 0.1s ") && desk.screen().contains(" 30s "));
    desk.type_keys(" ");
    desk.pass(Duration::from_mins(1));
    assert!(desk.screen().contains(" 30s "));
}

#[test]
fn esc_closes_the_innermost_layer_and_never_quits() {
    let mut desk = Desk::new((80, 24));
    desk.type_keys("j");
    desk.press(KeyCode::Enter);
    desk.type_keys("?");
    assert_eq!(desk.app.layers().len(), 2);
    for left in [1, 0, 0, 0] {
        assert_eq!(desk.press(KeyCode::Esc), Flow::Continue);
        assert_eq!(desk.app.layers().len(), left);
    }
    assert_eq!(desk.press(KeyCode::Char('q')), Flow::Quit);
    assert_eq!(desk.app.update(Action::Suspend), Flow::Suspend);
}

#[test]
fn the_help_names_every_key_of_the_table() {
    let mut desk = Desk::new((120, 36));
    desk.type_keys("?");
    let screen = desk.screen();
    for binding in action::BINDINGS {
        let (keys, what) = binding.help;
        assert!(screen.lines().any(|line| line.contains(keys) && line.contains(what)), "{keys}: {what}");
    }
}

#[test]
fn details_scroll_to_their_last_line_and_no_further() {
    let mut desk = Desk::new((60, 15));
    desk.type_keys("hj");
    desk.press(KeyCode::Enter);
    for _ in 0..200 {
        desk.press(KeyCode::Down);
    }
    let bottom = desk.screen();
    assert!(bottom.contains("25 wtx"), "{bottom}");
    desk.press(KeyCode::PageUp);
    assert_ne!(desk.screen(), bottom);
    desk.press(KeyCode::Char('G'));
    assert_eq!(desk.screen(), bottom);
}

#[test]
fn every_screen_survives_every_size() {
    const WIDTHS: [u16; 16] = [1, 2, 3, 20, 59, 60, 61, 80, 99, 100, 109, 110, 120, 160, 200, 250];
    const HEIGHTS: [u16; 14] = [1, 2, 3, 9, 14, 15, 19, 20, 24, 34, 44, 45, 60, 80];
    for keys in ["", "?", "hj\n", "jj\n", "G", "hG", " jj?", "2sj", "2j\n"] {
        let mut desk = Desk::with(World { newest: 300, ..World::new() }, (80, 24), true);
        for key in keys.chars() {
            desk.press(if key == '\n' { KeyCode::Enter } else { KeyCode::Char(key) });
        }
        for (width, height) in WIDTHS.iter().flat_map(|width| HEIGHTS.map(|height| (*width, height))) {
            desk.app.on_resize(Size { width, height });
            desk.press(KeyCode::PageDown);
            assert_eq!(desk.buffer().area.as_size(), Size { width, height });
        }
    }
}
