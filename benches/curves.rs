//! How costs grow with the number of peers and of transactions, as the picture `docs/costs.svg`: each must stay flat or
//! grow no faster than what it is for.

mod chart;
mod feed;

use chart::{Chart, Line};
use criterion::Criterion;
use crossterm::event::KeyCode;
use feed::desk::Desk;
use feed::{Feed, Times, criterion, index, measure, timed};
use std::time::Duration;

/// The numbers of peers, with [`TRANSACTIONS_ASIDE`] transactions.
const PEERS: [u64; 5] = [8, 30, 100, 300, 1_000];
/// The numbers of transactions, with [`PEERS_ASIDE`] peers.
const TRANSACTIONS: [u64; 5] = [3_000, 10_000, 30_000, 100_000, 300_000];
const PEERS_ASIDE: u64 = 100;
const TRANSACTIONS_ASIDE: u64 = 30_000;

/// What is measured, and the key of the screen for it.
const DRAWN: [(char, &str, &str); 2] = [
    ('1', "draw the Overview", "key to frame, Overview"),
    ('3', "draw the Transactions", "key to frame, Transactions"),
];
const APPLIED: &str = "take in a transaction of 8 peers";
const BY_ALL: &str = "take in a transaction of all peers";

fn bench(criterion: &mut Criterion, times: &Times, size: u64, peers: u64, transactions: u64) {
    let mut feed = Feed::with_peers(u64::MAX, peers);
    feed.fill(transactions);
    feed.now = feed.now + Duration::from_secs(1);
    for (key, draw, answer) in DRAWN {
        let mut desk = Desk::new(&feed);
        desk.press(KeyCode::Char(key));
        index(&mut feed, &desk.view());
        desk.answer(&mut feed);
        desk.draw();
        measure(criterion, times, draw, size, |count| (0..count).map(|_| desk.draw_anew()).sum());
        measure(criterion, times, answer, size, |count| timed(|| desk.scroll(&mut feed, count)));
    }
    for (what, announcers) in [(APPLIED, peers.min(8)), (BY_ALL, peers)] {
        measure(criterion, times, what, size, |count| {
            let txs = feed.take(count);
            timed(|| {
                for tx in &txs {
                    (0..announcers).for_each(|peer| feed.announce(peer, tx));
                    feed.deliver(1, tx);
                }
            })
        });
    }
}

fn chart(title: &str, times: &Times) -> Chart {
    let mut lines: Vec<Line> = vec![];
    for ((what, size), time) in times.borrow().iter() {
        if lines.last().is_none_or(|line| line.name != *what) {
            lines.push(Line { name: (*what).to_owned(), points: vec![] });
        }
        if let Some(line) = lines.last_mut() {
            line.points.push((*size, *time));
        }
    }
    Chart { title: title.to_owned(), lines }
}

fn main() {
    let mut criterion = criterion();
    let (by_transactions, by_peers) = (Times::default(), Times::default());
    for size in TRANSACTIONS {
        bench(&mut criterion, &by_transactions, size, PEERS_ASIDE, size);
    }
    for size in PEERS {
        bench(&mut criterion, &by_peers, size, size, TRANSACTIONS_ASIDE);
    }
    criterion.final_summary();
    let charts = [
        chart(&format!("by transactions in the mempool, with {PEERS_ASIDE} peers"), &by_transactions),
        chart(&format!("by peers, with {TRANSACTIONS_ASIDE} transactions"), &by_peers),
    ];
    println!("{}", chart::svg(&charts).expect("numbers and names can be drawn"));
}
