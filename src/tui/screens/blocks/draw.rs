//! The last blocks as columns, the newest to the left, and a summary of the selected one.
//!
//! ```text
//! ╭ Blocks  last 12 ──────────────────────────────────────────╮
//! │ ┏━ 923,114 ━━━━┓ ╭─ 923,113 ────╮ ╭─ 923,112 ────╮        │
//! │ ┃ 3 min ago    ┃ │ 12 min ago   │ │ 31 min ago   │        │
//! │ ┃ 2,915 tx     ┃ │ 3,120 tx     │ │ 2,210 tx     │        │
//! │ ┃ 12.4 sat/vB  ┃ │ 9.1 sat/vB   │ │ 8.8 sat/vB   │        │
//! │ ┗━━━━━━━━━━━━━━┛ ╰──────────────╯ ╰──────────────╯        │
//! ╰───────────────────────────────────────────────────────────╯
//! ```

use crate::snapshot::{BlockFigures, BlockRow};
use crate::tui::context::Context;
use crate::tui::widgets::panel::panel;
use crate::tui::widgets::{format, text};
use crate::tui::wording::block::announced;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph};
use std::time::Duration;

/// The width of a column, borders included.
const COLUMN: u16 = 18;

/// The height of a column, borders included.
const ROWS: u16 = 11;

/// Draws `blocks` and what the one at index `selected` is about.
pub fn draw(frame: &mut Frame, cx: &Context, blocks: &[BlockRow], selected: usize) {
    let area = cx.area;
    let title = match blocks.len() {
        0 => " Blocks ".to_owned(),
        1 => " Blocks  last one ".to_owned(),
        count => format!(" Blocks  last {} ", format::count(count)),
    };
    let frame_of_all = panel(cx.theme, title, true);
    let inner = frame_of_all.inner(area);
    frame.render_widget(frame_of_all, area);
    if blocks.is_empty() {
        let text = " no block since startup; on average one is found every 10 min";
        let line = Line::styled(text::cut(text, usize::from(inner.width)), cx.theme.muted());
        return frame.render_widget(Paragraph::new(line), inner);
    }
    let fits = usize::from(inner.width / COLUMN).max(1);
    // The selected block is always visible.
    let first = selected.saturating_sub(fits - 1);
    let [row, below] =
        Layout::vertical([Constraint::Length(ROWS.min(inner.height)), Constraint::Fill(1)]).areas(inner);
    for (index, block) in blocks.iter().enumerate().skip(first).take(fits) {
        let x = row.x + u16::try_from(index - first).unwrap_or_default() * COLUMN;
        let width = COLUMN.min(row.right() - x);
        column(frame, Rect { x, width, ..row }, cx, block, index == selected);
    }
    if let Some(block) = blocks.get(selected) {
        let lines = summary(cx, block, usize::from(below.width));
        frame.render_widget(Paragraph::new(lines), below);
    }
}

fn column(frame: &mut Frame, area: Rect, cx: &Context, block: &BlockRow, selected: bool) {
    let theme = cx.theme;
    let figures = &block.figures;
    let cells = usize::from(area.width.saturating_sub(4));
    let border = Block::bordered()
        .border_type(if selected { BorderType::Thick } else { BorderType::Rounded })
        .border_style(theme.border(selected))
        .title(format!(" {} ", format::grouped(figures.height.into())));
    let inner = border.inner(area);
    frame.render_widget(border, area);
    let seen = figures.share_seen().map(|share| format!("{} seen", format::share(share)));
    let fees = figures.fees.map(|fees| format!("{} BTC", format::btc_short(fees)));
    let rate = figures.fee_rate().map(|rate| format!("{} sat/vB", format::fee_rate(rate)));
    let texts = [
        format!("{} ago", format::span(age(cx, figures))),
        format!("{} tx", format::grouped(figures.transactions as u64)),
        rate.unwrap_or_else(|| "? sat/vB".to_owned()),
        fees.unwrap_or_else(|| "? BTC".to_owned()),
        format!("{:>3.0} % full", figures.fill() * 100.0),
        fill(figures.fill(), cells),
        seen.unwrap_or_else(|| "coinbase only".to_owned()),
        figures.tag.clone(),
    ];
    let mut lines: Vec<Line> =
        texts.into_iter().map(|text| Line::raw(format!(" {}", text::cut(&text, cells)))).collect();
    if figures.stale {
        lines.insert(0, Line::styled(" STALE", theme.bad()));
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

/// The summary of the selected block.
fn summary(cx: &Context, block: &BlockRow, cells: usize) -> Vec<Line<'static>> {
    let theme = cx.theme;
    let figures = &block.figures;
    let mut lines = vec![Line::styled(format!(" {}", figures.hash), theme.title(false))];
    if let Some(spread) = &block.spread {
        lines.push(Line::raw(format!(" {}", announced(spread))));
    }
    let unseen = figures.transactions.saturating_sub(1 + figures.seen);
    let counted = [
        (unseen, "not seen before"),
        (figures.expected, "expected but left out"),
        (figures.conflicted, "removed as conflicts"),
    ];
    let parts: Vec<_> = counted.iter().map(|(count, what)| format!("{count} {what}")).collect();
    lines.push(Line::raw(format!(" {}", parts.join(" · "))));
    lines.push(Line::from(vec![Span::styled(" Enter: details", theme.muted())]));
    let wrap = |line: Line<'static>| {
        let style = line.style;
        text::wrap(&line.to_string(), cells).into_iter().map(move |part| Line::styled(part, style))
    };
    lines.into_iter().flat_map(wrap).collect()
}

/// A bar that is filled to `share`.
fn fill(share: f32, cells: usize) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a few cells"
    )]
    let full = ((share * cells as f32).round() as usize).min(cells);
    format!("{}{}", "█".repeat(full), "░".repeat(cells - full))
}

/// The time since the block arrived.
fn age(cx: &Context, figures: &BlockFigures) -> Duration {
    cx.snapshot.time.since(figures.arrived) + cx.drift
}
