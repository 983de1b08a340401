//! The projected blocks: what miners would take next, as far as fees are known.
//!
//! ```text
//! ╭ Projected · by vB: exact 61 % · within 10 % 36 % · open 3 % ─╮
//! │ next block 8.1 · 3 blocks 2.7 · 6 blocks ≥1.0 sat/vB         │
//! │ minimum 1.0 · hit rate 81, 90, 97 % · 6 of 6 blocks full     │
//! │ 98.2 % of the last 6 blocks (vB) was here before             │
//! │ 99.1 % of a list of 14,105 is here; it lacks 241.0 kvB       │
//! │      min median    max  full exact  ≤10%  open     tx    BTC │
//! │ 1    8.1   12.4  310.0  100%   61%   36%    3%  2,911 0.0981 │
//! ╰──────────────────────────────────────────────────────────────╯
//! ```

use super::lines::lines;
use super::{completeness, estimates};
use crate::snapshot::{MempoolScreen, ProjectedBlock};
use crate::tui::context::Context;
use crate::tui::widgets::format;
use crate::tui::widgets::panel::indented;
use crate::tui::widgets::table::{self, Align, Cell, Column, column, exactly};
use crate::tui::wording;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

/// A block with its number, 1 for the next block.
type Row = (usize, ProjectedBlock);

const COLUMNS: [Column<Row>; 10] = [
    figure("", 1, 0, |(number, _), cx, _| Cell::new(number.to_string(), cx.theme.text())),
    figure("min", 6, 1, |(_, block), cx, _| rate(block, 0, cx)),
    figure("median", 6, 2, |(_, block), cx, _| rate(block, 1, cx)),
    figure("max", 6, 3, |(_, block), cx, _| rate(block, 2, cx)),
    figure("full", 5, 4, |(_, block), cx, _| percent(block.filled(), ProjectedBlock::ROOM, cx)),
    figure("exact", 5, 7, |(_, block), cx, _| percent(block.exact, block.filled(), cx)),
    figure("≤10%", 5, 8, |(_, block), cx, _| percent(block.within, block.filled(), cx)),
    figure("open", 5, 9, |(_, block), cx, _| percent(block.bounded + block.unknown, block.filled(), cx)),
    figure("tx", 6, 6, |(_, block), cx, _| Cell::new(format::brief(block.count), cx.theme.text())),
    figure("BTC", 11, 5, |(_, block), cx, width| {
        let sign = match (block.bounded + block.unknown, block.within) {
            (0, 0) => "",
            (0, _) => "≈",
            _ => "≥",
        };
        Cell::new(format!("{sign}{}", cx.value(block.fees, width - 1)), cx.theme.text())
    }),
];

/// How many projected blocks must keep their room below the lines above, if there are that many.
const MIN_BLOCKS: usize = 4;

/// Draws the blocks.
pub fn draw(frame: &mut Frame, area: Rect, cx: &Context, screen: &MempoolScreen, focused: bool) {
    let theme = cx.theme;
    let widths = table::fit(&COLUMNS, usize::from(area.width.saturating_sub(4)));
    let mut drawn = vec![Line::styled(estimates::line(&cx.snapshot.estimates), theme.strong())];
    let notes = [vec![estimates::basis(&cx.snapshot.estimates)], completeness::lines(cx.snapshot)].concat();
    let room = usize::from(area.height).saturating_sub(4 + screen.projected.len().min(MIN_BLOCKS));
    drawn.extend(notes.into_iter().take(room).map(|note| Line::styled(note, theme.muted())));
    drawn.push(cx.in_preferences(table::head(&COLUMNS, &widths, theme.muted())));
    let rows = (1..).zip(screen.projected.iter().copied());
    drawn.extend(rows.map(|row| table::row(&COLUMNS, &widths, &row, cx)));
    if screen.projected.is_empty() {
        let empty = wording::mempool::empty(cx.snapshot.totals.received);
        drawn.push(Line::styled(empty, theme.muted()));
    }
    let drawn = drawn.into_iter().map(indented).collect();
    // Transactions that a missing block confirms are still counted.
    let stale = cx
        .snapshot
        .missing_blocks
        .as_ref()
        .map(|missing| format!(" · stale: {}", format::blocks_missing(missing)));
    let stale = stale.unwrap_or_default();
    lines(frame, area, cx, &format!("Projected{stale}{}", basis(screen)), drawn, focused);
}

/// How far the fees behind the figures are known, by vB.
fn basis(screen: &MempoolScreen) -> String {
    let Some(shares) = screen.basis.shares() else { return String::new() };
    let [exact, within, open] = shares.map(|share| format!("{:.0} %", share * 100.0));
    format!(" · by vB: exact {exact} · within 10 % {within} · open {open}")
}

const fn figure(
    title: &'static str,
    cells: usize,
    rank: u8,
    cell: fn(&Row, &Context, usize) -> Cell,
) -> Column<Row> {
    column(title, Align::Right, exactly(cells), rank, cell)
}

fn rate(block: &ProjectedBlock, which: usize, cx: &Context) -> Cell {
    Cell::new(format::known(block.rates().map(|rates| format::fee_rate(rates[which]))), cx.theme.text())
}

fn percent(part: u64, whole: u64, cx: &Context) -> Cell {
    #[expect(clippy::cast_precision_loss, reason = "a share of a block")]
    let share = part as f32 / whole.max(1) as f32;
    Cell::new(format!("{:.0}%", share * 100.0), cx.theme.text())
}
