//! A block in detail.

use super::document::{Document, facts, heading};
use super::removed::FORGOTTEN_PEER;
use crate::snapshot::{BlockDetail, BlockFigures, Unseen};
use crate::tui::context::Context;
use crate::tui::widgets::{clock, format, text};
use crate::tui::wording::block::delays;
use crate::util::time::Timestamp;
use ratatui::text::{Line, Span};

/// What is to be told of a block, in lines of `cells` cells.
pub fn document(cx: &Context, block: &BlockDetail, cells: usize) -> Document {
    let figures = &*block.row.figures;
    let mut first = identity(cx, figures, cells);
    first.extend(fees(cx, figures, cells));
    first.push(Line::default());
    first.extend(arrival(cx, block, cells));
    let mut second = seen(cx, figures, cells);
    second.push(Line::default());
    second.extend(left_out(cx, figures, cells));
    Document { title: format!("Block {}", format::grouped(figures.height.into())), first, second }
}

fn identity(cx: &Context, figures: &BlockFigures, cells: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut tell = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    if figures.stale {
        tell("stale", "a better chain has taken its place".to_owned());
    }
    tell("hash", figures.hash.to_string());
    tell("time", clock::date_time(Timestamp::from_secs(figures.time.into()), cx.zone));
    tell("tag", if figures.tag.is_empty() { "none".to_owned() } else { figures.tag.clone() });
    tell("tx", format::grouped(figures.transactions as u64));
    tell("size", format!("{} B", format::grouped(figures.size.into())));
    let full = figures.fill() * 100.0;
    tell("weight", format!("{} WU, {full:.1} % full", format::grouped(figures.weight)));
    lines
}

fn fees(cx: &Context, figures: &BlockFigures, cells: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut tell = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    tell("subsidy", format!("{} BTC", format::btc(figures.subsidy)));
    tell("fees", format::known(figures.fees.map(|fees| format!("{} BTC", format::btc(fees)))));
    let average = figures.fee_rate().map(|rate| format!("{} sat/vB", format::fee_rate(rate)));
    tell("average", format::known(average));
    let others = figures.transactions.saturating_sub(1);
    let rates = figures.fee_rates.map(|rates| rates.map(format::fee_rate));
    let rates = rates.map(|[low, median, high]| {
        let [known, others] = [figures.fees_known, others].map(format::count);
        format!("{low} – {median} – {high} sat/vB (lowest, median, highest of the {known} of {others} known)")
    });
    tell("rates", rates.unwrap_or_else(|| "? (no transaction's fee was known)".to_owned()));
    lines
}

fn arrival(cx: &Context, block: &BlockDetail, cells: usize) -> Vec<Line<'static>> {
    let figures = &block.row.figures;
    let mut lines = vec![heading(cx, "Arrival")];
    let mut tell = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    let after =
        figures.arrived_after.map(|after| format!(", {} after it was announced", format::millis(after)));
    let complete = clock::date_time(figures.arrived, cx.zone);
    tell("complete", format!("{complete}{}", after.unwrap_or_default()));
    tell("from", block.delivered_by.clone().unwrap_or_else(|| FORGOTTEN_PEER.to_owned()));
    if let Some(first) = &block.first_announced_by {
        tell("first", first.clone());
    }
    if let Some(spread) = &block.row.spread {
        let of = block.announcers.max(spread.peers);
        tell("announced", format!("by {} of {}", spread.peers, format::plural(of as u64, "peer")));
        if spread.peers > 1 {
            tell("spread", delays(spread));
        }
    }
    lines
}

fn seen(cx: &Context, figures: &BlockFigures, cells: usize) -> Vec<Line<'static>> {
    let mut lines = vec![heading(cx, "Seen before")];
    let mut tell = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    tell("by count", format::known(figures.share_seen().map(format::share)));
    tell("by weight", format::known(figures.share_seen_by_weight().map(format::share)));
    tell("waited", format::known(figures.median_wait.map(|wait| format!("{} (median)", format::span(wait)))));
    tell("conflicts", format!("{} dropped", figures.conflicted));
    let unseen = figures.transactions.saturating_sub(1 + figures.seen);
    if unseen > 0 {
        lines.push(Line::default());
        lines.push(heading(cx, format!("{} not seen before", format::grouped(unseen as u64))));
    }
    for (txid, why) in &figures.unseen {
        let why = match why {
            Unseen::NeverAnnounced => "never announced",
            Unseen::NotReceived => "had not come",
            Unseen::Conflicting => "conflicting",
        };
        lines.push(listed(cx, &txid.to_string(), why, cells));
    }
    lines
}

fn left_out(cx: &Context, figures: &BlockFigures, cells: usize) -> Vec<Line<'static>> {
    let count = format::grouped(figures.expected as u64);
    let mut lines = vec![heading(cx, format!("{count} expected and left out"))];
    for missing in &figures.missing {
        let what = format!(
            "{} sat/vB, {} vB, known for {}",
            format::fee_rate(missing.chunk_fee_rate),
            format::grouped(missing.vsize.into()),
            format::span(missing.waited)
        );
        lines.push(listed(cx, &missing.txid.to_string(), &what, cells));
    }
    lines
}

/// A transaction, and what is to be said of it.
fn listed(cx: &Context, txid: &str, what: &str, cells: usize) -> Line<'static> {
    let room = cells.saturating_sub(text::width(what) + 2).clamp(9, 64);
    Line::from(vec![
        Span::raw(text::left(&text::cut_middle(txid, room), room)),
        Span::styled(format!("  {what}"), cx.theme.muted()),
    ])
}
