//! The columns of lists of transactions.

use crate::snapshot::{FeeRate, TransactionRow, TxFlags};
use crate::tui::context::Context;
use crate::tui::widgets::table::{Align, Cell, Column, between, column, exactly};
use crate::tui::widgets::{chart, format, text};
use crate::tui::wording::kind;
use crate::util::share::share;
use ratatui::style::Style;

type TxColumn = Column<TransactionRow>;

pub const AGE: TxColumn = column("age", Align::Left, between(5, 6, 6), 0, |tx, cx, _| {
    Cell::new(cx.age(tx.age + cx.drift), cx.theme.muted())
});

pub const TXID: TxColumn = column("txid", Align::Left, between(11, 21, 64), 1, |tx, cx, width| {
    Cell::new(text::cut_middle(&tx.txid.to_string(), width), cx.theme.text())
});

pub const FLAGS: TxColumn = column("flags", Align::Left, exactly(5), 5, |tx, cx, _| {
    let style = if tx.flags.watched { cx.theme.warning() } else { cx.theme.muted() };
    Cell::new(flags(tx.flags), style)
});

pub const KIND: TxColumn = column("kind", Align::Left, between(13, 22, 22), 11, |tx, cx, width| {
    // Later kinds are more specific.
    let label = kind::label(tx.flags.kinds.iter().last());
    Cell::new(text::cut(label, width), cx.theme.muted())
});

pub const VSIZE: TxColumn = column("vsize vB", Align::Right, between(8, 8, 9), 3, |tx, cx, _| {
    Cell::new(format::grouped(u64::from(tx.vsize)), cx.theme.text())
});

pub const INPUTS: TxColumn = column("in", Align::Right, between(4, 5, 6), 9, |tx, cx, _| {
    Cell::new(format::brief(tx.inputs.into()), cx.theme.muted())
});

pub const OUTPUTS: TxColumn = column("out", Align::Right, between(4, 5, 6), 10, |tx, cx, _| {
    Cell::new(format::brief(tx.outputs.into()), cx.theme.muted())
});

pub const VALUE: TxColumn = column("value BTC", Align::Right, between(9, 10, 17), 4, |tx, cx, width| {
    Cell::new(cx.value(tx.output_value, width), cx.theme.text())
});

pub const FEE: TxColumn = column("fee sat", Align::Right, between(9, 10, 12), 8, |tx, cx, _| {
    let style = if tx.fee.is_some() { cx.theme.text() } else { cx.theme.muted() };
    Cell::new(format::known(tx.fee.map(format::grouped)), style)
});

pub const FEE_RATE: TxColumn = column("sat/vB", Align::Right, between(7, 9, 11), 2, |tx, cx, width| {
    Cell::new(format::rate(tx.fee_rate, width), rate_style(tx.fee_rate, cx))
});

pub const CHUNK: TxColumn = column("chunk", Align::Right, between(7, 9, 11), 12, |tx, cx, width| {
    Cell::new(format::rate(tx.chunk_fee_rate, width), rate_style(tx.chunk_fee_rate, cx))
});

pub const ANCESTORS: TxColumn = column("anc", Align::Right, exactly(4), 6, |tx, cx, _| {
    Cell::new(relatives(tx.ancestors), cx.theme.muted())
});

pub const DESCENDANTS: TxColumn = column("desc", Align::Right, exactly(5), 13, |tx, cx, _| {
    Cell::new(relatives(tx.descendants), cx.theme.muted())
});

pub const PEERS: TxColumn = column("peers", Align::Right, between(8, 8, 10), 7, |tx, cx, width| {
    Cell::new(spread(tx.announced_by, tx.announcers, width), cx.theme.chart())
});

/// How many of the peers have announced a transaction, as a bar and figures of constant width.
fn spread(by: usize, of: usize, cells: usize) -> String {
    let digits = of.to_string().len();
    let figures = format!("{by:>digits$}/{of}");
    let share = share(by as u64, of as u64).unwrap_or_default();
    format!("{} {figures}", chart::progress(share, cells.saturating_sub(text::width(&figures) + 1)))
}

/// The style of a known rate on the scale of rates; a bound is muted.
fn rate_style(rate: FeeRate, cx: &Context) -> Style {
    rate.middle().map_or(cx.theme.muted(), |rate| cx.theme.fee_rate(rate))
}

/// Letters: replaceable, CPFP, watched.
fn flags(flags: TxFlags) -> String {
    let TxFlags { replaceable, cpfp, watched, .. } = flags;
    [(replaceable, 'R'), (cpfp, 'C'), (watched, 'W')]
        .map(|(is_set, letter)| if is_set { letter } else { '·' })
        .iter()
        .collect()
}

fn relatives(count: usize) -> String {
    if count == 0 { String::from("·") } else { count.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_of_the_peers_keeps_its_cells_as_their_number_grows() {
        assert_eq!(spread(1, 8, 8), "▌░░░ 1/8");
        assert_eq!(spread(9, 12, 10), "███░  9/12");
        assert_eq!(spread(12, 12, 10), "████ 12/12");
        assert_eq!(spread(0, 0, 8), "░░░░ 0/0");
    }
}
