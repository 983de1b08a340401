//! The list of transactions, newest first.
//!
//! ```text
//! ╭ Transactions  14,211 · following the newest ──────────────╮
//! │ age   txid        vsize in→out     value  sat/vB    peers │
//! │ 0.4s  3fa9c1…e07    224    2→2    0.0451    12.1 ▇▇▅▁ 6/8 │
//! │ 1.1s  88d002…91b    141    1→2    1.2000       ? ▇▂▁▁ 2/8 │
//! ╰───────────────────────────────────────────────────────────╯
//! ```

use super::super::app::{App, Focus};
use super::super::layout;
use super::super::table::{self, Column};
use super::super::{chart, format, text};
use super::peers::indented;
use super::{events, panel};
use crate::snapshot::TransactionRow;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

const COLUMNS: [Column; 7] = [
    Column { title: "age", min: 4, good: 5, max: 5, rank: 0, right: false },
    Column { title: "txid", min: 11, good: 11, max: 64, rank: 1, right: false },
    Column { title: "vsize", min: 5, good: 6, max: 7, rank: 4, right: true },
    Column { title: "in→out", min: 6, good: 6, max: 9, rank: 6, right: true },
    Column { title: "value", min: 9, good: 10, max: 17, rank: 5, right: true },
    Column { title: "sat/vB", min: 6, good: 9, max: 11, rank: 2, right: true },
    Column { title: "peers", min: 8, good: 8, max: 10, rank: 3, right: true },
];
const TXID: usize = 1;
const VALUE: usize = 4;
const RATE: usize = 5;
/// From this width on a value is told to the last satoshi.
const WHOLE_VALUE: usize = 14;

/// Draws as many rows as fit.
pub fn render(frame: &mut Frame, area: Rect, app: &App) {
    let window = &app.snapshot().transactions;
    let theme = app.theme();
    let focused = app.focus() == Some(Focus::Transactions);
    let place = if app.transactions().to_bottom {
        "looking for the oldest"
    } else if app.transactions().selected.is_some() {
        "held at the selection, g follows"
    } else {
        "following the newest"
    };
    let title = Line::from(vec![
        Span::styled(" Transactions ", theme.title(focused)),
        Span::styled(format!(" {} · {place} ", format::count(window.total)), theme.muted()),
    ]);
    let mut block = panel(app, title, focused);
    if app.parts().events.is_empty()
        && let Some(event) = app.snapshot().events.first()
    {
        let room = usize::from(area.width).saturating_sub(3);
        block = block.title_bottom(events::line(app, event, room));
    }
    let cells = usize::from(block.inner(area).width).saturating_sub(2);
    let widths = table::fit(&COLUMNS, cells);
    let visible = app.transactions().visible(window, layout::list_rows(area));
    let selected = app.transactions().position(window);
    let mut lines = vec![indented(table::head(&COLUMNS, &widths, theme.muted()))];
    for at in visible {
        let Some(transaction) = window.rows.get(at) else { break };
        let line = indented(row(app, transaction, &widths));
        lines.push(if selected == Some(at) { line.style(theme.selected(focused)) } else { line });
    }
    if window.rows.is_empty() {
        lines.push(indented(Line::styled("no transaction yet", theme.muted())));
    }
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn row(app: &App, transaction: &TransactionRow, widths: &[usize]) -> Line<'static> {
    let theme = app.theme();
    let value = transaction.output_value;
    let value = if widths[VALUE] >= WHOLE_VALUE { format::btc(value) } else { format::btc_short(value) };
    let spread = chart::progress(transaction.announced_by, transaction.announcers, 4);
    let rate_style = if transaction.fee_rate.exact().is_some() { theme.strong() } else { theme.muted() };
    let cells = vec![
        (format::age(transaction.age + app.drift()), theme.muted()),
        (text::cut_middle(&transaction.txid.to_string(), widths[TXID]), theme.text()),
        (format::brief(u64::from(transaction.vsize)), theme.text()),
        (format!("{}→{}", transaction.inputs, transaction.outputs), theme.muted()),
        (value, theme.text()),
        (format::rate(transaction.fee_rate, widths[RATE]), rate_style),
        (format!("{spread} {}/{}", transaction.announced_by, transaction.announcers), theme.chart()),
    ];
    table::row(&COLUMNS, widths, cells)
}
