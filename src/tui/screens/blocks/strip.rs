//! The blocks as columns, the projected next block to the left and the newest beside it.

use super::at::At;
use crate::snapshot::{BlockDetail, BlockFigures, BlocksScreen, Interval, ProjectedBlock};
use crate::tui::context::Context;
use crate::tui::widgets::panel::{self, panel};
use crate::tui::widgets::{chart, format, text};
use crate::tui::wording;
use crate::util::time::Timestamp;
use ratatui::Frame;
use ratatui::layout::{Margin, Position, Rect};
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Block, BorderType, Paragraph};

/// The width of a column, including borders.
const COLUMN: u16 = 19;

/// Draws the blocks of `strip`, keeping the one at index `selected` visible.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    screen: &BlocksScreen,
    (strip, selected): (&[At], usize),
    filter: Option<&str>,
    focused: bool,
) {
    let figures = match (filter, screen.known) {
        (Some(filter), known) => {
            format!("{} of {}{filter}", format::count(screen.blocks.len()), format::count(known))
        }
        (None, 0) => "none yet".to_owned(),
        (None, 1) => "last one".to_owned(),
        (None, count) => format!("last {}", format::count(count)),
    };
    let title = panel::title(cx.theme, "Blocks", &figures, focused);
    let outer = panel(cx.theme, title, focused);
    let inner = outer.inner(area);
    frame.render_widget(outer, area);
    if screen.blocks.is_empty() {
        let room = Rect { height: inner.height.min(1), ..inner };
        let line = Line::styled(
            text::cut(&nothing(screen, filter.is_some()), usize::from(inner.width)),
            cx.theme.muted(),
        );
        let beside = if strip.is_empty() { room } else { beside(room) };
        frame.render_widget(Paragraph::new(line), beside);
    }
    for (index, area) in columns(area, strip.len(), selected) {
        let cells = usize::from(area.width.saturating_sub(4));
        let (title, lines) = match strip[index] {
            At::Next => next(cx, screen, cells),
            At::Block(block) => mined(cx, block, cells),
        };
        column(frame, area, cx, title, lines, index == selected);
    }
}

/// The visible ones of `count` columns, each with its index and its area in the panel at `area`.
fn columns(area: Rect, count: usize, selected: usize) -> impl Iterator<Item = (usize, Rect)> {
    let inner = area.inner(Margin::new(1, 1));
    let fits = usize::from(inner.width / COLUMN).max(1);
    let first = selected.saturating_sub(fits - 1);
    (first..count).zip(0..).take(fits).map(move |(index, number)| {
        let x = inner.x + number * COLUMN;
        (index, Rect { x, width: COLUMN.min(inner.right().saturating_sub(x)), ..inner })
    })
}

/// Returns the index of the column at `at`, for `count` columns in the panel at `area`.
pub fn column_at(area: Rect, count: usize, selected: usize, at: Position) -> Option<usize> {
    columns(area, count, selected).find(|(_, column)| column.contains(at)).map(|(index, _)| index)
}

/// The area beside the first column.
fn beside(room: Rect) -> Rect {
    let x = (room.x + COLUMN).min(room.right());
    Rect { x, width: room.right() - x, ..room }
}

/// The text when there are no blocks.
fn nothing(screen: &BlocksScreen, is_filtered: bool) -> String {
    if is_filtered {
        return " no block matches · Esc: all".to_owned();
    }
    let often =
        screen.mean_interval.map(|mean| format!("; one is found every {} on average", format::span(mean)));
    format!(" no block yet{}", often.unwrap_or_default())
}

fn column(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    title: String,
    lines: Vec<(String, Style)>,
    selected: bool,
) {
    let cells = usize::from(area.width.saturating_sub(4));
    let border = Block::bordered()
        .border_type(if selected { BorderType::Thick } else { BorderType::Rounded })
        .border_style(cx.theme.border(selected))
        .title(Line::styled(title, cx.theme.title(selected)));
    let inner = border.inner(area);
    frame.render_widget(border, area);
    let line = |(text, style): (String, Style)| Line::styled(format!(" {}", text::cut(&text, cells)), style);
    let lines: Vec<Line> = lines.into_iter().map(line).collect();
    frame.render_widget(Paragraph::new(lines), inner);
}

/// The projected next block. The most important figures come first, as short terminals cut off the rest.
fn next(cx: &Context, screen: &BlocksScreen, cells: usize) -> (String, Vec<(String, Style)>) {
    let theme = cx.theme;
    let title = match screen.next_height {
        Some(height) => format!(" next {} ", format::grouped(height.into())),
        None => " next ".to_owned(),
    };
    let Some(next) = &screen.next else { return (title, Vec::new()) };
    let mut lines = vec![
        ("projected".to_owned(), theme.muted()),
        (super::next::rates(next), theme.strong()),
        (format!("{} tx", format::grouped(next.count)), theme.text()),
        (super::next::fees(cx, next, cells), theme.text()),
    ];
    lines.extend(full(cx, filled(next), cells));
    lines.extend([
        (format!("{:>3.0} % exact", share(next.exact, next.filled()) * 100.0), theme.muted()),
        (format!("of {} tx", format::grouped(screen.waiting.count)), theme.muted()),
        (format!("   {}", format::vsize(screen.waiting.vsize)), theme.muted()),
    ]);
    (title, lines)
}

/// How full a block is, as a figure and as a bar that is empty at 0 %.
fn full(cx: &Context, share: f32, cells: usize) -> [(String, Style); 2] {
    let percent = (share * 100.0).round();
    let filled = if percent < 1.0 { 0.0 } else { share };
    [(format!("{percent:>3} % full"), cx.theme.text()), (chart::progress(filled, cells), cx.theme.chart())]
}

/// A block. The most important figures come first, as short terminals cut off the rest.
fn mined(cx: &Context, block: &BlockDetail, cells: usize) -> (String, Vec<(String, Style)>) {
    let theme = cx.theme;
    let figures = &*block.figures;
    // The mark is in the title, so that figures of all columns line up.
    let stale = if figures.stale { " STALE" } else { "" };
    let title = format!(" {}{stale} ", format::grouped(figures.height.into()));
    let unknown = || format::UNKNOWN.to_owned();
    let rate = figures.fee_rate().map_or_else(unknown, format::fee_rate);
    let fees = figures.fees.map_or_else(unknown, |fees| cx.amount_in(fees, cells));
    let mut lines = Vec::new();
    lines.push(match wording::block::miner(figures) {
        Some(miner) => (miner.to_owned(), theme.strong()),
        None => ("unknown miner".to_owned(), theme.muted()),
    });
    lines.push((age(cx, figures), theme.text()));
    lines.push(if figures.transactions <= 1 {
        ("EMPTY".to_owned(), theme.warning())
    } else {
        (format!("{} tx", format::grouped(figures.transactions as u64)), theme.text())
    });
    lines.push((fees, theme.text()));
    lines.push((format!("{rate} sat/vB"), theme.text()));
    lines.extend(full(cx, figures.fill(), cells));
    lines.push((format::bytes(figures.size.into()), theme.text()));
    if let Some(interval) = block.interval {
        lines.push((after(interval), theme.text()));
    }
    lines.extend(compared(cx, figures));
    (title, lines)
}

/// How a block compares with the mempool before it.
fn compared(cx: &Context, figures: &BlockFigures) -> Vec<(String, Style)> {
    let theme = cx.theme;
    let Some(arrival) = &figures.arrival else {
        return vec![("before startup".to_owned(), theme.muted())];
    };
    if figures.transactions <= 1 {
        let left = format!("{} tx waited", format::grouped(arrival.left.count));
        return if arrival.left.count > 0 { vec![(left, theme.warning())] } else { Vec::new() };
    }
    let share = |share: Option<f32>| format::known(share.map(format::share));
    vec![
        (format!("{} match", share(figures.match_share())), theme.text()),
        (format!("{} seen", share(figures.share_seen())), theme.text()),
        (format!("{} missing", format::count(arrival.missing.count)), theme.muted()),
        (format!("{} unexpected", format::count(arrival.unexpected.count)), theme.muted()),
    ]
}

/// The time since the previous block.
fn after(interval: Interval) -> String {
    match interval {
        Interval::Arrivals(span) => format!("after {}", format::span(span)),
        Interval::Headers(span) => format!("after ≈{}", format::span(span)),
    }
}

/// The time since the block arrived, or by its miner's clock if it was fetched later.
fn age(cx: &Context, figures: &BlockFigures) -> String {
    if let Some(at) = figures.announced_arrival() {
        return cx.ago(cx.now().since(at));
    }
    let mined = Timestamp::from_secs(figures.time.into());
    format!("≈{}", cx.ago(cx.wall(cx.now()).since(mined)))
}

/// The share of a projected block that is filled.
fn filled(block: &ProjectedBlock) -> f32 {
    share(block.filled(), ProjectedBlock::ROOM)
}

#[expect(clippy::cast_precision_loss, reason = "a share of a block")]
fn share(part: u64, whole: u64) -> f32 {
    part as f32 / whole.max(1) as f32
}
