//! The page of the projected next block.

use crate::snapshot::{BlocksScreen, ProjectedBlock};
use crate::tui::context::Context;
use crate::tui::overlays::details::document::{Document, facts, heading, rows};
use crate::tui::widgets::format;
use ratatui::text::Line;

/// Describes the projected next block in two parts with lines of these widths.
pub fn document(cx: &Context, screen: &BlocksScreen, [left, right]: [usize; 2]) -> Document {
    let title = "Next block, projected".to_owned();
    let Some(next) = &screen.next else { return Document { title, ..Document::default() } };
    let first = rows(contents(cx, next, left)).collect();
    let second = rows(behind(cx, screen, next, right)).collect();
    Document { title, first, second, ..Document::default() }
}

/// Says that there is nothing to select.
pub fn none(cx: &Context) -> Document {
    let text = match cx.snapshot.backfill {
        Some(progress) => format!("{} of {} past blocks downloaded", progress.fetched, progress.requested),
        None => "past blocks are downloaded once peers are connected".to_owned(),
    };
    let first = vec![Line::styled(text, cx.theme.muted()).into()];
    Document { title: "Selected block".to_owned(), first, ..Document::default() }
}

fn contents(cx: &Context, next: &ProjectedBlock, cells: usize) -> Vec<Line<'static>> {
    let mut lines = vec![heading(cx, "What miners would take now")];
    let mut add = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    add("tx", format::grouped(next.count));
    let full = percent(next.filled(), ProjectedBlock::ROOM);
    add("size", format!("{}, {full} full", format::vsize(next.filled())));
    add("fees", fees(cx, next, cells));
    let rates = next.rates().map(|rates| rates.map(format::fee_rate));
    let rates =
        rates.map(|[low, median, high]| format!("{low} – {median} – {high} sat/vB (min, median, max)"));
    add("fee rates", rates.unwrap_or_else(|| "? (no rate is known)".to_owned()));
    let part = |vsize| percent(vsize, next.filled());
    let open = part(next.bounded + next.unknown);
    add("known", format!("{} exact, {} within 10 %, {open} open", part(next.exact), part(next.within)));
    lines
}

fn behind(cx: &Context, screen: &BlocksScreen, next: &ProjectedBlock, cells: usize) -> Vec<Line<'static>> {
    let mut lines = vec![heading(cx, "What stays behind")];
    let mut add = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    add("tx", format::grouped(screen.waiting.count.saturating_sub(next.count)));
    add("size", format::vsize(screen.waiting.vsize.saturating_sub(next.filled())));
    if let Some(mean) = screen.mean_interval {
        add("found", format!("every {} on average, however long the last one was ago", format::span(mean)));
    }
    lines
}

/// The fees of a projected block in `cells` cells: `0.10912233 BTC`; a lower bound if some are unknown.
pub fn fees(cx: &Context, block: &ProjectedBlock, cells: usize) -> String {
    let sign = match (block.bounded + block.unknown, block.within) {
        (0, 0) => "",
        (0, _) => "≈",
        _ => "≥",
    };
    format!("{sign}{}", cx.amount_in(block.fees, cells.saturating_sub(sign.chars().count())))
}

/// The range of known fee rates: `2.3–310 sat/vB`. From 100 sat/vB on, tenths are left out.
pub fn rates(block: &ProjectedBlock) -> String {
    let Some([low, _, high]) = block.rates() else { return "? sat/vB".to_owned() };
    let short = |rate: f64| if rate < 100.0 { format::fee_rate(rate) } else { format!("{rate:.0}") };
    format!("{}–{} sat/vB", short(low), short(high))
}

fn percent(part: u64, whole: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a share of a block")]
    let share = part as f32 / whole.max(1) as f32;
    format!("{:.0} %", share * 100.0)
}
