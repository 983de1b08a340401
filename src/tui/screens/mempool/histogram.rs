//! The mempool by chunk fee rate, the rate by which miners sort it.
//!
//! ```text
//! ╭ Chunk fee rate (sat/vB) by vB · 14,211 tx ────────────────╮
//! │   0.2 – 0.5 ████                                310.0 kvB │
//! │     0.5 – 3 ████████████████████████████████████ 5.12 MvB │
//! │        open ███████████████████████████          1.81 MvB │
//! ╰───────────────────────────────────────────────────────────╯
//! ```

use super::lines::lines;
use crate::snapshot::{Amount, HistogramBar, MempoolScreen};
use crate::tui::context::Context;
use crate::tui::widgets::{format, text};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The cells of a bar's label, and of its amount with a gap.
const NAME: usize = 12;
const AMOUNT: usize = 10;

/// Draws as many bars as there are rows.
pub fn draw(frame: &mut Frame, area: Rect, cx: &Context, screen: &MempoolScreen, by_count: bool) {
    let size = |amount: Amount| if by_count { amount.count } else { amount.vsize };
    let label =
        |amount: Amount| if by_count { format::grouped(amount.count) } else { format::vsize(amount.vsize) };
    let cells = usize::from(area.width.saturating_sub(2));
    let room = cells.saturating_sub(NAME + AMOUNT + 1);
    let rows = usize::from(area.height.saturating_sub(2));
    let bars = fitting(screen.bars.clone(), rows.saturating_sub(1), size);
    let most = bars.iter().map(|bar| size(bar.amount)).chain([size(screen.basis.open)]).max().unwrap_or(0);
    let bar = |name: &str, amount: Amount, style: Style| {
        let filled = length(size(amount), most, room);
        Line::from(vec![
            Span::raw(text::right(name, NAME)),
            Span::raw(" "),
            Span::styled(text::left(&"█".repeat(filled), room), style),
            Span::raw(text::right(&label(amount), AMOUNT)),
        ])
    };
    let theme = cx.theme;
    let mut drawn: Vec<Line> = bars.iter().map(|one| bar(&name(one), one.amount, theme.chart())).collect();
    drawn.push(bar("open", screen.basis.open, theme.warning()));
    let what = if by_count { "tx" } else { "vB" };
    let count = format::grouped(screen.all.count);
    lines(frame, area, cx, &format!("Chunk fee rate (sat/vB) by {what} · {count} tx"), drawn);
}

fn name(bar: &HistogramBar) -> String {
    match (bar.from, bar.to) {
        (from, None) => format!("≥ {from}"),
        (0.0, Some(to)) => format!("< {to}"),
        (from, Some(to)) => format!("{from} – {to}"),
    }
}

/// The cells of a bar. A size above 0 has at least one.
fn length(size: u64, most: u64, room: usize) -> usize {
    let cells = u128::from(size) * room as u128 / u128::from(most.max(1));
    usize::try_from(cells).unwrap_or(room).max(usize::from(size > 0)).min(room)
}

/// Merges bars until there are no more than `rows`: again and again the two neighbours that are smallest
/// together, of equal ones the upper. So the rates that matter most keep the finest steps.
fn fitting(mut bars: Vec<HistogramBar>, rows: usize, size: impl Fn(Amount) -> u64) -> Vec<HistogramBar> {
    while bars.len() > rows.max(1) {
        let pairs = (1..bars.len()).rev();
        let Some(upper) = pairs.min_by_key(|&upper| size(bars[upper - 1].amount) + size(bars[upper].amount))
        else {
            break;
        };
        let HistogramBar { to, amount, .. } = bars.remove(upper);
        let lower = &mut bars[upper - 1];
        lower.to = to;
        lower.amount =
            Amount { count: lower.amount.count + amount.count, vsize: lower.amount.vsize + amount.vsize };
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_bars_keep_the_finest_steps() {
        let starts = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
        let sizes = [500, 400, 10, 0, 0, 20];
        let bar = |(index, &vsize): (usize, &u64)| HistogramBar {
            from: starts[index],
            to: starts.get(index + 1).copied(),
            amount: Amount { count: 1, vsize },
        };
        let all: Vec<_> = sizes.iter().enumerate().map(bar).collect();
        let names = |rows| {
            let bars = fitting(all.clone(), rows, |amount| amount.vsize);
            assert_eq!(bars.iter().map(|bar| bar.amount.vsize).sum::<u64>(), 930);
            assert_eq!(bars.iter().map(|bar| bar.amount.count).sum::<u64>(), 6);
            bars.iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(names(4), ["< 1", "1 – 2", "2 – 5", "≥ 5"]);
        assert_eq!(names(3), ["< 1", "1 – 2", "≥ 2"]);
        assert_eq!(names(0), ["≥ 0"]);
        assert_eq!(names(9).len(), 6);
    }
}
