//! The mempool in fixed bands of chunk fee rates, by which miners sort it: the highest band on top.
//!
//! ```text
//! ╭ Fee bands by vB · 14,211 tx ──────────────────────────────╮
//! │      sat/vB                               in it and above │
//! │       ≥ 100 █                           2.5 kvB   2.5 kvB │
//! │    50 – 100 ██                         40.1 kvB  42.6 kvB │
//! │        open ███████████████████████    1.81 MvB           │
//! ╰───────────────────────────────────────────────────────────╯
//! ```

use super::lines::lines;
use crate::snapshot::{Amount, BAND_STARTS, BANDS, HistogramBar, MempoolScreen};
use crate::tui::context::Context;
use crate::tui::widgets::{format, text};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The widths of a band's name, and of an amount with a gap, in cells.
const NAME: usize = 12;
const AMOUNT: usize = 10;

/// The height of the panel that shows every band, including its frame.
pub const ALL_ROWS: u16 = 26;

/// The lower ends of the bands (sat/vB), by the number of rows. Fewer rows have wider bands; each set is a
/// subset of the previous one.
const SETS: [&[f64]; 3] = [
    &[0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 10.0, 15.0, 20.0, 50.0, 100.0, 200.0],
    &[0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0],
    &[0.0, 1.0, 5.0, 20.0],
];

/// Draws the bands, with the unknown rest at the bottom.
pub fn draw(
    frame: &mut Frame,
    area: Rect,
    cx: &Context,
    screen: &MempoolScreen,
    by_count: bool,
    focused: bool,
) {
    let size = |amount: Amount| if by_count { amount.count } else { amount.vsize };
    let label =
        |amount: Amount| if by_count { format::grouped(amount.count) } else { format::vsize(amount.vsize) };
    let theme = cx.theme;
    let cells = usize::from(area.width.saturating_sub(2));
    // A blank before the right border, as in every panel.
    let room = cells.saturating_sub(NAME + 2 * AMOUNT + 2);
    let rows = usize::from(area.height.saturating_sub(2));
    let bars = merged(&screen.bars, rows.saturating_sub(1));
    // Finer bands are more useful than a head.
    let has_head = bars.len() + 2 <= rows;
    let most = bars.iter().map(|bar| size(bar.amount)).chain([size(screen.basis.open)]).max().unwrap_or(0);
    let bar = |name: &str, amount: Amount, above: Option<Amount>, mark: &str, style: Style| {
        let filled = length(size(amount), most, room);
        Line::from(vec![
            Span::raw(text::right(name, NAME)),
            Span::raw(" "),
            Span::styled(text::left(&mark.repeat(filled), room), style),
            Span::raw(text::right(&label(amount), AMOUNT)),
            Span::styled(text::right(&above.map(label).unwrap_or_default(), AMOUNT), theme.strong()),
        ])
    };
    let mut drawn = Vec::new();
    if has_head {
        let head = format!(
            "{}{}",
            text::right("sat/vB", NAME),
            text::right("in it, and above", cells.saturating_sub(NAME + 1))
        );
        drawn.push(Line::styled(head, theme.muted()));
    }
    let mut above = Amount::default();
    for one in bars.iter().rev() {
        above = sum(above, one.amount);
        let band = band(one.from);
        drawn.push(bar(&name(one), one.amount, Some(above), theme.band_mark(band), theme.band(band)));
    }
    let open = screen.basis.open;
    drawn.push(bar("open", open, None, theme.band_mark(BANDS), theme.band(BANDS)));
    let what = if by_count { "count" } else { "vB" };
    let count = format::grouped(screen.all.count);
    lines(frame, area, cx, &format!("Fee bands by {what} · {count} tx"), drawn, focused);
}

fn name(bar: &HistogramBar) -> String {
    match (bar.from, bar.to) {
        (from, None) => format!("≥ {from}"),
        (0.0, Some(to)) => format!("< {to}"),
        (from, Some(to)) => format!("{from} – {to}"),
    }
}

/// The colour band of a rate.
fn band(from: f64) -> usize {
    BAND_STARTS.partition_point(|start| *start <= from).saturating_sub(1)
}

/// The length of a bar in cells, at least one for a size above 0.
fn length(size: u64, most: u64, room: usize) -> usize {
    let cells = u128::from(size) * room as u128 / u128::from(most.max(1));
    usize::try_from(cells).unwrap_or(room).max(usize::from(size > 0)).min(room)
}

/// The bands that fit into this many rows, lowest first. The choice depends on nothing else, so that it is
/// stable.
fn merged(bars: &[HistogramBar], rows: usize) -> Vec<HistogramBar> {
    if bars.len() <= rows {
        return bars.to_vec();
    }
    let smallest = SETS[SETS.len() - 1];
    let starts = SETS.into_iter().find(|starts| starts.len() <= rows).unwrap_or(smallest);
    let ends = starts.iter().skip(1).copied().map(Some).chain([None]);
    let band = |(&from, to): (&f64, Option<f64>)| {
        let inside = |bar: &&HistogramBar| bar.from >= from && to.is_none_or(|to| bar.from < to);
        let amount = bars.iter().filter(inside).map(|bar| bar.amount).fold(Amount::default(), sum);
        HistogramBar { from, to, amount }
    };
    starts.iter().zip(ends).map(band).collect()
}

fn sum(a: Amount, b: Amount) -> Amount {
    Amount { count: a.count + b.count, vsize: a.vsize + b.vsize }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_rows_have_wider_bands_and_every_transaction_once() {
        let fine = [
            0.0, 0.2, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0, 40.0, 50.0, 75.0,
            100.0, 200.0, 500.0, 1_000.0,
        ];
        let bar = |(index, &from): (usize, &f64)| HistogramBar {
            from,
            to: fine.get(index + 1).copied(),
            amount: Amount { count: 1, vsize: 10 + index as u64 },
        };
        let all: Vec<_> = fine.iter().enumerate().map(bar).collect();
        let starts: Vec<Vec<f64>> = [22, 21, 13, 12, 8, 7, 4]
            .map(|rows| {
                let bands = merged(&all, rows);
                assert_eq!(bands.iter().map(|bar| bar.amount.count).sum::<u64>(), 22, "{rows} rows");
                assert_eq!(bands.iter().map(|bar| bar.amount.vsize).sum::<u64>(), 451, "{rows} rows");
                assert!(bands.len() <= rows && bands.last().unwrap().to.is_none());
                assert!(bands.windows(2).all(|pair| pair[0].to == Some(pair[1].from)));
                bands.iter().map(|bar| bar.from).collect()
            })
            .into();
        assert_eq!(starts.iter().map(Vec::len).collect::<Vec<_>>(), [22, 13, 13, 8, 8, 4, 4]);
        for pair in starts.windows(2) {
            assert!(pair[1].iter().all(|start| pair[0].contains(start)), "{pair:?}");
        }
        let names: Vec<_> = merged(&all, 4).iter().map(name).collect();
        assert_eq!(names, ["< 1", "1 – 5", "5 – 20", "≥ 20"]);
    }

    #[test]
    fn a_band_has_the_colour_of_its_lowest_rate() {
        assert_eq!([0.0, 0.5, 1.0, 4.0, 5.0, 100.0, 1_000.0].map(band), [0, 0, 1, 2, 3, 7, 7]);
    }
}
