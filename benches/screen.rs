//! What a frame costs at 200×60, with 1,000 peers and 3,000 and 300,000 transactions: redrawing every cell, and from
//! a key to the frame that answers it, each as bytes for the terminal.
//!
//! A frame must not cost more with a larger mempool; the last lines show the ratios.

mod feed;

use criterion::Criterion;
use crossterm::event::KeyCode;
use feed::desk::Desk;
use feed::{Feed, Times, criterion, index, measure, print_table, timed};
use std::time::Duration;

const TRANSACTIONS: [u64; 2] = [3_000, 300_000];

/// The screens, by their keys.
const SCREENS: [(char, &str, &str); 5] = [
    ('1', "draw: Overview", "key to frame: Overview"),
    ('2', "draw: Peers", "key to frame: Peers"),
    ('3', "draw: Transactions", "key to frame: Transactions"),
    ('4', "draw: Mempool", "key to frame: Mempool"),
    ('5', "draw: Blocks", "key to frame: Blocks"),
];

fn bench(criterion: &mut Criterion, times: &Times, size: u64) {
    let mut feed = Feed::filled(size, 3_000);
    feed.now = feed.now + Duration::from_secs(1);
    for (key, draw, answer) in SCREENS {
        let mut desk = Desk::new(&feed);
        desk.press(KeyCode::Char(key));
        index(&mut feed, &desk.view());
        desk.answer(&mut feed);
        desk.draw();
        measure(criterion, times, draw, size, |count| {
            std::iter::repeat_with(|| desk.draw_anew()).take(usize::try_from(count).expect("few")).sum()
        });
        measure(criterion, times, answer, size, |count| timed(|| desk.scroll(&mut feed, count)));
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
