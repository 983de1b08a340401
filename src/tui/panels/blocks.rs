//! The Blocks screen: the last blocks as columns, the newest to the left.
//!
//! ```text
//! ╭ Blocks  the last 12 ─────────────────────────────────────╮
//! │ ┏━ 923,114 ━━━━┓ ╭─ 923,113 ────╮ ╭─ 923,112 ────╮        │
//! │ ┃ 3 m          ┃ │ 12 m         │ │ 31 m         │        │
//! │ ┃ 2,915 tx     ┃ │ 3,120 tx     │ │ 2,210 tx     │        │
//! │ ┃ 12.4 sat/vB  ┃ │ 9.1 sat/vB   │ │ 8.8 sat/vB   │        │
//! │ ┗━━━━━━━━━━━━━━┛ ╰──────────────╯ ╰──────────────╯        │
//! ╰───────────────────────────────────────────────────────────╯
//! ```

use super::super::app::App;
use super::super::{format, text};
use super::panel;
use crate::snapshot::{BlockFigures, BlockRow, Spread};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Paragraph};
use std::time::Duration;

/// The width of a column, borders included.
const COLUMN: u16 = 18;

/// The height of a column, borders included.
const ROWS: u16 = 11;

/// Draws the screen.
pub fn render(frame: &mut Frame, area: Rect, app: &App) {
    let blocks: &[BlockRow] = app.snapshot().blocks_screen.as_ref().map_or(&[], |screen| &screen.blocks);
    let title = match blocks.len() {
        0 => " Blocks ".to_owned(),
        1 => " Blocks  the last one ".to_owned(),
        count => format!(" Blocks  the last {} ", format::count(count)),
    };
    let frame_of_all = panel(app, Line::from(title), true);
    let inner = frame_of_all.inner(area);
    frame.render_widget(frame_of_all, area);
    if blocks.is_empty() {
        let text = "No block has been found since the start. On average one takes 10 minutes.";
        let line = Line::styled(text::cut(text, usize::from(inner.width)), app.theme().muted());
        return frame.render_widget(Paragraph::new(line), inner);
    }
    let fits = usize::from(inner.width / COLUMN).max(1);
    let selected = app.block_position().unwrap_or(0);
    // The selected one is always in view.
    let first = selected.saturating_sub(fits - 1);
    let [row, below] =
        Layout::vertical([Constraint::Length(ROWS.min(inner.height)), Constraint::Fill(1)]).areas(inner);
    for (index, block) in blocks.iter().enumerate().skip(first).take(fits) {
        let x = row.x + u16::try_from(index - first).unwrap_or_default() * COLUMN;
        let width = COLUMN.min(row.right() - x);
        column(frame, Rect { x, width, ..row }, app, block, index == selected);
    }
    if let Some(block) = blocks.get(selected) {
        let lines = summary(app, block, usize::from(below.width));
        frame.render_widget(Paragraph::new(lines), below);
    }
}

fn column(frame: &mut Frame, area: Rect, app: &App, block: &BlockRow, selected: bool) {
    let theme = app.theme();
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
        format!("{} ago", format::span(age(app, figures))),
        format!("{} tx", format::grouped(figures.transactions as u64)),
        rate.unwrap_or_else(|| "? sat/vB".to_owned()),
        fees.unwrap_or_else(|| "? BTC".to_owned()),
        format!("{:>3.0} % full", figures.fill() * 100.0),
        fill(figures.fill(), cells),
        seen.unwrap_or_else(|| "no other tx".to_owned()),
        figures.tag.clone(),
    ];
    let mut lines: Vec<Line> =
        texts.into_iter().map(|text| Line::raw(format!(" {}", text::cut(&text, cells)))).collect();
    if figures.stale {
        lines.insert(0, Line::styled(" STALE", theme.bad()));
    }
    frame.render_widget(Paragraph::new(lines), inner);
}

/// What the selected block is about, below the columns.
fn summary(app: &App, block: &BlockRow, cells: usize) -> Vec<Line<'static>> {
    let theme = app.theme();
    let figures = &block.figures;
    let mut lines = vec![Line::styled(format!(" {}", figures.hash), theme.title(false))];
    if let Some(spread) = &block.spread {
        lines.push(Line::raw(format!(" {}", announced(spread))));
    }
    let unseen = figures.transactions.saturating_sub(1 + figures.seen);
    let counted = [
        (unseen, "not seen before"),
        (figures.expected, "expected and left out"),
        (figures.conflicted, "dropped as conflicting"),
    ];
    let parts: Vec<_> = counted.iter().map(|(count, what)| format!("{count} {what}")).collect();
    lines.push(Line::raw(format!(" {}", parts.join(", "))));
    lines.push(Line::from(vec![Span::styled(" Enter: all about it", theme.muted())]));
    let wrap = |line: Line<'static>| {
        let style = line.style;
        text::wrap(&line.to_string(), cells).into_iter().map(move |part| Line::styled(part, style))
    };
    lines.into_iter().flat_map(wrap).collect()
}

fn announced(spread: &Spread) -> String {
    let by = format!("announced by {}", format::plural(spread.peers as u64, "peer"));
    if spread.peers > 1 { format!("{by}, {}", delays(spread)) } else { by }
}

/// How long a block took from its first announcer to the others.
pub fn delays(spread: &Spread) -> String {
    let [half, last] = [spread.half, spread.last].map(format::millis);
    format!("half of them within {half}, the last after {last}")
}

/// A bar of so many cells.
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

/// How long ago it was here.
fn age(app: &App, figures: &BlockFigures) -> Duration {
    app.snapshot().time.since(figures.arrived) + app.drift()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::PeerId;
    use crate::util::time::Timestamp;

    #[test]
    fn delays_are_told_if_there_are_any() {
        let [half, last] = [310, 4_886].map(Duration::from_millis);
        let spread = Spread { first: Timestamp::from_secs(1), first_peer: PeerId(1), peers: 7, half, last };
        let text = "announced by 7 peers, half of them within 310 ms, the last after 4,886 ms";
        assert_eq!(announced(&spread), text);
        assert_eq!(announced(&Spread { peers: 1, ..spread }), "announced by 1 peer");
    }
}
