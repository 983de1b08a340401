//! The main figures, each in a box with its recent past.
//!
//! ```text
//! ╭ tx/s ────────────╮╭ mempool ─────────────╮╭ bandwidth ───────────╮
//! │ 6.8  ▂▃▅▆▅▇▆▅▃▂  ││ 14,211 tx   9.81 MvB ││ ↓ 38 kB/s  ↑ 1 kB/s  │
//! ╰──────────────────╯╰──────────────────────╯╰──────────────────────╯
//! ```
//!
//! Taller boxes show the past in a separate row; a single row has no boxes.

use crate::snapshot::{Completeness, ListComparison, Snapshot, Totals};
use crate::tui::context::Context;
use crate::tui::widgets::panel::panel;
use crate::tui::widgets::{chart, format, text};
use crate::tui::wording::estimate;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Rates are means over this many seconds, because single seconds vary too much.
const RATE_SPAN: usize = 10;

/// The widths of figures with their usual number of digits, in cells: `99.9`, `300,000`, `99.9 MvB`, `999
/// kB/s`, `999k`.
const TX_RATE: usize = 4;
const COUNT: usize = 7;
const VSIZE: usize = 9;
const BYTE_RATE: usize = 8;
const BRIEF_BYTE_RATE: usize = 4;

/// The number of figures that fit side by side even in 80 columns.
const MAIN: usize = 5;

/// A figure and its box.
struct Figure<'a> {
    name: &'static str,
    /// The smallest useful width of the box in cells, including borders.
    least: u16,
    /// The width from which the box shows everything that matters.
    width: u16,
    /// The figure as text, longest form first.
    texts: Vec<Text>,
    past: &'a [Option<f32>],
}

/// A figure as text.
struct Text {
    text: String,
    /// The width with the usual number of digits: one digit more or less must not change the figure's form or
    /// move its sparkline.
    cells: usize,
}

impl Text {
    fn new(text: String, cells: usize) -> Self {
        let cells = cells.max(text::width(&text));
        Self { text, cells }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::new(text, 0)
    }
}

/// Draws as many boxes as fit, most important first. The main ones shrink to make room.
pub fn draw(frame: &mut Frame, area: Rect, cx: &Context) {
    if area.height < 3 {
        return draw_line(frame, area, cx);
    }
    let figures = figures(cx.snapshot);
    let [least, wide] = [
        fitting(&figures, area.width, |figure| figure.least),
        fitting(&figures, area.width, |figure| figure.width),
    ];
    let least = &least[..least.len().min(MAIN)];
    let widths = if least.len() > wide.len() { least } else { &wide };
    let boxes = Layout::horizontal(widths.iter().copied().map(Constraint::Fill)).split(area);
    for (figure, area) in figures.iter().zip(boxes.iter()) {
        draw_box(frame, *area, cx, figure);
    }
}

/// Returns the widths of the leading boxes that fit into `cells` cells.
fn fitting(figures: &[Figure], cells: u16, width: impl Fn(&Figure) -> u16) -> Vec<u16> {
    let mut used = 0;
    let fits = |width: &u16| {
        used += width;
        used <= cells
    };
    figures.iter().map(width).take_while(fits).collect()
}

fn draw_box(frame: &mut Frame, area: Rect, cx: &Context, figure: &Figure) {
    let theme = cx.theme;
    let title = Line::styled(format!(" {} ", figure.name), theme.muted());
    let block = panel(cx.theme, title, false);
    let inner = block.inner(area);
    let cells = usize::from(inner.width).saturating_sub(2);
    let fits = figure.texts.iter().find(|text| text.cells <= cells);
    let (text, taken) = match fits.or(figure.texts.last()) {
        Some(text) => (text.text.as_str(), text.cells),
        None => ("", 0),
    };
    let past = |cells| Span::styled(chart::sparkline(figure.past, cells), theme.chart());
    let mut first = vec![Span::raw(" "), Span::styled(text.to_owned(), theme.strong())];
    let mut lines = Vec::new();
    if inner.height > 1 {
        lines.push(Line::from(first));
        lines.push(Line::from(vec![Span::raw(" "), past(cells)]));
    } else {
        let room = cells.saturating_sub(taken + 2);
        if room >= 4 {
            first.extend([Span::raw(" ".repeat(taken - text::width(text) + 2)), past(room)]);
        }
        lines.push(Line::from(first));
    }
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn draw_line(frame: &mut Frame, area: Rect, cx: &Context) {
    let theme = cx.theme;
    let totals = &cx.snapshot.totals;
    let mut spans = vec![Span::raw(" ")];
    let mut left = usize::from(area.width).saturating_sub(1);
    let figures = [
        format!("{} tx/s", tx_rate(cx.snapshot)),
        mempool(totals).swap_remove(1).text,
        bandwidth(cx.snapshot)[1].text.clone(),
        format!("next block {} sat/vB", next_block(cx.snapshot)),
    ];
    for figure in figures {
        let gap = if spans.len() > 1 { " · " } else { "" };
        let Some(rest) = left.checked_sub(text::width(&figure) + text::width(gap)) else { break };
        left = rest;
        spans.extend([Span::styled(gap, theme.muted()), Span::styled(figure, theme.strong())]);
    }
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}

fn figures(snapshot: &Snapshot) -> Vec<Figure<'_>> {
    let totals = &snapshot.totals;
    let floor = fee_floor(totals);
    let next = next_block(snapshot);
    let received = format::grouped(totals.received);
    let memory = format::bytes(totals.memory);
    let figure = |name, [least, width]: [u16; 2], texts, past| Figure { name, least, width, texts, past };
    let texts = |texts: Vec<String>| texts.into_iter().map(Text::from).collect();
    // Transactions that a missing block confirms are still counted.
    let mempool_name = if snapshot.missing_blocks.is_some() { "mempool: stale" } else { "mempool" };
    vec![
        figure("tx/s", [14, 18], vec![Text::new(tx_rate(snapshot), TX_RATE)], &snapshot.overview.tx_rate),
        figure(mempool_name, [20, 23], mempool(totals), &snapshot.overview.mempool_size),
        figure("complete", [12, 20], texts(complete(&snapshot.completeness)), &[]),
        figure("bandwidth", [19, 19], bandwidth(snapshot).into(), &snapshot.overview.download_rate),
        figure("next block", [15, 16], texts(vec![format!("{next} sat/vB"), next]), &[]),
        figure(
            "exact fees",
            [16, 16],
            texts(match totals.fee_coverage {
                Some(coverage) => {
                    let [tx, vsize] = [coverage.by_count, coverage.by_vsize].map(format::share);
                    vec![format!("{tx} of tx, {vsize} of vB"), format!("{tx} of tx"), tx]
                }
                None => vec![format::UNKNOWN.to_owned()],
            }),
            &[],
        ),
        figure("fee filters", [16, 21], texts(vec![format!("{floor} sat/vB"), floor]), &[]),
        figure(
            "received",
            [20, 20],
            texts(vec![
                format!("{received} tx  {}", format::bytes(totals.bytes_received)),
                format!("{received} tx"),
            ]),
            &[],
        ),
        figure(
            "memory",
            [20, 20],
            texts(vec![format!("{memory}  {} evicted", format::grouped(totals.evicted)), memory]),
            &[],
        ),
    ]
}

/// How complete the mempool is, by the last blocks and by a peer's list.
fn complete(completeness: &Completeness) -> Vec<String> {
    let seen = completeness.blocks;
    let blocks = seen.and_then(|seen| Some((format::share(seen.share?), seen.blocks)));
    let list = completeness.list.as_ref().and_then(ListComparison::share).map(format::share);
    match (blocks, list) {
        (Some((seen, count)), Some(list)) => vec![
            format!("{seen} of {}, {list} of list", format::plural(count as u64, "block")),
            format!("{seen}, {list} of list"),
            format!("{list} of list"),
            list,
        ],
        (Some((seen, count)), None) => {
            let blocks = format::plural(count as u64, "block");
            vec![format!("{seen} of last {blocks}"), format!("{seen} of blocks"), seen]
        }
        (None, Some(list)) => vec![format!("{list} of a peer's list"), format!("{list} of list"), list],
        (None, None) => match seen {
            Some(seen) => vec![format!("{}, all empty", format::plural(seen.blocks as u64, "block"))],
            None => vec!["no block yet".to_owned(), format::UNKNOWN.to_owned()],
        },
    }
}

/// The size of the mempool, marked if a single peer vouches for a part of it: not counted (`+ 1,204`), or
/// counted because there is no other peer to ask.
fn mempool(totals: &Totals) -> Vec<Text> {
    let count = format::grouped(totals.mempool.count);
    let vsize = format::vsize(totals.mempool.vsize);
    let unproven = format::grouped(totals.unproven.count);
    match (totals.unproven.count, totals.one_netgroup) {
        (0, _) => vec![
            Text::new(format!("{count} tx   {vsize}"), COUNT + VSIZE + 6),
            Text::new(format!("{count} tx {vsize}"), COUNT + VSIZE + 4),
            Text::new(format!("{count} tx"), COUNT + 3),
        ],
        (_, false) => [
            format!("{count} tx {vsize} + {unproven} by one peer only"),
            format!("{count} tx {vsize} + {unproven}"),
            format!("{count} + {unproven} tx"),
            format!("{count} tx"),
        ]
        .map(Text::from)
        .into(),
        (_, true) => [
            format!("{count} tx {vsize}, {unproven} by one peer only"),
            format!("{count} tx {vsize}, by one peer"),
            format!("{count} tx, by one peer"),
            format!("{count} tx, 1 peer"),
        ]
        .map(Text::from)
        .into(),
    }
}

fn tx_rate(snapshot: &Snapshot) -> String {
    format!("{:.1}", mean(&snapshot.overview.tx_rate))
}

/// The bandwidth in both directions, in a long and a short form.
fn bandwidth(snapshot: &Snapshot) -> [Text; 2] {
    let (down, up) = (mean(&snapshot.overview.download_rate), mean(&snapshot.overview.upload_rate));
    let long = format!("↓ {}  ↑ {}", format::byte_rate(down), format::byte_rate(up));
    let short = format!("↓{} ↑{} B/s", format::brief_byte_rate(down), format::brief_byte_rate(up));
    [Text::new(long, 2 * BYTE_RATE + 6), Text::new(short, 2 * BRIEF_BYTE_RATE + 7)]
}

/// The fee rate for the next block.
fn next_block(snapshot: &Snapshot) -> String {
    estimate::rate(snapshot.estimates.targets[0].estimate)
}

fn fee_floor(totals: &Totals) -> String {
    match totals.fee_floor {
        None => format::UNKNOWN.to_owned(),
        Some((low, high)) if low == high => format::fee_floor(low),
        Some((low, high)) => format!("{} – {}", format::fee_floor(low), format::fee_floor(high)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most ten values")]
fn mean(rates: &[Option<f32>]) -> f32 {
    let recent: Vec<f32> = rates[rates.len().saturating_sub(RATE_SPAN)..].iter().copied().flatten().collect();
    if recent.is_empty() { 0.0 } else { recent.iter().sum::<f32>() / recent.len() as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::SeenInBlocks;

    #[test]
    fn a_block_without_transactions_is_a_block() {
        let of = |blocks| complete(&Completeness { blocks, list: None }).swap_remove(0);
        assert_eq!(of(None), "no block yet");
        assert_eq!(of(Some(SeenInBlocks { blocks: 1, share: None })), "1 block, all empty");
        assert_eq!(of(Some(SeenInBlocks { blocks: 3, share: Some(0.5) })), "50.0 % of last 3 blocks");
    }

    #[test]
    fn a_digit_more_changes_neither_the_form_of_a_figure_nor_the_place_of_its_past() {
        let forms = |count, vsize| {
            let mut totals = Totals::default();
            (totals.mempool.count, totals.mempool.vsize) = (count, vsize);
            mempool(&totals).iter().map(|text| text.cells).collect::<Vec<_>>()
        };
        assert_eq!(forms(999, 312), forms(312_400, 98_700_000));
    }
}
