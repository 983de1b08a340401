//! The Mempool screen: by fee rate, over time, as the next blocks, by kind.
//!
//! ```text
//! ╭ By fee rate · vMB ──────────────────╮╭ Next blocks ────────────────────╮
//! │   2 – 3   ███████████        1.20   ││  1   8.1 – 12.4 – 310 sat/vB    │
//! ╰─────────────────────────────────────╯╰─────────────────────────────────╯
//! ╭ Over time ──────────────────────────╮╭ Arriving per minute ────────────╮
//! │ 33344455                            ││ payment            212.0        │
//! ╰─────────────────────────────────────╯╰─────────────────────────────────╯
//! ```

use super::super::app::App;
use super::super::{format, text};
use super::panel;
use crate::snapshot::{Amount, BAND_STARTS, HistogramBar, MempoolScreen, ProjectedBlock};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// The cells of a bar's name, and of its amount.
const NAME: usize = 12;
const AMOUNT: usize = 9;

/// The marks of the bands, the lowest first: told apart without colour as well.
const MARKS: [&str; 9] = ["1", "2", "3", "4", "5", "6", "7", "8", "?"];

/// Draws the screen.
pub fn render(frame: &mut Frame, app: &App) {
    let parts = app.mempool_parts();
    let empty = MempoolScreen::default();
    let screen = app.snapshot().mempool_screen.as_deref().unwrap_or(&empty);
    histogram(frame, parts.histogram, app, screen);
    next_blocks(frame, parts.blocks, app, screen);
    over_time(frame, parts.history, app, screen);
    kinds(frame, parts.kinds, app, screen);
}

/// Draws a panel of lines.
fn lines(frame: &mut Frame, area: Rect, app: &App, title: &str, lines: Vec<Line<'static>>) {
    let block = panel(app, Line::from(format!(" {title} ")), false);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn histogram(frame: &mut Frame, area: Rect, app: &App, screen: &MempoolScreen) {
    let by_count = app.histogram_by_count();
    let size = |held: Amount| if by_count { held.count } else { held.vsize };
    let told = |held: Amount| if by_count { format::grouped(held.count) } else { format::vsize(held.vsize) };
    let cells = usize::from(area.width.saturating_sub(2));
    let room = cells.saturating_sub(NAME + AMOUNT + 1);
    let rows = usize::from(area.height.saturating_sub(2));
    let bars = fitting(&screen.bars, rows.saturating_sub(1));
    let most = bars.iter().map(|bar| size(bar.held)).chain([size(screen.uncertain)]).max().unwrap_or(0);
    let bar = |name: String, held: Amount, style: Style| {
        let filled = length(size(held), most, room);
        Line::from(vec![
            Span::raw(text::right(&name, NAME)),
            Span::raw(" "),
            Span::styled(text::left(&"█".repeat(filled), room), style),
            Span::raw(text::right(&told(held), AMOUNT)),
        ])
    };
    let theme = app.theme();
    let mut drawn: Vec<Line> = Vec::new();
    for one in bars {
        let name = match (one.from, one.to) {
            (from, None) => format!("≥ {from}"),
            (0.0, Some(to)) => format!("< {to}"),
            (from, Some(to)) => format!("{from} – {to}"),
        };
        drawn.push(bar(name, one.held, theme.chart()));
    }
    drawn.push(bar("not exact".to_owned(), screen.uncertain, theme.warning()));
    let what = if by_count { "transactions" } else { "vB" };
    let coverage = screen.coverage.map_or_else(String::new, |coverage| {
        let [count, vsize] = [coverage.by_count, coverage.by_vsize].map(format::share);
        format!(" · exact {count} of tx, {vsize} of vB")
    });
    lines(frame, area, app, &format!("sat/vB, by {what}{coverage}"), drawn);
}

fn next_blocks(frame: &mut Frame, area: Rect, app: &App, screen: &MempoolScreen) {
    let theme = app.theme();
    let estimate = |&(within, rate): &(usize, Option<f64>)| {
        let name = if within == 1 { "the next".to_owned() } else { within.to_string() };
        format!("{name} {}", format::known(rate.map(format::fee_rate)))
    };
    let estimates: Vec<_> = screen.estimates.iter().map(estimate).collect();
    let mut drawn = vec![
        Line::styled(format!(" within blocks: {} sat/vB", estimates.join(" · ")), theme.strong()),
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
    lines(frame, area, app, &format!("Next blocks · {wait} tx wait{coverage}"), drawn);
}

fn projected(number: usize, block: &ProjectedBlock) -> String {
    let rates = block.rates.map(|rates| rates.map(format::fee_rate));
    let [low, median, high] = rates.unwrap_or_else(|| ["?"; 3].map(str::to_owned));
    let whole = block.vsize + block.bounded + block.unknown;
    let share = |part: u64, whole: u64| {
        #[expect(clippy::cast_precision_loss, reason = "a share of a block")]
        let share = part as f32 / whole.max(1) as f32;
        share * 100.0
    };
    let full = share(whole, ProjectedBlock::ROOM);
    let [certain, bounded] = [block.vsize, block.bounded].map(|part| share(part, whole));
    format!(
        " {number} {low:>6} {median:>6} {high:>6} {full:>4.0}% {certain:>4.0}% {bounded:>4.0}% {:>6} {:>8}",
        format::brief(block.count),
        format::btc_short(block.fees)
    )
}

fn over_time(frame: &mut Frame, area: Rect, app: &App, screen: &MempoolScreen) {
    let theme = app.theme();
    let rows = usize::from(area.height.saturating_sub(3));
    let total = |sizes: &[f32; 9]| sizes.iter().sum::<f32>();
    let most = screen.history.iter().flatten().map(total).fold(0.0, f32::max);
    let column = |sizes: &Option<[f32; 9]>| -> Vec<Option<usize>> {
        let Some(sizes) = sizes else { return vec![None; rows] };
        (0..rows).map(|row| band_at(sizes, row, rows, most)).collect()
    };
    let columns: Vec<_> = screen.history.iter().map(column).collect();
    let mut drawn: Vec<Line> = (0..rows)
        .rev()
        .map(|row| {
            let cell = |column: &Vec<Option<usize>>| match column.get(row).copied().flatten() {
                Some(band) => Span::styled(MARKS[band.min(8)], theme.band(band)),
                None => Span::raw(" "),
            };
            Line::from(columns.iter().map(cell).collect::<Vec<_>>())
        })
        .collect();
    let starts = BAND_STARTS.iter().skip(1).zip(MARKS.iter().skip(1));
    let mut legend = vec![Span::styled("1", theme.band(0)), Span::raw("<1 ")];
    for (index, (start, mark)) in starts.enumerate() {
        legend.push(Span::styled(*mark, theme.band(index + 1)));
        legend.push(Span::raw(format!("≥{start} ")));
    }
    legend.push(Span::styled("?", theme.band(8)));
    legend.push(Span::raw(" not exact"));
    drawn.push(Line::from(legend));
    let hours =
        f64::from(screen.column_minutes) * f64::from(u32::try_from(columns.len()).unwrap_or(0)) / 60.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "vB are positive and whole")]
    let highest = format::vsize(most as u64);
    let title = if columns.is_empty() {
        "Over time · measured once a minute".to_owned()
    } else {
        format!("Over time · up to {highest} · {hours:.1} h")
    };
    lines(frame, area, app, &title, drawn);
}

/// The band that a column shows in a row, counted from below.
fn band_at(sizes: &[f32; 9], row: usize, rows: usize, most: f32) -> Option<usize> {
    #[expect(clippy::cast_precision_loss, reason = "a few rows")]
    let middle = (row as f32 + 0.5) / rows as f32 * most;
    let mut below = 0.0;
    sizes.iter().position(|size| {
        below += size;
        middle < below
    })
}

fn kinds(frame: &mut Frame, area: Rect, app: &App, screen: &MempoolScreen) {
    let theme = app.theme();
    let kind = |(name, rate): &(&'static str, f32)| Line::raw(format!(" {name:<24}{rate:>8.1}"));
    let mut drawn: Vec<Line> = screen.kinds.iter().map(kind).collect();
    if drawn.is_empty() {
        drawn.push(Line::styled(" nothing yet", theme.muted()));
    }
    drawn.push(Line::styled(
        format!(
            " outputs of {} past blocks known: {}",
            screen.coin_blocks,
            format::brief(screen.coins as u64)
        ),
        theme.muted(),
    ));
    lines(frame, area, app, "Arriving per minute, last 10 min", drawn);
}

/// The cells of a bar; something is at least one cell.
fn length(size: u64, most: u64, room: usize) -> usize {
    let cells = u128::from(size) * room as u128 / u128::from(most.max(1));
    usize::try_from(cells).unwrap_or(room).max(usize::from(size > 0)).min(room)
}

/// As many bars as there are rows: if there are more, the lowest ones become one.
fn fitting(bars: &[HistogramBar], rows: usize) -> Vec<HistogramBar> {
    let excess = if bars.len() > rows { bars.len() + 1 - rows.max(1) } else { 0 };
    let (low, high) = bars.split_at(excess.min(bars.len()));
    let one = |low: &[HistogramBar]| {
        let sum = |of: fn(&Amount) -> u64| low.iter().map(|bar| of(&bar.held)).sum();
        let held = Amount { count: sum(|held| held.count), vsize: sum(|held| held.vsize) };
        Some(HistogramBar { from: 0.0, to: low.last()?.to, held })
    };
    one(low).into_iter().chain(high.iter().copied()).collect()
}
