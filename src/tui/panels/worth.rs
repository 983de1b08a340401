//! What each peer is worth: the list of the Peers screen.
//!
//! ```text
//! ╭ Peers  7 live of 9 · by ping ▲ ────────────────────────────────────────────────────╮
//! │   address            agent           ping▲ median    p95  answer  first    lag  inv │
//! │ ● 203.0.113.5:8333   Satoshi:30.0   41 ms  42 ms  61 ms   48 ms   31 %  1.2 s  212 │
//! ╰────────────────────────────────────────────────────────────────────────────────────╯
//! ```

use super::super::app::{App, Focus};
use super::super::table::{self, Column};
use super::super::{format, layout, text};
use super::{panel, peers};
use crate::snapshot::WorthRow;
use crate::snapshot::view::{PeerColumn, PeerSort};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// What stands above a column, the cells that it needs, and how long it stays when room is scarce.
fn look(column: PeerColumn) -> Column {
    let figure =
        |title, cells, rank| Column { title, min: cells, good: cells, max: cells, rank, right: true };
    let word = |title, min, max, rank| Column { title, min, good: min, max, rank, right: false };
    match column {
        PeerColumn::State => word("", 1, 1, 0),
        PeerColumn::Address => word("address", 18, 30, 1),
        PeerColumn::UserAgent => word("agent", 14, 24, 6),
        PeerColumn::Network => word("net", 5, 5, 20),
        PeerColumn::Netgroup => word("group", 12, 16, 24),
        PeerColumn::Transport => word("v", 2, 2, 14),
        PeerColumn::Age => figure("for", 6, 13),
        PeerColumn::Dials => figure("dials", 6, 22),
        PeerColumn::Ping => figure("ping", 7, 2),
        PeerColumn::PingMin => figure("min", 7, 10),
        PeerColumn::PingMedian => figure("median", 8, 5),
        PeerColumn::PingP95 => figure("p95", 7, 11),
        PeerColumn::Jitter => figure("jitter", 7, 16),
        PeerColumn::Answer => figure("answer", 8, 4),
        PeerColumn::AnswerP95 => figure("its p95", 8, 17),
        PeerColumn::OverPing => figure("-ping", 7, 18),
        PeerColumn::NotFound => figure("absent", 7, 12),
        PeerColumn::Announced => figure("inv", 6, 3),
        PeerColumn::FirstShare => figure("first", 7, 7),
        PeerColumn::Lag => figure("lag", 6, 8),
        PeerColumn::Unserved => figure("unsrv", 6, 19),
        PeerColumn::Repeated => figure("again", 7, 21),
        PeerColumn::Only => figure("only", 6, 15),
        PeerColumn::Served => figure("tx", 6, 9),
        PeerColumn::FeeFilter => figure("floor", 7, 23),
        PeerColumn::ClockOffset => figure("clock", 7, 25),
        PeerColumn::Height => figure("height", 9, 26),
        PeerColumn::BlockLead => figure("blocks", 8, 27),
        PeerColumn::Received => figure("↓", 7, 28),
        PeerColumn::Sent => figure("↑", 7, 29),
    }
}

/// The columns, the one that is sorted by ahead of the others in the fight for room.
fn columns(sort: PeerSort) -> Vec<Column> {
    PeerColumn::ALL
        .into_iter()
        .map(|column| {
            let look = look(column);
            if column == sort.by {
                Column { rank: 0, min: look.min + 1, good: look.good + 1, max: look.max + 1, ..look }
            } else {
                look
            }
        })
        .collect()
}

/// The name of a column in a sentence.
const fn name(column: PeerColumn) -> &'static str {
    match column {
        PeerColumn::State => "state",
        PeerColumn::Address => "address",
        PeerColumn::UserAgent => "user agent",
        PeerColumn::Network => "network",
        PeerColumn::Netgroup => "netgroup",
        PeerColumn::Transport => "transport",
        PeerColumn::Age => "time connected",
        PeerColumn::Dials => "number of dials",
        PeerColumn::Ping => "last ping",
        PeerColumn::PingMin => "shortest ping",
        PeerColumn::PingMedian => "median ping",
        PeerColumn::PingP95 => "ping, 95th percentile",
        PeerColumn::Jitter => "jitter of pings",
        PeerColumn::Answer => "median answer",
        PeerColumn::AnswerP95 => "answer, 95th percentile",
        PeerColumn::OverPing => "answer beyond the ping",
        PeerColumn::NotFound => "share not found",
        PeerColumn::Announced => "announcements",
        PeerColumn::FirstShare => "share announced first",
        PeerColumn::Lag => "median lag (below 5 s: noise)",
        PeerColumn::Unserved => "announced but not served",
        PeerColumn::Repeated => "share announced again",
        PeerColumn::Only => "announced by it alone",
        PeerColumn::Served => "transactions served",
        PeerColumn::FeeFilter => "fee filter",
        PeerColumn::ClockOffset => "clock against ours",
        PeerColumn::Height => "best height",
        PeerColumn::BlockLead => "lead with blocks",
        PeerColumn::Received => "bytes received",
        PeerColumn::Sent => "bytes sent",
    }
}

/// Draws as many rows as fit around the selected one.
pub fn render(frame: &mut Frame, area: Rect, app: &App) {
    let theme = app.theme();
    let focused = app.focus() == Some(Focus::Worth);
    let sort = app.sort();
    let arrow = if sort.descending { '▼' } else { '▲' };
    let total = app.snapshot().peers_screen.as_ref().map_or(0, |screen| screen.peers.total);
    let place = format!(
        " {} live of {} · by {} {arrow} ",
        app.snapshot().totals.peers_live,
        format::count(total),
        name(sort.by)
    );
    let title =
        Line::from(vec![Span::styled(" Peers ", theme.title(focused)), Span::styled(place, theme.muted())]);
    let block = panel(app, title, focused);
    let cells = usize::from(block.inner(area).width).saturating_sub(2);
    let columns = columns(sort);
    let widths = table::fit(&columns, cells);
    let heads = PeerColumn::ALL.into_iter().zip(&columns).map(|(column, look)| {
        let mark = if column == sort.by { arrow.to_string() } else { String::new() };
        (format!("{}{mark}", look.title), theme.muted())
    });
    let mut lines = vec![table::row(&columns, &widths, heads.collect())];
    if let Some(screen) = &app.snapshot().peers_screen {
        let selected = app.worth().position(&screen.peers);
        for at in app.worth().visible(&screen.peers, layout::list_rows(area)) {
            let Some(peer) = screen.peers.rows.get(at) else { break };
            let line = table::row(&columns, &widths, row(app, peer, &widths));
            lines.push(if selected == Some(at) { line.style(theme.selected(focused)) } else { line });
        }
    }
    if total == 0 {
        lines.push(Line::styled("no peer yet", theme.muted()));
    }
    let lines = lines.into_iter().map(peers::indented).collect::<Vec<_>>();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn row(app: &App, peer: &WorthRow, widths: &[usize]) -> Vec<(String, Style)> {
    let theme = app.theme();
    let (mark, style) = theme.liveness(&peer.row.liveness);
    PeerColumn::ALL
        .into_iter()
        .zip(widths)
        .map(|(column, &cells)| match column {
            _ if cells == 0 => (String::new(), Style::new()),
            PeerColumn::State => (mark.to_owned(), style),
            PeerColumn::Address => (text::cut_middle(&peer.row.address, cells), theme.text()),
            column => {
                let value = value(app, peer, column);
                let style = if value.is_some() { theme.text() } else { theme.muted() };
                (format::known(value), style)
            }
        })
        .collect()
}

/// What stands in a column of figures; `None`: not known.
fn value(app: &App, peer: &WorthRow, column: PeerColumn) -> Option<String> {
    let WorthRow { row, worth } = peer;
    let all = &worth.all;
    match column {
        PeerColumn::State => None,
        PeerColumn::Address => Some(row.address.clone()),
        PeerColumn::UserAgent if row.blocks_only => Some("blocks only".to_owned()),
        PeerColumn::UserAgent => (!row.user_agent.is_empty()).then(|| peers::agent(&row.user_agent)),
        PeerColumn::Network => worth.network.map(|network| network.to_string()),
        PeerColumn::Netgroup => worth.netgroup.clone(),
        PeerColumn::Transport => {
            worth.transport.as_ref().map(|transport| transport.chars().take(2).collect())
        }
        PeerColumn::Age => worth.connected_for.map(|time| format::span(time + app.drift())),
        PeerColumn::Dials => Some(format::brief(u64::from(worth.dials))),
        PeerColumn::Ping => worth.ping.last.map(format::ping),
        PeerColumn::PingMin => worth.ping.min.map(format::ping),
        PeerColumn::PingMedian => worth.ping.median.map(format::ping),
        PeerColumn::PingP95 => worth.ping.p95.map(format::ping),
        PeerColumn::Jitter => worth.ping.jitter.map(format::ping),
        PeerColumn::Answer => worth.answer.median.map(format::ping),
        PeerColumn::AnswerP95 => worth.answer.p95.map(format::ping),
        PeerColumn::OverPing => worth.answer.over_ping.map(format::ping),
        PeerColumn::NotFound => all.not_found_rate().map(format::share),
        PeerColumn::Announced => Some(format::brief(all.announced)),
        PeerColumn::FirstShare => all.first_share().map(format::share),
        PeerColumn::Lag => worth.lag.map(format::age),
        PeerColumn::Unserved => Some(format::brief(all.unserved())),
        PeerColumn::Repeated => all.repeated_share().map(format::share),
        PeerColumn::Only => Some(format::brief(all.only)),
        PeerColumn::Served => Some(format::brief(all.served)),
        PeerColumn::FeeFilter => worth.fee_filter.map(format::fee_floor),
        PeerColumn::ClockOffset => worth.clock_offset.map(|offset| format!("{offset:+} s")),
        PeerColumn::Height => worth.best_height.map(|height| format::grouped(u64::from(height))),
        PeerColumn::BlockLead => worth.block_lead.map(|lead| format!("{lead:+} ms")),
        PeerColumn::Received => Some(format::bytes(worth.bytes_received)),
        PeerColumn::Sent => Some(format::bytes(worth.bytes_sent)),
    }
}
