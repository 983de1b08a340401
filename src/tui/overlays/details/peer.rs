//! The details of a peer.
//!
//! ```text
//! ● live  /Satoshi:30.0.0/            Traffic           received          sent
//! version    70016                    inv             212   8.1 kB     -     -
//! services   NETWORK WITNESS          tx              198    91 kB     -     -
//! height     923,114 when connected
//! clock      offset +1 s              Messages
//! Ping  last 41 ms, min 38 ms         05:33:12.120 ◂ inv         1.3 kB  35 wtx
//! 92 ms ▂▂▃▅▂▂▂▂▁▂▂▂                  05:33:12.121 ▸ getdata     1.3 kB  35 wtx
//! ```

use super::document::{Document, facts, heading, rows};
use super::mempool_list;
use crate::event::{CommandTraffic, Direction, RecentMessage, Transport};
use crate::snapshot::{LivenessSlot, PeerDetail, PeerStats, RelayCounts};
use crate::tui::context::Context;
use crate::tui::widgets::{chart, clock, format, text};
use crate::tui::wording::peer::{liveness as liveness_words, purpose};
use crate::util::text::hex;
use ratatui::text::{Line, Span};

/// Rows of the chart of pings.
const CHART: usize = 4;
/// The cells of a command; the protocol allows 12 characters.
const COMMAND: usize = 12;

/// Describes a peer in two parts with lines of these widths.
pub fn document(cx: &Context, peer: &PeerDetail, [cells, right]: [usize; 2]) -> Document {
    let mut first = identity(cx, peer, cells);
    first.push(Line::default());
    first.extend(pings(cx, peer, cells));
    first.extend(liveness(cx, &peer.liveness, cells));
    first.push(Line::default());
    first.extend(statistics(cx, &peer.stats, cells));
    first.extend(peer.list.iter().flat_map(|list| mempool_list::lines(cx, list, cells)));
    first.extend(faults(cx, peer, cells));
    first.push(Line::default());
    let mut second = traffic(cx, &peer.traffic);
    second.push(Line::default());
    second.extend(messages(cx, &peer.recent_messages, right));
    Document {
        title: format!("Peer {}", peer.row.address),
        first: rows(first).collect(),
        second: rows(second).collect(),
        ..Document::default()
    }
}

fn identity(cx: &Context, peer: &PeerDetail, cells: usize) -> Vec<Line<'static>> {
    let theme = cx.theme;
    let row = &peer.row;
    let (mark, style) = theme.liveness(&row.liveness);
    let state = liveness_words(&row.liveness, cx.drift);
    let mut lines = vec![Line::from(Span::styled(text::cut(&format!("{mark} {state}"), cells), style))];
    let mut add = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    let agent = if row.user_agent.is_empty() { format::UNKNOWN.to_owned() } else { row.user_agent.clone() };
    add("user agent", agent);
    if let Some(purpose) = purpose(row.kind) {
        add("purpose", format!("short connection: {purpose}"));
    }
    add("version", format::known(peer.version));
    add(
        "services",
        if peer.version.is_some() && peer.services.is_empty() {
            "none".to_owned()
        } else {
            format::known((!peer.services.is_empty()).then(|| peer.services.join(" ")))
        },
    );
    add("transport", format::known(peer.stats.transport.map(transport)));
    let height = peer
        .stats
        .start_height
        .map(|height| format!("{} when connected", format::grouped(height.max(0).unsigned_abs().into())));
    add("height", format::known(height));
    let corrected = cx.snapshot.wall_offset.as_secs();
    let clock =
        peer.stats.clock_offset.map(|offset| format!("offset {:+} s", offset.saturating_sub(corrected)));
    add("clock", format::known(clock));
    let relay = match (row.blocks_only, peer.wtxid_relay) {
        (true, _) => "blocks only: announces no transactions",
        (false, true) => "announces by wtxid",
        (false, false) => "announces by txid",
    };
    add("relay", if peer.version.is_some() { relay.to_owned() } else { format::UNKNOWN.to_owned() });
    let changes = format::plural(peer.stats.fee_filter_changes.into(), "change");
    let filter =
        peer.stats.fee_filter.map(|filter| format!("{} sat/vB, {changes}", format::fee_floor(filter)));
    add("fee filter", format::known(filter));
    let connected = peer.stats.connected_for.map(|time| format!("for {}", format::span(time + cx.drift)));
    let dials = format!("dialled {}", format::plural(peer.stats.dials.into(), "time"));
    add("connected", connected.map_or_else(|| format!("no, {dials}"), |time| format!("{time}, {dials}")));
    let dropped = match peer.stats.dropped {
        0 => String::new(),
        count => format!(", {} dropped: too many at once", format::grouped(count)),
    };
    add("announced", format!("{} transactions{dropped}", format::grouped(row.announced)));
    let failed = format!("{} notfound, {} timed out", peer.stats.all.not_found, peer.stats.all.timed_out);
    add("served", format!("{} transactions, {failed}", format::grouped(row.served)));
    add("invalid", format::plural(peer.stats.invalid, "time"));
    lines
}

/// The transport, and the start of an encrypted session's id.
fn transport(transport: Transport) -> String {
    match transport {
        Transport::V1 => transport.to_string(),
        Transport::V2 { session_id } => format!("{transport} session {}", hex(&session_id[..4])),
    }
}

fn pings(cx: &Context, peer: &PeerDetail, cells: usize) -> Vec<Line<'static>> {
    let theme = cx.theme;
    let last = format::known(peer.row.ping.map(format::ping));
    let shortest = format::known(peer.row.ping_min.map(format::ping));
    let mut lines = vec![heading(cx, format!("Ping  last {last}, min {shortest}"))];
    let figures = peer.stats.ping;
    let [median, p95, jitter] =
        [figures.median, figures.p95, figures.jitter].map(|time| format::known(time.map(format::ping)));
    lines.push(Line::raw(text::cut(&format!("median {median}, p95 {p95}, jitter {jitter}"), cells)));
    let (Some((since, _)), Some(highest)) =
        (peer.pings.first(), peer.pings.iter().map(|(_, rtt)| *rtt).max())
    else {
        lines.push(Line::styled("no pong yet", theme.muted()));
        return lines;
    };
    let axis_cells = text::width(&format::ping(highest)) + 2;
    let room = cells.saturating_sub(axis_cells);
    let values: Vec<_> = peer.pings.iter().map(|(_, rtt)| Some(rtt.as_secs_f32())).collect();
    let columns = values.len().min(room);
    let axis = chart::axis(CHART, axis_cells, |part| format::ping(highest.mul_f32(part)));
    for (label, bars) in axis.into_iter().zip(chart::bars(&values, columns, CHART)) {
        lines.push(Line::from(vec![Span::styled(label, theme.muted()), Span::styled(bars, theme.chart())]));
    }
    let since = clock::time(cx.wall(*since), cx.zone);
    lines.push(Line::styled(
        format!("{} since {since}", format::plural(peer.pings.len() as u64, "ping")),
        theme.muted(),
    ));
    lines
}

/// The worst liveness of each minute, as marks.
fn liveness(cx: &Context, slots: &[LivenessSlot], cells: usize) -> Vec<Line<'static>> {
    if slots.is_empty() {
        return Vec::new();
    }
    let theme = cx.theme;
    let shown = slots.len().min(cells);
    let marks = slots[slots.len() - shown..].iter().map(|slot| match slot {
        LivenessSlot::Live => Span::styled("▇", theme.good()),
        LivenessSlot::Late => Span::styled("▄", theme.warning()),
        LivenessSlot::Disconnected => Span::styled("·", theme.bad()),
    });
    let title = format!("Last {shown} min  ▇ live ▄ late · disconnected");
    vec![Line::default(), heading(cx, title), Line::from(marks.collect::<Vec<_>>())]
}

/// The statistics of the last ten minutes, and in total.
fn statistics(cx: &Context, stats: &PeerStats, cells: usize) -> Vec<Line<'static>> {
    let both = |figure: fn(&RelayCounts) -> Option<String>| {
        format!("{}, total {}", format::known(figure(&stats.recent)), format::known(figure(&stats.all)))
    };
    let mut lines = vec![heading(cx, "Statistics  last 10 min, total")];
    let mut add = |name: &str, value: String| lines.extend(facts(cx, name, &value, cells));
    let group = format::known(stats.netgroup);
    add("network", format!("{} {group}", format::known(stats.network)));
    add("first", both(|counts| counts.first_share().map(format::share)));
    add("unique", both(|counts| Some(format::grouped(counts.only))));
    add("duplicates", both(|counts| counts.repeated_share().map(format::share)));
    add("notfound", both(|counts| counts.not_found_rate().map(format::share)));
    add("unserved", both(|counts| Some(format::grouped(counts.unserved()))));
    let lag = stats.lag.map(|lag| format!("{} after the first (below 5 s: noise)", format::ping(lag)));
    add("median lag", format::known(lag));
    let answer = stats.answer;
    let [median, p95, over] =
        [answer.median, answer.p95, answer.over_ping].map(|time| format::known(time.map(format::ping)));
    add("answer", format!("median {median}, p95 {p95}, {over} more than the ping"));
    add("best block", format::known(stats.best_height.map(|height| format::grouped(u64::from(height)))));
    add("block lead", format::known(stats.block_lead.map(|lead| format!("{lead:+} ms"))));
    lines
}

fn faults(cx: &Context, peer: &PeerDetail, cells: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if !peer.tolerated.is_empty() {
        lines.extend([Line::default(), heading(cx, "Tolerated misbehaviour")]);
        for (what, count) in &peer.tolerated {
            lines.push(Line::raw(text::cut(&format!("{} × {what}", format::grouped(*count)), cells)));
        }
    }
    if !peer.endings.is_empty() {
        lines.extend([Line::default(), heading(cx, "Past disconnects")]);
        for (time, reason) in &peer.endings {
            let time = clock::time(cx.wall(*time), cx.zone);
            lines.push(Line::raw(text::cut(&format!("{time} {reason}"), cells)));
        }
    }
    lines
}

fn traffic(cx: &Context, traffic: &[CommandTraffic]) -> Vec<Line<'static>> {
    let theme = cx.theme;
    let mut names: Vec<&str> = Vec::new();
    for command in traffic {
        if !names.contains(&command.command.as_str()) {
            names.push(&command.command);
        }
    }
    let row = |name: &str, received: [String; 2], sent: [String; 2]| {
        let [messages_in, bytes_in] = received.map(|figure| text::right(&figure, 8));
        let [messages_out, bytes_out] = sent.map(|figure| text::right(&figure, 8));
        format!("{}{messages_in}{bytes_in}  {messages_out}{bytes_out}", text::left(name, COMMAND))
    };
    let label = |what: &str, unit: &str| [what.to_owned(), unit.to_owned()];
    let mut lines = vec![
        heading(cx, "Traffic"),
        Line::styled(row("", label("received", "bytes"), label("sent", "bytes")), theme.muted()),
    ];
    for name in names {
        let [received, sent] = [Direction::Received, Direction::Sent].map(|direction| {
            let of = |command: &&CommandTraffic| command.direction == direction && command.command == name;
            match traffic.iter().find(of) {
                Some(command) => [format::brief(command.messages), format::bytes(command.bytes)],
                None => label("-", "-"),
            }
        });
        lines.push(Line::raw(row(name, received, sent)));
    }
    lines
}

fn messages(cx: &Context, report: &[RecentMessage], cells: usize) -> Vec<Line<'static>> {
    let theme = cx.theme;
    let mut lines = vec![heading(cx, format!("Messages  last {}, ◂ received, ▸ sent", report.len()))];
    for message in report {
        let (arrow, style) = match message.direction {
            Direction::Received => ("◂", theme.good()),
            Direction::Sent => ("▸", theme.warning()),
        };
        let mut spans = vec![
            Span::styled(clock::time_ms(cx.wall(message.time), cx.zone), theme.muted()),
            Span::styled(format!(" {arrow} "), style),
            Span::raw(text::left(&message.command, COMMAND)),
            Span::styled(text::right(&format::bytes(u64::from(message.bytes)), 7), theme.muted()),
        ];
        let room = cells.saturating_sub(text::line_width(&spans) + 2);
        spans.push(Span::raw(format!("  {}", text::cut(&message.summary, room))));
        lines.push(Line::from(spans));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encrypted_transport_names_its_session() {
        let text = transport(Transport::V2 { session_id: [0xab; 32] });
        assert_eq!(text, format!("v2 session {}", "ab".repeat(4)));
    }
}
