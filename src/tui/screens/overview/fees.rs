//! The fee ladder: the fee rates for confirmation within some blocks, and the floor below which nothing is
//! relayed.
//!
//! ```text
//! ╭ Fees  sat/vB ─────────────────────╮
//! │ next block   12.1 ███████████████ │
//! │ 3 blocks      8.0 █████████       │
//! │ 6 blocks     ≥2.7 ███             │
//! │ floor         1.0 █               │
//! ╰───────────────────────────────────╯
//! ```

use crate::snapshot::{Estimate, Target};
use crate::tui::context::Context;
use crate::tui::widgets::panel::{indented, panel, title};
use crate::tui::widgets::{chart, format, text};
use crate::tui::wording::estimate;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// The widths of a rung's name and its rate, in cells.
const NAME: usize = 10;
const RATE: usize = 7;

/// Draws the rungs, the most expensive one on top.
pub fn draw(frame: &mut Frame, area: Rect, cx: &Context, focused: bool) {
    if area.height < 3 {
        return;
    }
    let estimates = &cx.snapshot.estimates;
    let rung = |target: &Target| {
        let rate = target.estimate.map(Estimate::rate);
        (estimate::target(target.within), estimate::rate(target.estimate), rate)
    };
    let floor = ("floor".to_owned(), format::fee_rate(estimates.minimum), Some(estimates.minimum));
    let rungs: Vec<_> = estimates.targets.iter().map(rung).chain([floor]).collect();
    let block = panel(cx.theme, title(cx.theme, "Fees", "sat/vB", focused), focused);
    let room = usize::from(block.inner(area).width).saturating_sub(NAME + RATE + 3);
    // The floor alone makes no ladder.
    let has_bars = estimates.targets.iter().any(|target| target.estimate.is_some());
    let top = rungs.iter().filter_map(|(.., rate)| rate.filter(|_| has_bars)).fold(0.0, f64::max);
    let line = |(name, text, rate): (String, String, Option<f64>)| {
        let style = rate.map_or(cx.theme.muted(), |rate| cx.theme.fee_rate(rate));
        #[expect(clippy::cast_possible_truncation, reason = "the length of a bar")]
        let bar = chart::length(rate.unwrap_or_default() as f32, top as f32, room);
        indented(Line::from(vec![
            Span::styled(text::left(&name, NAME), cx.theme.muted()),
            Span::styled(text::right(&text, RATE), style),
            Span::raw(" "),
            Span::styled("█".repeat(bar), style),
        ]))
    };
    let lines: Vec<Line> = rungs.into_iter().map(line).collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}
