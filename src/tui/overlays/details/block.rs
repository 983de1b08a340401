//! The details of a block.

use super::document::{Document, facts, heading, rows};
use crate::snapshot::{BlockDetail, BlockFigures, Unseen};
use crate::tui::context::Context;
use crate::tui::widgets::{clock, format, text};
use crate::tui::wording::block::delays;
use crate::tui::wording::peer::address;
use crate::util::time::Timestamp;
use ratatui::text::{Line, Span};

/// Describes a block in two parts whose lines have that many cells.
pub fn document(cx: &Context, block: &BlockDetail, [left, right]: [usize; 2]) -> Document {
    let figures = &*block.row.figures;
    let mut first = identity(cx, figures, left);
    first.extend(fees(cx, figures, left));
    first.push(Line::default());
    first.extend(arrival(cx, block, left));
    let mut second = seen(cx, figures, right);
    second.push(Line::default());
    second.extend(left_out(cx, figures, right));
    Document {
        title: format!("Block {}", format::grouped(figures.height.into())),
        first: rows(first).collect(),
        second: rows(second).collect(),
        ..Document::default()
    }
}

fn identity(cx: &Context, figures: &BlockFigures, cells: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut add = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    if figures.stale {
        add("stale", "disconnected by a reorg".to_owned());
    }
    add("hash", figures.hash.to_string());
    add("time", clock::date_time(Timestamp::from_secs(figures.time.into()), cx.zone));
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
    add("subsidy", format!("{} BTC", format::btc(figures.subsidy)));
    add("fees", format::known(figures.fees.map(|fees| format!("{} BTC", format::btc(fees)))));
    let average = figures.fee_rate().map(|rate| format!("{} sat/vB", format::fee_rate(rate)));
    add("fee rate", format::known(average.map(|rate| format!("{rate} on average"))));
    let others = figures.transactions.saturating_sub(1);
    let rates = figures.fee_rates.map(|rates| rates.map(format::fee_rate));
    let rates = rates.map(|[low, median, high]| {
        let [known, others] = [figures.fees_known, others].map(format::count);
        format!("{low} – {median} – {high} sat/vB (min, median, max of {known} known of {others})")
    });
    add("rates", rates.unwrap_or_else(|| "? (no fee is known)".to_owned()));
    lines
}

fn arrival(cx: &Context, block: &BlockDetail, cells: usize) -> Vec<Line<'static>> {
    let figures = &block.row.figures;
    let mut lines = vec![heading(cx, "Arrival")];
    let mut add = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    let after =
        figures.arrived_after.map(|after| format!(", {} after its announcement", format::millis(after)));
    let complete = clock::date_time(cx.wall(figures.arrived), cx.zone);
    add("complete", format!("{complete}{}", after.unwrap_or_default()));
    add("from", address(block.delivered_by.as_ref()));
    if let Some(first) = &block.first_announced_by {
        add("first by", first.to_string());
    }
    if let Some(spread) = &block.row.spread {
        let of = block.announcers.max(spread.peers);
        add("announced", format!("by {} of {}", spread.peers, format::plural(of as u64, "peer")));
        if spread.peers > 1 {
            add("spread", delays(spread));
        }
    }
    lines
}

fn seen(cx: &Context, figures: &BlockFigures, cells: usize) -> Vec<Line<'static>> {
    let mut lines = vec![heading(cx, "Seen before the block")];
    let mut add = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    add("by count", format::known(figures.share_seen().map(format::share)));
    add("by weight", format::known(figures.share_seen_by_weight().map(format::share)));
    add("waited", format::known(figures.median_wait.map(|wait| format!("{} (median)", format::span(wait)))));
    add("conflicts", format!("{} removed", figures.conflicted));
    let unseen = figures.transactions.saturating_sub(1 + figures.seen);
    if unseen > 0 {
        lines.push(Line::default());
        lines.push(heading(cx, format!("{} not seen before", format::grouped(unseen as u64))));
    }
    for (txid, why) in &figures.unseen {
        let why = match why {
            Unseen::NeverAnnounced => "never announced",
            Unseen::NotReceived => "announced, not received",
            Unseen::Conflicting => "conflict",
        };
        lines.push(listed(cx, &txid.to_string(), why, cells));
    }
    lines
}

fn left_out(cx: &Context, figures: &BlockFigures, cells: usize) -> Vec<Line<'static>> {
    let count = format::grouped(figures.expected as u64);
    let mut lines = vec![heading(cx, format!("{count} expected but left out"))];
    for missing in &figures.missing {
        let what = format!(
            "{} sat/vB, {} vB, waited {}",
            format::fee_rate(missing.chunk_fee_rate),
            format::grouped(missing.vsize.into()),
            format::span(missing.waited)
        );
        lines.push(listed(cx, &missing.txid.to_string(), &what, cells));
    }
    lines
}

/// A line with a transaction and a remark.
fn listed(cx: &Context, txid: &str, what: &str, cells: usize) -> Line<'static> {
    let room = cells.saturating_sub(text::width(what) + 2).clamp(9, 64);
    Line::from(vec![
        Span::raw(text::left(&text::cut_middle(txid, room), room)),
        Span::styled(format!("  {what}"), cx.theme.muted()),
    ])
}
