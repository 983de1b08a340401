//! The list of all transactions, and queries over it: its rows, how it is built and filtered, and what it adds to an
//! event, with 3,000, 30,000 and 300,000 made-up transactions.

mod feed;

use criterion::Criterion;
use feed::{Feed, Times, criterion, index, measure, print_table, timed};
use mempulse::query::{Query, Transactions};
use mempulse::snapshot::{
    Anchor, Screen, Snapshot, TransactionListView, TxFilter, TxKey, TxList, TxOrder, View,
};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

const SIZES: [u64; 3] = [3_000, 30_000, 300_000];

/// A query of each sort: figures, flags and kinds, a pattern.
const QUERIES: [&str; 3] = [
    "fee_rate > 5 and vsize < 1000 or ancestors > 2",
    "replaceable and not kind = coinjoin and age > 1m",
    "address ~ ^bc1qzz",
];

/// The list of all transactions, by fee rate, around one of them.
fn list(key: TxKey) -> View {
    let transactions = TransactionListView {
        list: TxList { order: TxOrder::FeeRate, filter: None },
        descending: true,
        anchor: Anchor::Selected { key, above: 75 },
        height: 150,
        row: 10_000,
    };
    View { screen: Screen::Transactions, transactions, ..View::default() }
}

fn bench(criterion: &mut Criterion, times: &Times, size: u64) {
    let mut feed = Feed::filled(size, 3_000);
    feed.now = feed.now + Duration::from_secs(1);
    let number = size / 2;
    let view = list(TxKey::new(number, u32::try_from(number).expect("few")));
    let other = TxList { order: TxOrder::Vsize, filter: None };
    let mut longest = Duration::ZERO;
    measure(criterion, times, "list: built by fee rate", size, |count| {
        let round = || {
            feed.model.list_transactions(&other);
            timed(|| longest = longest.max(index(&mut feed, &view)))
        };
        std::iter::repeat_with(round).take(usize::try_from(count).expect("few")).sum()
    });
    println!("longest slice of the list with {size}: {longest:.2?}");
    let filters = QUERIES.map(|text| {
        let query: Query<Transactions> = Query::parse(text).expect("it is a query");
        (text, Arc::new(query).list_filter().expect("it has a condition"))
    });
    for (what, filter) in filters.into_iter().chain([("filter: bc1qzz", TxFilter::containing("bc1qzz"))]) {
        let mut filtered = view.clone();
        filtered.transactions.list.filter = Some(filter);
        measure(criterion, times, what, size, |count| {
            let round = || {
                feed.model.list_transactions(&other);
                timed(|| _ = index(&mut feed, &filtered))
            };
            std::iter::repeat_with(round).take(usize::try_from(count).expect("few")).sum()
        });
    }
    index(&mut feed, &view);
    measure(criterion, times, "snapshot: 150 rows of the list", size, |count| {
        timed(|| (0..count).for_each(|_| drop(black_box(Snapshot::take(&feed.model, &view, feed.now)))))
    });
    measure(criterion, times, "apply: announcement and transaction, listed", size, |count| {
        let txs = feed.take(count);
        timed(|| {
            for tx in &txs {
                feed.announce(1, tx);
                feed.deliver(1, tx);
            }
        })
    });
}

fn main() {
    let mut criterion = criterion();
    let times = Times::default();
    for size in SIZES {
        bench(&mut criterion, &times, size);
    }
    criterion.final_summary();
    print_table(&times);
}
