//! `/api/transactions`: the transactions that match a query, in its order.

use crate::model::{FeeRate, MempoolEntry, Model, TxKey};
use crate::query::subjects::TransactionItem;
use crate::query::{Query, SortKey, Subject, Transactions};
use crate::snapshot::TransactionRow;
use crate::util::time::{Rfc3339, Timestamp};
use crate::wire::Txid;
use serde::Serialize;

/// The work of one slice, in transactions and outputs examined: as much as for the list on screen, a few ms.
const SLICE: usize = 6_000;

/// How many rows are taken in one slice.
const ROWS: usize = 50;

/// The transactions asked for.
#[derive(Debug)]
pub(in crate::api) struct Selection {
    /// The condition.
    pub(in crate::api) condition: Query<Transactions>,
    /// The order.
    pub(in crate::api) order: Query<Transactions>,
    /// The most transactions to return.
    pub(in crate::api) limit: usize,
}

/// The answer. Rates are in sat/vB.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::api) struct Found {
    /// The number of matching transactions.
    matched_count: usize,
    /// The first of these.
    transactions: Vec<Row>,
}

/// A transaction, with the stream's names and units.
#[derive(Clone, PartialEq, Debug, Serialize)]
struct Row {
    txid: Txid,
    first_seen: Rfc3339,
    vsize_vb: u32,
    weight_wu: u32,
    input_count: u32,
    output_count: u32,
    output_value_sat: u64,
    fee_sat: Option<u64>,
    fee_rate: Option<f64>,
    fee_rate_lower: Option<f64>,
    fee_rate_upper: Option<f64>,
    chunk_fee_rate: Option<f64>,
    chunk_fee_rate_lower: Option<f64>,
    chunk_fee_rate_upper: Option<f64>,
    ancestor_count: usize,
    descendant_count: usize,
    peer_count: usize,
    replaceable: bool,
    kinds: Vec<&'static str>,
    source: Option<&'static str>,
}

impl Row {
    fn take(model: &Model, key: TxKey, entry: &MempoolEntry, now: Timestamp) -> Self {
        let row = TransactionRow::take(model, key, entry, 0, now);
        let item = TransactionItem::new(model, entry, now);
        let words = |name| Transactions::field(name).into_iter().flat_map(|field| field.words(&item));
        let bounds = |rate: FeeRate| (rate.exact(), rate.min(), rate.max());
        let (fee_rate, fee_rate_lower, fee_rate_upper) = bounds(row.fee_rate);
        let (chunk_fee_rate, chunk_fee_rate_lower, chunk_fee_rate_upper) = bounds(row.chunk_fee_rate);
        Self {
            txid: row.txid,
            first_seen: model.wall_offset().wall(entry.first_seen()).rfc3339(),
            vsize_vb: row.vsize,
            weight_wu: entry.tx().weight(),
            input_count: row.inputs,
            output_count: row.outputs,
            output_value_sat: row.output_value,
            fee_sat: row.fee,
            fee_rate,
            fee_rate_lower,
            fee_rate_upper,
            chunk_fee_rate,
            chunk_fee_rate_lower,
            chunk_fee_rate_upper,
            ancestor_count: row.ancestors,
            descendant_count: row.descendants,
            peer_count: row.announced_by,
            replaceable: row.flags.replaceable,
            kinds: words("kind").filter(|kind| *kind != "other").collect(),
            source: words("source").next(),
        }
    }
}

/// A search through the mempool, in slices.
#[derive(Debug)]
pub(in crate::api) struct Search {
    selection: Selection,
    /// The next slot to examine; `None` at the end.
    next: Option<u32>,
    matched: usize,
    /// The best ones so far, and some more.
    best: Vec<(SortKey, TxKey)>,
    rows: Vec<Row>,
}

impl Search {
    pub(in crate::api) fn new(selection: Selection) -> Self {
        Self { selection, next: Some(0), matched: 0, best: Vec::new(), rows: Vec::new() }
    }

    /// Does a slice of the work, a few ms. Returns the answer once complete. Transactions that enter
    /// meanwhile may or may not be included; those that have left are not.
    pub(in crate::api) fn advance(&mut self, model: &Model, now: Timestamp) -> Option<Found> {
        if let Some(next) = self.next {
            self.next = self.scan(next, model, now);
            return None;
        }
        let taken = self.best.len().min(ROWS);
        let mempool = model.mempool();
        for (_, key) in self.best.drain(..taken) {
            self.rows.extend(mempool.get(key).map(|entry| Row::take(model, key, entry, now)));
        }
        self.best
            .is_empty()
            .then(|| Found { matched_count: self.matched, transactions: std::mem::take(&mut self.rows) })
    }

    /// Examines slots from `next` on. Returns where to continue, or `None` at the end.
    fn scan(&mut self, mut next: u32, model: &Model, now: Timestamp) -> Option<u32> {
        let entries = model.mempool().entries();
        let mut done = 0;
        while done < SLICE && next < entries.slot_count() {
            done += 1;
            if let Some((key, entry)) = entries.at(next) {
                done += entry.tx().output_count() as usize;
                self.look(key, &TransactionItem::new(model, entry, now));
            }
            next += 1;
        }
        let is_done = next >= entries.slot_count();
        if is_done {
            self.keep_best();
        }
        (!is_done).then_some(next)
    }

    fn look(&mut self, key: TxKey, item: &TransactionItem) {
        if !self.selection.condition.matches(item) {
            return;
        }
        self.matched += 1;
        let sort_key = self.selection.order.sort().map_or(SortKey::Unknown, |sort| sort.key(item));
        self.best.push((sort_key, key));
        // Sorting twice as many as needed costs less than keeping them sorted.
        if self.best.len() > 2 * self.selection.limit + 64 {
            self.keep_best();
        }
    }

    fn keep_best(&mut self) {
        if let Some(sort) = self.selection.order.sort() {
            self.best.sort_by(|(one, _), (other, _)| sort.compare(one, other));
        }
        self.best.truncate(self.selection.limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{Scene, coin, spend};

    fn selection(condition: &str, order: &str, limit: usize) -> Selection {
        let query = |text: &str| Query::parse(text).unwrap();
        Selection { condition: query(condition), order: query(order), limit }
    }

    fn found(scene: &Scene, selection: Selection) -> (serde_json::Value, usize) {
        let mut search = Search::new(selection);
        let mut slices = 0;
        let found = loop {
            slices += 1;
            if let Some(found) = search.advance(&scene.model, scene.now) {
                break found;
            }
        };
        (serde_json::to_value(&found).unwrap(), slices)
    }

    /// `count` transactions, each worth more than the previous one.
    fn scene(count: u32) -> Scene {
        let mut scene = Scene::new();
        scene.connect(1);
        for number in 0..count {
            scene.deliver(1, &spend(&[coin(number)], &[10_000 + u64::from(number)]));
        }
        scene
    }

    #[test]
    fn the_first_that_match_are_answered_in_the_order_and_all_are_counted() {
        let scene = scene(500);
        let (found, _) = found(&scene, selection("value < 10400sat", "sort -value", 3));
        let values: Vec<_> =
            found["transactions"].as_array().unwrap().iter().map(|tx| &tx["output_value_sat"]).collect();
        assert_eq!(values, [10_399, 10_398, 10_397]);
        assert_eq!(found["matched_count"], 400);
        assert_eq!(found["transactions"][0]["kinds"], serde_json::json!(["payment"]));
        assert_eq!(found["transactions"][0]["source"], "relay");
    }

    #[test]
    fn a_large_mempool_is_searched_in_slices_and_rows_are_taken_in_slices() {
        let scene = scene(4_000);
        let (found, slices) = found(&scene, selection("", "sort value", 200));
        assert_eq!(found["transactions"].as_array().unwrap().len(), 200);
        assert_eq!(found["transactions"][199]["output_value_sat"], 10_199);
        assert_eq!(slices, 2 + 4, "2 of 6,000 transactions and outputs, and 4 of 50 rows");
    }

    #[test]
    fn an_empty_mempool_has_an_answer() {
        let (found, _) = found(&Scene::new(), selection("", "sort age", 10));
        assert_eq!(found, serde_json::json!({ "matched_count": 0, "transactions": [] }));
    }
}
