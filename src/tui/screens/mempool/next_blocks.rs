//! The next blocks, as miners would fill them by what we know.
//!
//! ```text
//! ╭ Next blocks · 14,211 tx wait · exact 81.5 % of vB ───────╮
//! │ next 8.1 · within 3: 2.7 · within 6: 0.10 sat/vB         │
//! │      low median   high  full exact bound     tx      BTC │
//! │ 1    8.1   12.4  310.0  100%   90%   10%  2,911   0.0981 │
//! ╰──────────────────────────────────────────────────────────╯
//! ```

use super::lines::lines;
use crate::snapshot::{MempoolScreen, ProjectedBlock};
use crate::tui::context::Context;
use crate::tui::widgets::format;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// Draws the blocks.
pub fn draw(frame: &mut Frame, area: Rect, cx: &Context, screen: &MempoolScreen) {
    let theme = cx.theme;
    let mut drawn = vec![
        Line::styled(format!(" {}", estimates(screen)), theme.strong()),
        Line::styled("      low median   high  full exact bound     tx      BTC", theme.muted()),
    ];
    drawn.extend((1..).zip(&screen.projected).map(|(number, block)| Line::raw(projected(number, block))));
    if screen.projected.is_empty() {
        drawn.push(Line::styled(" nothing waits", theme.muted()));
    }
    let wait = format::grouped(screen.all.count);
    let coverage = screen
        .coverage
        .map_or_else(String::new, |coverage| format!(" · exact {} of vB", format::share(coverage.by_vsize)));
    lines(frame, area, cx, &format!("Next blocks · {wait} tx wait{coverage}"), drawn);
}

/// What it takes to be in one of them.
fn estimates(screen: &MempoolScreen) -> String {
    let told = screen.estimates.iter().filter_map(|&(within, rate)| {
        let rate = format::fee_rate(rate?);
        Some(if within == 1 { format!("next {rate}") } else { format!("within {within}: {rate}") })
    });
    let told: Vec<String> = told.collect();
    match screen.coverage {
        None => "? sat/vB".to_owned(),
        Some(_) if told.is_empty() => "? sat/vB: too little of the mempool is exact".to_owned(),
        Some(_) => format!("{} sat/vB", told.join(" · ")),
    }
}

fn projected(number: usize, block: &ProjectedBlock) -> String {
    let rates = block.rates.map(|rates| rates.map(format::fee_rate));
    let [low, median, high] = rates.unwrap_or_else(|| ["?"; 3].map(str::to_owned));
    let whole = block.vsize + block.bounded + block.unknown;
    let percent = |part: u64, whole: u64| {
        #[expect(clippy::cast_precision_loss, reason = "a share of a block")]
        let share = part as f32 / whole.max(1) as f32;
        share * 100.0
    };
    let full = percent(whole, ProjectedBlock::ROOM);
    let [exact, bounded] = [block.vsize, block.bounded].map(|part| percent(part, whole));
    let at_least = if block.vsize < whole { "≥" } else { "" };
    let fees = format!("{at_least}{}", format::btc_short(block.fees));
    format!(
        " {number} {low:>6} {median:>6} {high:>6} {full:>4.0}% {exact:>4.0}% {bounded:>4.0}% {:>6} {:>8}",
        format::brief(block.count),
        fees
    )
}
