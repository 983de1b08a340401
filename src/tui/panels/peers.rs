//! The list of peers.
//!
//! ```text
//! ╭ Peers  7 live of 9 ────────────────────────────────╮
//! │   address              agent         ping       tx │
//! │ ● 203.0.113.5:8333     Satoshi:30.0  41 ms ▂▂▃ 212 │
//! │ ◐ [2001:db8::7]:8333   Satoshi:29.1  late 12 s     │
//! │ ○ 198.51.100.9:8333    ping timeout, retry 38 s    │
//! ╰────────────────────────────────────────────────────╯
//! ```

use super::super::app::{App, Focus};
use super::super::layout;
use super::super::table::{self, Column};
use super::super::{chart, format, text};
use super::panel;
use crate::chain::Network;
use crate::snapshot::{Liveness, PeerRow};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use std::time::Duration;

const COLUMNS: [Column; 8] = [
    Column { title: "", min: 1, good: 1, max: 1, rank: 0, right: false },
    Column { title: "address", min: 18, good: 21, max: 47, rank: 1, right: false },
    Column { title: "agent", min: 14, good: 16, max: 30, rank: 4, right: false },
    Column { title: "ping", min: 7, good: 7, max: 7, rank: 2, right: true },
    Column { title: "", min: 6, good: 8, max: 16, rank: 5, right: false },
    Column { title: "min", min: 7, good: 7, max: 7, rank: 7, right: true },
    Column { title: "inv", min: 5, good: 6, max: 6, rank: 3, right: true },
    Column { title: "tx", min: 5, good: 6, max: 6, rank: 6, right: true },
];
const ADDRESS: usize = 1;
const PING: usize = 3;
const PINGS: usize = 4;

/// Draws as many rows as fit around the selected one.
pub fn render(frame: &mut Frame, area: Rect, app: &App) {
    let window = &app.snapshot().peers;
    let theme = app.theme();
    let focused = app.focus() == Some(Focus::Peers);
    let title = Line::from(vec![
        Span::styled(" Peers ", theme.title(focused)),
        Span::styled(
            format!(" {} live of {} ", app.snapshot().totals.peers_live, format::count(window.total)),
            theme.muted(),
        ),
    ]);
    let block = panel(app, title, focused);
    let cells = usize::from(block.inner(area).width).saturating_sub(2);
    let widths = table::fit(&COLUMNS, cells);
    let visible = app.peers().visible(window, layout::list_rows(area));
    let selected = app.peers().position(window);
    let mut lines = vec![table::head(&COLUMNS, &widths, theme.muted())];
    for at in visible {
        let Some(peer) = window.rows.get(at) else { break };
        let line = row(app, peer, &widths, cells);
        lines.push(if selected == Some(at) { line.style(theme.selected(focused)) } else { line });
    }
    if window.rows.is_empty() {
        lines.push(Line::styled("no peer yet", theme.muted()));
    }
    let lines = lines.into_iter().map(indented).collect::<Vec<_>>();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

/// A blank between the frame and the text; the row's style covers it too.
pub fn indented(mut line: Line<'_>) -> Line<'_> {
    line.spans.insert(0, Span::raw(" "));
    line
}

fn row(app: &App, peer: &PeerRow, widths: &[usize], cells: usize) -> Line<'static> {
    let theme = app.theme();
    let (mark, style) = theme.liveness(&peer.liveness);
    let mut spans = vec![Span::styled(mark, style), Span::raw(" ")];
    let address = address(&peer.address, widths[ADDRESS], app.snapshot().network);
    spans.push(Span::styled(text::left(&address, widths[ADDRESS]), theme.text()));
    if matches!(peer.liveness, Liveness::Live | Liveness::Late { .. }) {
        spans.extend(figures(app, peer, widths));
    } else {
        let state = state(&peer.liveness, app.drift());
        let room = cells.saturating_sub(text::line_width(&spans) + 1);
        spans.extend([Span::raw(" "), Span::styled(text::cut(&state, room), style)]);
    }
    Line::from(spans)
}

/// The cells after the address of a peer that is connected.
fn figures(app: &App, peer: &PeerRow, widths: &[usize]) -> Vec<Span<'static>> {
    let theme = app.theme();
    let pings: Vec<f32> = peer.pings.iter().map(Duration::as_secs_f32).collect();
    let agent = if peer.blocks_only { "blocks only".to_owned() } else { agent(&peer.user_agent) };
    let mut cells: Vec<(String, Style)> = vec![
        (agent, theme.text()),
        (format::known(peer.ping.map(format::ping)), theme.text()),
        (chart::sparkline(&pings, widths[PINGS]), theme.chart()),
        (format::known(peer.ping_min.map(format::ping)), theme.muted()),
        (format::brief(peer.announced), theme.text()),
        (format::brief(peer.served), theme.text()),
    ];
    let after_address = ADDRESS + 1;
    let mut columns = COLUMNS[after_address..].to_vec();
    let mut widths = widths[after_address..].to_vec();
    let (ping, pings) = (PING - after_address, PINGS - after_address);
    if let Liveness::Late { waiting } = peer.liveness {
        // The wait takes the place of the last ping and of the history.
        let waiting = format::span(waiting + app.drift());
        if widths[pings] > 0 {
            columns[ping].right = false;
            widths[ping] += table::GAP + widths[pings];
            widths[pings] = 0;
            cells[ping] = (format!(" late {waiting}"), theme.warning());
        } else {
            cells[ping] = (waiting, theme.warning());
        }
    }
    let mut spans = vec![Span::raw(text::blank(table::GAP))];
    spans.extend(table::row(&columns, &widths, cells).spans);
    spans
}

/// An address in at most `cells` cells. Before it is cut it loses the network's usual port.
fn address(address: &str, cells: usize, network: Network) -> String {
    let usual_port = format!(":{}", network.default_port());
    match address.strip_suffix(&usual_port) {
        Some(host) if text::width(address) > cells => text::cut_middle(host, cells),
        _ => text::cut_middle(address, cells),
    }
}

/// How alive a peer is, in words.
pub fn state(liveness: &Liveness, drift: Duration) -> String {
    match liveness {
        Liveness::Live => "live".to_owned(),
        Liveness::Dialling { elapsed, attempt } => {
            let attempt = if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
            format!("dialling {}{attempt}", format::span(*elapsed + drift))
        }
        Liveness::Handshake { elapsed } => format!("handshake {}", format::span(*elapsed + drift)),
        Liveness::Late { waiting } => format!("late {}", format::span(*waiting + drift)),
        Liveness::Gone { reason, retry_in } => match retry_in {
            Some(retry_in) => format!("{reason}, retry {}", format::span(retry_in.saturating_sub(drift))),
            None => reason.clone(),
        },
    }
}

/// A user agent without the slashes around it.
pub fn agent(user_agent: &str) -> String {
    user_agent.trim_matches('/').to_owned()
}
