//! The panels of the overview, by the room there is.
//!
//! ```text
//! below 100 columns          from 100 columns on
//! ┌ figures ─────────────┐   ┌ figures ────────────────────────────┐
//! ├ peers ───────────────┤   ├ peers ──────────┬ transactions ─────┤
//! │                      │   │                 │                   │
//! ├ transactions ────────┤   ├ arrival ────────┤                   │
//! │                      │   │                 │                   │
//! ├ arrival ──┬ events ──┤   ├ mempool ────────┼ events ───────────┤
//! └ from 34 rows on ─────┘   └ from 34 rows on ┴ from 22 rows on ──┘
//! ```

use crate::tui::widgets::panel::LIST_FRAME;
use ratatui::layout::{Constraint, Layout, Rect};

/// From this width on two panels stand side by side.
const TWO_COLUMNS: u16 = 100;
/// The width of the transactions with all their short columns, borders included.
const TRANSACTIONS: u16 = 60;
/// The same of the peers.
const PEERS: u16 = 60;
/// The fewest rows with which a chart says anything, borders included.
const CHART: u16 = 6;

/// The list that the keys move in.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Focus {
    Peers,
    #[default]
    Transactions,
}

impl Focus {
    /// The other list.
    pub const fn other(self) -> Self {
        match self {
            Self::Peers => Self::Transactions,
            Self::Transactions => Self::Peers,
        }
    }
}

/// The parts of the overview. A part that has no room is empty.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Parts {
    /// The boxes with figures; one row: a line without boxes.
    pub figures: Rect,
    /// The list of peers.
    pub peers: Rect,
    /// The list of transactions.
    pub transactions: Rect,
    /// The chart of arrivals.
    pub arrival: Rect,
    /// The chart of the mempool's size.
    pub mempool: Rect,
    /// The chart of bytes per second.
    pub bandwidth: Rect,
    /// The latest events.
    pub events: Rect,
}

/// Divides `area` for a list of that many peers. In a small one, the list with the focus gets the
/// larger part.
pub fn parts(area: Rect, peers: usize, focus: Focus) -> Parts {
    let figures = match area.height {
        0..18 => 1,
        18..43 => 3,
        _ => 4,
    };
    let [figures, body] = Layout::vertical([Constraint::Length(figures), Constraint::Fill(1)]).areas(area);
    let needed = u16::try_from(peers).unwrap_or(u16::MAX).saturating_add(LIST_FRAME);
    let lists =
        if area.width < TWO_COLUMNS { stacked(body, needed, focus) } else { side_by_side(body, needed) };
    Parts { figures, ..lists }
}

fn stacked(body: Rect, peers_needed: u16, focus: Focus) -> Parts {
    let bottom = if body.height >= 28 { body.height / 4 } else { 0 };
    let lists = body.height - bottom;
    let most = if focus == Focus::Peers { lists * 3 / 5 } else { lists * 9 / 20 };
    let peers = peers_needed.clamp(LIST_FRAME + 2, most.max(LIST_FRAME + 2));
    let rows = [Constraint::Length(peers), Constraint::Fill(1), Constraint::Length(bottom)];
    let [peers, transactions, bottom] = Layout::vertical(rows).areas(body);
    let columns = [Constraint::Percentage(45), Constraint::Fill(1)];
    let [arrival, events] = Layout::horizontal(columns).areas(bottom);
    Parts { peers, transactions, arrival, events, ..Parts::default() }
}

fn side_by_side(body: Rect, peers_needed: u16) -> Parts {
    let left = (body.width - TRANSACTIONS).min(PEERS.max(body.width * 2 / 5));
    let columns = [Constraint::Length(left), Constraint::Fill(1)];
    let [left, right] = Layout::horizontal(columns).areas(body);

    let events = if body.height >= 16 { (body.height / 4).max(5) } else { 0 };
    let [transactions, events] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(events)]).areas(right);

    let most = if left.height >= 16 { left.height * 3 / 5 } else { left.height };
    let peers = peers_needed.max(LIST_FRAME + 4).min(most);
    let charts = ((left.height - peers) / CHART).min(3);
    let peers = if charts == 0 { left.height } else { peers };
    let rows = [Constraint::Length(peers), Constraint::Fill(1)];
    let [peers, below] = Layout::vertical(rows).areas(left);
    let chart = |index: u16| if index < charts { Constraint::Fill(1) } else { Constraint::Length(0) };
    let [arrival, mempool, bandwidth] = Layout::vertical([chart(0), chart(1), chart(2)]).areas(below);
    Parts { peers, transactions, arrival, mempool, bandwidth, events, ..Parts::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::panel::list_rows;

    #[test]
    fn both_lists_have_room_at_every_size_that_is_not_too_small() {
        for width in (60..250).step_by(9) {
            for height in 13..78 {
                for (peers, focus) in [(0, Focus::Peers), (8, Focus::Transactions), (1_000, Focus::Peers)] {
                    let parts = parts(Rect::new(0, 1, width, height), peers, focus);
                    assert!(list_rows(parts.peers) >= 2, "{width}×{height}: {:?}", parts.peers);
                    assert!(list_rows(parts.transactions) >= 2, "{width}×{height}: {:?}", parts.transactions);
                }
            }
        }
    }

    #[test]
    fn the_parts_fill_the_area_without_overlap() {
        for (width, height) in [(60, 13), (80, 22), (99, 48), (100, 13), (120, 34), (200, 58), (250, 78)] {
            let parts = parts(Rect::new(0, 1, width, height), 8, Focus::Peers);
            let panels = [
                parts.figures,
                parts.peers,
                parts.transactions,
                parts.arrival,
                parts.mempool,
                parts.bandwidth,
                parts.events,
            ];
            let area: u32 = panels.iter().map(|panel| panel.area()).sum();
            assert_eq!(area, u32::from(width) * u32::from(height), "{width}×{height}");
            for (index, panel) in panels.iter().enumerate() {
                for other in &panels[index + 1..] {
                    assert!(panel.intersection(*other).is_empty(), "{width}×{height}");
                }
            }
        }
    }

    #[test]
    fn larger_terminals_show_more() {
        let parts = |width, height| parts(Rect::new(0, 1, width, height), 8, Focus::Transactions);
        assert!(parts(80, 22).events.is_empty());
        assert!(!parts(120, 34).events.is_empty());
        assert!(parts(200, 58).bandwidth.height >= CHART);
    }
}
