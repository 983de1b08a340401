//! The details of a block.

use super::document::{Document, Row, facts, heading, rows};
use crate::snapshot::{BlockArrival, BlockDetail, BlockFigures, Mismatches, Open, Unseen};
use crate::tui::context::Context;
use crate::tui::widgets::{clock, format, text};
use crate::tui::wording;
use crate::tui::wording::block::delays;
use crate::tui::wording::peer::address;
use crate::util::time::Timestamp;
use ratatui::text::{Line, Span};

/// Describes a block in two parts with lines of these widths.
pub fn document(cx: &Context, block: &BlockDetail, [left, right]: [usize; 2]) -> Document {
    let figures = &*block.figures;
    let mut first = identity(cx, block, left);
    first.extend(fees(cx, figures, left));
    let mut second: Vec<Row> = Vec::new();
    if let Some(arrival) = &figures.arrival {
        first.push(Line::default());
        first.extend(way(cx, block, arrival, left));
        second.extend(rows(compared(cx, figures, arrival, right)));
        second.push(Line::default().into());
        second.extend(mismatches(cx, "expected but left out", &arrival.missing, right));
        second.push(Line::default().into());
        second.extend(mismatches(cx, "included unexpectedly", &arrival.unexpected, right));
        second.push(Line::default().into());
        second.extend(rows(unseen(cx, figures, arrival, right)));
    } else {
        let why = "From before startup: the mempool of that time is not known.";
        let lines = text::wrap(why, right).into_iter().map(|line| Line::styled(line, cx.theme.muted()));
        second.extend(rows(lines));
    }
    Document {
        title: format!("Block {}", format::grouped(figures.height.into())),
        first: rows(first).collect(),
        second,
        ..Document::default()
    }
}

fn identity(cx: &Context, block: &BlockDetail, cells: usize) -> Vec<Line<'static>> {
    let figures = &*block.figures;
    let mut lines = Vec::new();
    let mut add = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    if figures.stale {
        add("stale", "disconnected by a reorg".to_owned());
    }
    add("hash", figures.hash.to_string());
    let time = Timestamp::from_secs(figures.time.into());
    let ago = format::span(cx.wall(cx.now()).since(time));
    add("time", format!("{}, ≈{ago} ago", clock::date_time(time, cx.zone)));
    if let Some(interval) = block.interval {
        add("interval", wording::block::interval(interval));
    }
    add("pool", figures.pool.unwrap_or(format::UNKNOWN).to_owned());
    add("tag", if figures.tag.is_empty() { "none".to_owned() } else { figures.tag.clone() });
    add("tx", format::grouped(figures.transactions as u64));
    add("size", format!("{} B", format::grouped(figures.size.into())));
    let full = figures.fill() * 100.0;
    add("weight", format!("{} WU, {full:.1} % full", format::grouped(figures.weight)));
    lines
}

fn fees(cx: &Context, figures: &BlockFigures, cells: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut add = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    add("subsidy", cx.amount(figures.subsidy));
    add("fees", format::known(figures.fees.map(|fees| cx.amount(fees))));
    let average = figures.fee_rate().map(|rate| format!("{} sat/vB", format::fee_rate(rate)));
    add("fee rate", format::known(average.map(|rate| format!("{rate} on average"))));
    let Some(arrival) = &figures.arrival else { return lines };
    let others = figures.transactions.saturating_sub(1);
    let rates = arrival.fee_rates.map(|rates| rates.map(format::fee_rate));
    let rates = rates.map(|[low, median, high]| {
        let [known, others] = [arrival.fees_known, others].map(format::count);
        format!("{low} – {median} – {high} sat/vB (min, median, max of {known} known of {others})")
    });
    add("rates", rates.unwrap_or_else(|| "? (no fee is known)".to_owned()));
    lines
}

fn way(cx: &Context, block: &BlockDetail, arrival: &BlockArrival, cells: usize) -> Vec<Line<'static>> {
    let mut lines = vec![heading(cx, "Arrival")];
    let mut add = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    let after = arrival.after.map(|after| format!(", {} after its announcement", format::millis(after)));
    let complete = clock::date_time(cx.wall(arrival.at), cx.zone);
    let ago = format::span(cx.now().since(arrival.at));
    add("complete", format!("{complete}, {ago} ago{}", after.unwrap_or_default()));
    add("from", address(block.delivered_by.as_ref()));
    if let Some(first) = &block.first_announced_by {
        add("first by", first.to_string());
    }
    if let Some(spread) = &block.spread {
        let of = block.announcers.max(spread.peers);
        add("announced", format!("by {} of {}", spread.peers, format::plural(of as u64, "peer")));
        if spread.peers > 1 {
            add("spread", delays(spread));
        }
    }
    lines
}

fn compared(
    cx: &Context,
    figures: &BlockFigures,
    arrival: &BlockArrival,
    cells: usize,
) -> Vec<Line<'static>> {
    let mut lines = vec![heading(cx, "Compared with the mempool before")];
    let mut add = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    if let Some(empty) = wording::block::empty(figures) {
        add("empty", empty);
    }
    add(
        "match",
        format::known(figures.match_share().map(|share| format!("{} by size", format::share(share)))),
    );
    let seen = [figures.share_seen(), figures.share_seen_by_weight()];
    let seen = seen.map(|share| format::known(share.map(format::share)));
    add("seen", format!("{} by count, {} by weight", seen[0], seen[1]));
    add("waited", format::known(arrival.median_wait.map(|wait| format!("{} (median)", format::span(wait)))));
    add("conflicts", format!("{} removed", arrival.conflicted));
    let left = format!("{} tx, {}", format::grouped(arrival.left.count), format::vsize(arrival.left.vsize));
    add("left", format!("{left} in the mempool"));
    lines
}

fn unseen(cx: &Context, figures: &BlockFigures, arrival: &BlockArrival, cells: usize) -> Vec<Line<'static>> {
    let count = figures.unseen().unwrap_or_default();
    let mut lines = vec![heading(cx, format!("{} not seen before", format::count(count)))];
    for (txid, why) in &arrival.unseen {
        let why = match why {
            Unseen::NeverAnnounced => "never announced",
            Unseen::NotReceived => "announced, not received",
            Unseen::Conflicting => "conflict",
        };
        lines.push(listed(cx, &txid.to_string(), why, cells));
    }
    lines.extend(more(cx, count, arrival.unseen.len()));
    lines
}

/// Transactions that the block treats differently than expected, each with a link to its page.
fn mismatches(cx: &Context, what: &str, found: &Mismatches, cells: usize) -> Vec<Row> {
    let mut title = format!("{} {what}", format::count(found.count));
    if found.count > 0 {
        title = format!("{title}, {}", format::vsize(found.vsize));
    }
    let mut all = vec![heading(cx, title).into()];
    for one in &found.listed {
        let what = format!(
            "{} sat/vB, {} vB, waited {}",
            format::fee_rate(one.chunk_fee_rate),
            format::grouped(one.vsize.into()),
            format::span(one.waited)
        );
        let line = listed(cx, &one.txid.to_string(), &what, cells);
        all.push(Row::linked(line, Open::Transaction(one.key)));
    }
    all.extend(rows(more(cx, found.count, found.listed.len())));
    all
}

/// A line saying how many of `count` are not `listed`.
fn more(cx: &Context, count: usize, listed: usize) -> Option<Line<'static>> {
    let hidden = count.saturating_sub(listed);
    (hidden > 0).then(|| Line::styled(format!("and {} more", format::count(hidden)), cx.theme.muted()))
}

/// A line with a transaction and a remark.
fn listed(cx: &Context, txid: &str, what: &str, cells: usize) -> Line<'static> {
    let room = cells.saturating_sub(text::width(what) + 2).clamp(9, 64);
    Line::from(vec![
        Span::raw(text::left(&text::cut_middle(txid, room), room)),
        Span::styled(format!("  {what}"), cx.theme.muted()),
    ])
}
