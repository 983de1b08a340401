//! The first line: the network, the tabs of the screens, the health, and the figures that matter most.
//!
//! ```text
//!  mempulse · mainnet  1 Overview 2 Peers 3 Mempool 4 Blocks  ● live  DEMO    8 peers · ping 41 ms · tip 923,114
//! ```

use super::banner;
use super::tabs::{self, TabName, Tabs};
use crate::snapshot::{Health, Progress, ReplayStatus, RestoredStatus, Screen, Snapshot, WaitsFor};
use crate::tui::context::{Context, Frozen};
use crate::tui::widgets::{clock, format, text};
use crate::util::text::plural;
use crate::util::time::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::Paragraph;
use std::time::Duration;

/// Draws the line. If room is short, the figures on its right are shortened, then left out.
pub fn draw(frame: &mut Frame, area: Rect, cx: &Context, tabs: &Tabs) {
    let Context { snapshot, theme, .. } = *cx;
    let (mark, style) = theme.health(&snapshot.health);
    let mut left = network(area, cx);
    left.extend(tabs.spans(theme));
    left.push(Span::styled(format!(" {mark} {}", health(snapshot)), style));
    if let Some(ahead) = snapshot.clock_ahead {
        left.push(Span::styled(format!(" · {}", clock_off(ahead)), theme.warning()));
    }
    if snapshot.demo {
        left.extend([Span::raw("  "), Span::styled(" DEMO ", theme.badge())]);
    }
    let cells = usize::from(area.width);
    if let Some(replay) = &snapshot.replay {
        let fits = |label: &String| text::line_width(&left) + 2 + text::width(label) <= cells;
        let labels = replay_labels(replay, cx);
        let label = labels.iter().find(|label| fits(label)).or(labels.last()).cloned();
        left.extend([Span::raw("  "), Span::styled(label.unwrap_or_default(), theme.badge())]);
    }
    if let Some(frozen) = cx.frozen {
        let fits = |label: &String| text::line_width(&left) + 2 + text::width(label) <= cells;
        let labels = frozen_labels(&frozen);
        let label = labels.iter().find(|label| fits(label)).or(labels.last()).cloned();
        left.extend([Span::raw("  "), Span::styled(label.unwrap_or_default(), theme.badge())]);
    }
    let room = cells.saturating_sub(text::line_width(&left) + 2);
    let right = variants(cx).into_iter().find(|variant| text::width(variant) <= room);
    let style = match snapshot.missing_blocks {
        _ if banner::lost(snapshot).is_some() => theme.muted(),
        Some(_) => theme.warning(),
        None => theme.text(),
    };
    let right = vec![Span::styled(right.unwrap_or_default(), style), Span::raw(" ")];
    frame.render_widget(Paragraph::new(text::spread(left, right, cells)), area);
}

/// The part left of the tabs: the network and, if there is room, the program.
fn network(area: Rect, cx: &Context) -> Vec<Span<'static>> {
    let network = cx.snapshot.network;
    if area.width < tabs::WIDE {
        return vec![Span::styled(format!(" {network}  "), cx.theme.strong())];
    }
    vec![
        Span::styled(" mempulse", cx.theme.strong()),
        Span::styled(format!(" · {network}  "), cx.theme.text()),
    ]
}

/// The tabs of `names` at their place on this line.
pub fn tabs(area: Rect, cx: &Context, names: impl Iterator<Item = TabName>, current: Screen) -> Tabs {
    Tabs::new(names, current, area, text::line_width(&network(area, cx)))
}

/// The labels of a frozen screen, longest first.
fn frozen_labels(frozen: &Frozen) -> [String; 4] {
    let span = format::span(frozen.span);
    let transactions = format::grouped(frozen.transactions);
    let blocks = if frozen.blocks == 0 {
        String::new()
    } else {
        format!(", {}", plural(frozen.blocks.into(), "block"))
    };
    [
        format!(" FROZEN {span} · missed: {transactions} tx{blocks} — Space unfreezes "),
        format!(" FROZEN {span} · missed: {transactions} tx{blocks} "),
        format!(" FROZEN {span} · {transactions} tx{blocks} "),
        format!(" FROZEN {span} "),
    ]
}

/// The labels of a replay, longest first.
fn replay_labels(replay: &ReplayStatus, cx: &Context) -> [String; 3] {
    let state = match replay.progress {
        Progress::Playing => format!("{}×", format::grouped(replay.speed.into())),
        Progress::Paused => "paused".to_owned(),
        Progress::Seeking => "seeking".to_owned(),
        Progress::Over => "at its end".to_owned(),
    };
    let now = cx.wall(cx.now());
    let [day, time] = [clock::day(now, cx.zone), clock::time(now, cx.zone)];
    [
        format!(" REPLAY {day} {time} · {state} "),
        format!(" REPLAY {time} · {state} "),
        format!(" {time} {state} "),
    ]
}

fn clock_off(ahead_secs: i64) -> String {
    let off = format::span(Duration::from_secs(ahead_secs.unsigned_abs()));
    format!("clock {off} {}", if ahead_secs < 0 { "behind" } else { "ahead" })
}

fn health(snapshot: &Snapshot) -> String {
    match &snapshot.health {
        Health::Connecting | Health::Unreachable(_) if snapshot.lost_all_sensors() => {
            if snapshot.sensor_count == 1 { "sensor stale" } else { "all sensors stale" }.to_owned()
        }
        Health::Connecting | Health::Unreachable(_)
            if snapshot.from_sensors && snapshot.sensor_count == 0 =>
        {
            "no sensor yet".to_owned()
        }
        Health::Connecting => "connecting".to_owned(),
        Health::Live => "live".to_owned(),
        Health::Stale { silent_for } => format!("silent for {}", format::span(*silent_for)),
        Health::Unreachable(_) => "unreachable".to_owned(),
    }
}

/// The labels about an earlier run's mempool, longest first.
fn restored(status: &RestoredStatus, now: Timestamp) -> [String; 2] {
    let RestoredStatus { transactions, saved, waits_for } = *status;
    let (count, age) = (format::count(transactions), format::span(now.since(saved)));
    let waits = match waits_for {
        None => String::new(),
        Some(WaitsFor::Loading) => ", loading".to_owned(),
        Some(WaitsFor::Peers) => ", waiting for peers".to_owned(),
        Some(WaitsFor::Blocks(blocks)) => {
            format!(", waiting for {}", plural(blocks.into(), "block"))
        }
        Some(WaitsFor::Entering) => ", entering".to_owned(),
    };
    [format!("restored {count}, {age} old{waits} · "), format!("restored {count}, {age} old · ")]
}

/// The figures, longest form first.
fn variants(cx: &Context) -> Vec<String> {
    let snapshot = cx.snapshot;
    let totals = &snapshot.totals;
    let peers = format!("{} {}", totals.peers_live, if totals.peers_live == 1 { "peer" } else { "peers" });
    let ping = format::known(totals.median_ping.map(format::ping));
    let tip = format::known(totals.tip.map(|tip| format::grouped(u64::from(tip.height))));
    let age = totals.tip.map(|tip| {
        let mined = Timestamp::from_secs(u64::from(tip.time));
        format!(" ({})", format::span(cx.wall(cx.now()).since(mined)))
    });
    let age = age.unwrap_or_default();
    if let Some(missing) = snapshot.missing_blocks {
        let blocks = format::blocks_missing(&missing);
        let span = format::span(cx.now().since(missing.since));
        return vec![
            format!("{peers} · median ping {ping} · tip {tip}, {blocks} for {span}"),
            format!("{peers} · tip {tip}, {blocks} for {span}"),
            format!("tip {tip}, {blocks} for {span}"),
            blocks,
        ];
    }
    let figures = [
        format!("{peers} · median ping {ping} · tip {tip}{age}"),
        format!("{peers} · ping {ping} · tip {tip}{age}"),
        format!("{peers} · {ping} · tip {tip}"),
        format!("{peers} · tip {tip}"),
        format!("tip {tip}"),
    ];
    let restored: Vec<_> = totals.restored.iter().flat_map(|status| restored(status, cx.now())).collect();
    let backfill = snapshot.backfill.map(|progress| {
        let [fetched, wanted] =
            [progress.fetched, progress.requested].map(|count| format::grouped(count.into()));
        format!("backfill {fetched}/{wanted} · ")
    });
    let bootstrap = snapshot.bootstrap.map(|progress| {
        let [fetched, listed] = [progress.fetched, progress.listed].map(format::count);
        format!("mempool {fetched} of {listed} · ")
    });
    let progress = bootstrap.clone();
    let downloads: Vec<String> = bootstrap.into_iter().chain(backfill).collect();
    let downloads = (0..=downloads.len()).rev().map(|count| downloads[..count].concat());
    let restored: Vec<String> = if restored.is_empty() { vec![String::new()] } else { restored };
    let prefixes =
        downloads.flat_map(|downloads| restored.iter().map(move |restored| format!("{restored}{downloads}")));
    let longer = prefixes.flat_map(|prefix| figures.iter().map(move |rest| format!("{prefix}{rest}")));
    let bare = progress.map(|progress| progress.trim_end_matches(" · ").to_owned());
    longer.chain(bare).chain(figures.iter().cloned()).chain([peers]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_wrong_clock_is_named_with_size_and_direction() {
        assert_eq!(clock_off(-660), "clock 11 min behind");
        assert_eq!(clock_off(3 * 86_400), "clock 3.0 d ahead");
    }

    #[test]
    fn the_age_of_what_was_restored_and_what_it_waits_for_are_shown() {
        let saved = Timestamp::from_secs(1_700_000_000);
        let now = saved + Duration::from_hours(3);
        let shown = |waits_for| {
            let [long, short] = restored(&RestoredStatus { transactions: 31_204, saved, waits_for }, now);
            assert_eq!(short, "restored 31,204, 3.0 h old · ");
            long
        };
        assert_eq!(shown(None), "restored 31,204, 3.0 h old · ");
        assert_eq!(shown(Some(WaitsFor::Peers)), "restored 31,204, 3.0 h old, waiting for peers · ");
        assert_eq!(shown(Some(WaitsFor::Blocks(18))), "restored 31,204, 3.0 h old, waiting for 18 blocks · ");
        assert_eq!(shown(Some(WaitsFor::Blocks(1))), "restored 31,204, 3.0 h old, waiting for 1 block · ");
    }
}
