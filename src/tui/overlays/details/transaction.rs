//! The details of a transaction.
//!
//! ```text
//! txid          3fa9c1…               2 inputs
//! value         0.04510000 BTC         0 8d2e…:1              0.04520000  0xfffffffd
//! fee           0.00010000 BTC        2 outputs
//! size          224 vB, 893 WU         0 P2WPKH  0.01000000  bc1q…
//! flags         replaceable
//!                                     Announced by 6 of 8 peers
//!                                      203.0.113.5:8333                 first
//!                                      [2001:db8::7]:8333              +1.2 s
//! ```

use super::document::{Document, Row, facts, heading, rows};
use super::{cluster, propagation};
use crate::chain::limits::TRUC_VERSION;
use crate::event::TxSource;
use crate::snapshot::{FeeRate, InputRow, Open, OutputRow, TransactionDetail, ValueSource};
use crate::tui::context::Context;
use crate::tui::widgets::{clock, format, text};
use crate::tui::wording;
use crate::util::time::Timestamp;
use ratatui::text::{Line, Span};

/// Lock times below this are heights, others are times (BIP65, Core: `LOCKTIME_THRESHOLD`).
const LOCK_TIME_THRESHOLD: u32 = 500_000_000;

/// Describes a transaction in two parts with lines of these widths.
pub fn document(cx: &Context, transaction: &TransactionDetail, [left, right]: [usize; 2]) -> Document {
    let mut first: Vec<Row> = rows(identity(cx, transaction, left)).collect();
    first.push(Line::default().into());
    first.extend(cluster::rows(cx, &transaction.cluster, left));
    first.extend(rows(rivals(cx, transaction, left)));
    first.extend(rows(propagation::lines(cx, transaction, left)));
    first.push(Line::default().into());
    let mut second = inputs(cx, transaction, right);
    second.push(Line::default().into());
    second.extend(outputs(cx, transaction, right));
    let txid = transaction.row.txid.to_string();
    let title = format!("Transaction {}", text::cut_middle(&txid, 21));
    Document { title, first, second, ..Document::default() }
}

fn identity(cx: &Context, transaction: &TransactionDetail, cells: usize) -> Vec<Line<'static>> {
    let row = &transaction.row;
    let mut lines = Vec::new();
    let mut add = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    add("txid", row.txid.to_string());
    add("wtxid", transaction.wtxid.to_string());
    let first_seen = clock::time(cx.wall(transaction.first_seen), cx.zone);
    let source = source(transaction.source);
    add(
        "first seen",
        format!("{first_seen}, {} ago{source}", format::span(cx.now().since(transaction.first_seen))),
    );
    add("value", cx.amount(row.output_value));
    add("fee", fee(transaction));
    add("fee rate", fee_rate(row.fee_rate));
    if let Some(chunk) = cluster::chunk(&transaction.cluster) {
        add("chunk", chunk);
    }
    let [vsize, weight, size] =
        [row.vsize, transaction.weight, transaction.size].map(|size| format::grouped(u64::from(size)));
    let counted = match transaction.counted_vsize {
        counted if counted == row.vsize => String::new(),
        counted => format!(", {} vB by signature operations", format::grouped(u64::from(counted))),
    };
    add("size", format!("{vsize} vB, {weight} WU, {size} B{counted}"));
    add("flags", flags(transaction));
    if let Some(doubt) = doubt(transaction) {
        add("vouched by", doubt.to_owned());
    }
    let kinds: Vec<_> = transaction.kinds.iter().map(|kind| wording::kind::label(Some(*kind))).collect();
    if !kinds.is_empty() {
        add("kind", kinds.join(", "));
    }
    add("version", transaction.version.to_string());
    add("lock time", lock_time(cx, transaction.lock_time));
    lines
}

/// Where a transaction came from, unless a peer announced it.
fn source(source: TxSource) -> &'static str {
    match source {
        TxSource::Relay => "",
        TxSource::Bootstrap => ", listed by a peer (BIP35)",
        TxSource::Parent => ", requested as a parent",
        TxSource::Restored => ", saved by an earlier run",
    }
}

/// The fee, and how the prevouts are known.
fn fee(transaction: &TransactionDetail) -> String {
    let sources = [
        (ValueSource::Mempool, "in the mempool"),
        (ValueSource::Block, "in recent blocks"),
        (ValueSource::Earlier, "seen earlier"),
        (ValueSource::Unknown, "unknown"),
    ];
    let count = |source| transaction.inputs.iter().filter(|input| input.source == source).count();
    let counts = sources.map(|(source, what)| (count(source), what));
    let known = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let (values, more) = (known.collect::<Vec<_>>().join(", "), row_has_more(transaction));
    match transaction.fee {
        Some(fee) => format!("{} sat (prevouts: {values}{more})", format::grouped(fee)),
        None => format!("? (prevouts: {values}{more})"),
    }
}

/// The fee rate, and the source of its bounds if the fee is unknown.
fn fee_rate(rate: FeeRate) -> String {
    let rate_text = format!("{} sat/vB", format::rate(rate, usize::MAX));
    let Some(bounds) = rate.bounds() else { return rate_text };
    let by_floor = rate.min().is_some() && rate.min() != bounds.low;
    let by_order = bounds.high.is_some() || (bounds.low.is_some() && !by_floor);
    let order = if bounds.by_one_peer {
        "by the order of announcements, by one netgroup".to_owned()
    } else {
        format!("by the order of announcements, by at least {} netgroups", bounds.netgroups)
    };
    let sources = [
        (by_order, order.as_str()),
        (by_floor, "by the fee filters of its announcers, unless a child pays for it"),
    ];
    let sources: Vec<&str> = sources.into_iter().filter(|(is, _)| *is).map(|(_, source)| source).collect();
    if sources.is_empty() {
        format::UNKNOWN.to_owned()
    } else {
        format!("{rate_text} ({})", sources.join("; "))
    }
}

/// Marks that not all inputs are listed.
fn row_has_more(transaction: &TransactionDetail) -> &'static str {
    if transaction.inputs.len() < transaction.row.inputs as usize { ", …" } else { "" }
}

fn flags(transaction: &TransactionDetail) -> String {
    let replaceable = match transaction {
        TransactionDetail { version: TRUC_VERSION, .. } => "replaceable (BIP431)",
        TransactionDetail { replaceable: true, .. } => "replaceable (BIP125)",
        _ => "not replaceable",
    };
    [Some(replaceable), cluster::dust(&transaction.cluster)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

/// The consequence of only one peer, or peers of one netgroup, vouching for the transaction.
fn doubt(transaction: &TransactionDetail) -> Option<&'static str> {
    transaction.is_unproven.then_some(if transaction.counts {
        "one peer only, in its list of the mempool"
    } else {
        "one peer only, in its list of the mempool: counts in no figure"
    })
}

/// The transactions that it replaced, and those that they had replaced.
///
/// ```text
/// Replaces
///  3fa9c1…e07    224 vB    12.1 sat/vB   31 s ago   8 peers
///   which replaced
///  88d002…91b    224 vB       ? sat/vB   58 s ago   8 peers, 2 never announced this transaction
/// ```
fn rivals(cx: &Context, transaction: &TransactionDetail, cells: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut steps = 0;
    for rival in &transaction.replaced {
        if rival.steps != steps {
            let title = if steps == 0 { "Replaces" } else { "which replaced" };
            lines.push(heading(cx, title));
            steps = rival.steps;
        }
        lines.extend(text::wrap(&rival.txid.to_string(), cells).into_iter().map(Line::raw));
        let rate = format::rate(rival.fee_rate, cells);
        let vsize = format::grouped(u64::from(rival.vsize));
        let age = cx.ago(rival.age + cx.drift);
        let only = match rival.announced_only {
            0 => String::new(),
            only => format!(", {only} never announced this transaction"),
        };
        let what = format!(
            "{vsize} vB, {rate} sat/vB, {age}, {}{only}",
            format::plural(rival.announced_by as u64, "peer")
        );
        let wrapped = text::wrap(&what, cells.saturating_sub(1)).into_iter();
        lines.extend(wrapped.map(|line| Line::styled(format!(" {line}"), cx.theme.muted())));
    }
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines
}

fn lock_time(cx: &Context, lock_time: u32) -> String {
    match lock_time {
        0 => "none".to_owned(),
        height @ 1..LOCK_TIME_THRESHOLD => format!("block {}", format::grouped(u64::from(height))),
        time => clock::date_time(Timestamp::from_secs(u64::from(time)), cx.zone),
    }
}

fn inputs(cx: &Context, transaction: &TransactionDetail, cells: usize) -> Vec<Row> {
    let mut lines = vec![counted(cx, transaction.row.inputs, "input").into()];
    for input in &transaction.inputs {
        lines.push(input_row(cx, input, cells));
    }
    lines.extend(rows(rest(cx, transaction.row.inputs, transaction.inputs.len())));
    lines
}

/// The number of inputs or outputs, and the unit of their values.
fn counted(cx: &Context, count: u32, what: &str) -> Line<'static> {
    heading(cx, format!("{} ({})", format::plural(count.into(), what), cx.preferences.unit.name()))
}

/// A row for an input, linked to the mempool transaction whose output it spends.
fn input_row(cx: &Context, input: &InputRow, cells: usize) -> Row {
    let prevout = format!("{}:{}", input.prevout.txid, input.prevout.vout);
    let value = format::known(input.value.map(|value| cx.value(value, usize::MAX)));
    let right =
        format!(" {} {:#010x} {:>2} wit", text::right(&value, 15), input.sequence, input.witness_items);
    let room = cells.saturating_sub(text::width(&right));
    let line = Line::from(vec![
        Span::raw(text::left(&text::cut_middle(&prevout, room), room)),
        Span::styled(right, cx.theme.muted()),
    ]);
    Row::linked(line, input.parent.map(Open::Transaction))
}

fn outputs(cx: &Context, transaction: &TransactionDetail, cells: usize) -> Vec<Row> {
    let mut lines = vec![counted(cx, transaction.row.outputs, "output").into()];
    for output in &transaction.outputs {
        lines.push(output_row(cx, output, cells));
    }
    lines.extend(rows(rest(cx, transaction.row.outputs, transaction.outputs.len())));
    lines
}

/// A row for an output, linked to the mempool transaction that spends it.
fn output_row(cx: &Context, output: &OutputRow, cells: usize) -> Row {
    let left = format!(
        "{} {} ",
        text::left(output.kind.name(), 9),
        text::right(&cx.value(output.value, usize::MAX), 15)
    );
    let spent = if output.spender.is_some() { " spent" } else { "" };
    let room = cells.saturating_sub(text::width(&left) + spent.len());
    let line = Line::from(vec![
        Span::styled(left, cx.theme.muted()),
        Span::raw(text::cut_middle(&output.text, room)),
        Span::styled(spent, cx.theme.muted()),
    ]);
    Row::linked(line, output.spender.map(Open::Transaction))
}

/// The number of inputs or outputs that are not listed.
fn rest(cx: &Context, count: u32, listed: usize) -> Option<Line<'static>> {
    let missing = u64::from(count).saturating_sub(u64::try_from(listed).unwrap_or(u64::MAX));
    (missing > 0).then(|| Line::styled(format!("and {} more", format::grouped(missing)), cx.theme.muted()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Bounds;

    #[test]
    fn the_netgroups_that_bound_a_rate_by_order_are_counted() {
        let bounds = Bounds { low: Some(3.0), high: Some(4.0), netgroups: 4, ..Bounds::default() };
        let shown = fee_rate(FeeRate::Open(bounds));
        assert_eq!(shown, "3.0–4.0 sat/vB (by the order of announcements, by at least 4 netgroups)");
        let shown = fee_rate(FeeRate::Open(Bounds { by_one_peer: true, netgroups: 1, ..bounds }));
        assert_eq!(shown, "3.0–4.0 sat/vB (by the order of announcements, by one netgroup)");
    }
}
