//! The layout of the overview.
//!
//! ```text
//! below 100 columns          from 100 columns on
//! ┌ figures ─────────────┐   ┌ figures ────────────────────────────┐
//! ├ peers ───────────────┤   ├ peers ──────────┬ transactions ─────┤
//! │                      │   │                 │                   │
//! ├ transactions ────────┤   ├ fees ───────────┤                   │
//! │                      │   ├ arrivals ───────┤                   │
//! ├ arrivals ─┬ events ──┤   ├ mempool ────────┼ events ───────────┤
//! └ from 34 rows on ─────┘   └ from 34 rows on ┴ from 22 rows on ──┘
//! ```
//!
//! A focused panel without room takes the place of the transactions, so that every panel can be seen in any
//! terminal.

use crate::tui::widgets::panel::LIST_FRAME;
use ratatui::layout::{Constraint, Layout, Position, Rect};

/// From this width on, two panels fit side by side.
const TWO_COLUMNS: u16 = 100;
/// From this width on, txids are cut no shorter than in 80 columns, including borders.
const TRANSACTIONS: u16 = 73;
/// The width of the peers with all their short columns, including borders.
const PEERS: u16 = 60;
/// The width of the peers with only the columns that identify them.
const FEW_OF_PEERS: u16 = 40;
/// The smallest useful height of a chart, including borders.
const CHART: u16 = 6;
/// The height of the fee ladder, including borders.
const FEES: u16 = 6;

/// The panel that the keys go to.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Focus {
    Peers,
    #[default]
    Transactions,
    Events,
    Fees,
    Arrivals,
    Mempool,
}

impl Focus {
    /// All panels, in `Tab` order.
    pub const ALL: [Self; 6] =
        [Self::Peers, Self::Transactions, Self::Events, Self::Fees, Self::Arrivals, Self::Mempool];
}

/// The parts of the overview. A part that has no room is empty.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Parts {
    /// The boxes with figures; if one row high, a line without boxes.
    pub figures: Rect,
    /// The list of peers.
    pub peers: Rect,
    /// The list of transactions.
    pub transactions: Rect,
    /// The fee ladder.
    pub fees: Rect,
    /// The chart of arrivals.
    pub arrivals: Rect,
    /// The chart of the mempool's size.
    pub mempool: Rect,
    /// The latest events.
    pub events: Rect,
}

impl Parts {
    /// The panel at a position.
    pub fn at(mut self, at: Position) -> Option<Focus> {
        Focus::ALL.into_iter().find(|focus| self.panel(*focus).contains(at))
    }

    fn panel(&mut self, focus: Focus) -> &mut Rect {
        match focus {
            Focus::Peers => &mut self.peers,
            Focus::Transactions => &mut self.transactions,
            Focus::Events => &mut self.events,
            Focus::Fees => &mut self.fees,
            Focus::Arrivals => &mut self.arrivals,
            Focus::Mempool => &mut self.mempool,
        }
    }
}

/// The layout with only the focused panel.
pub fn zoomed(area: Rect, focus: Focus) -> Parts {
    let mut parts = Parts::default();
    *parts.panel(focus) = area;
    parts
}

/// Divides `area`, for a list of `peers` peers. In a small area, the focused list gets the larger part.
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
    let mut parts = Parts { figures, ..lists };
    if parts.panel(focus).is_empty() {
        *parts.panel(focus) = std::mem::take(&mut parts.transactions);
    }
    parts
}

fn stacked(body: Rect, peers_needed: u16, focus: Focus) -> Parts {
    let bottom = if body.height >= 28 { body.height / 4 } else { 0 };
    let lists = body.height - bottom;
    let most = if focus == Focus::Peers { lists * 3 / 5 } else { lists * 9 / 20 };
    let peers = peers_needed.clamp(LIST_FRAME + 2, most.max(LIST_FRAME + 2));
    let rows = [Constraint::Length(peers), Constraint::Fill(1), Constraint::Length(bottom)];
    let [peers, transactions, bottom] = Layout::vertical(rows).areas(body);
    let columns = [Constraint::Percentage(45), Constraint::Fill(1)];
    let [arrivals, events] = Layout::horizontal(columns).areas(bottom);
    Parts { peers, transactions, arrivals, events, ..Parts::default() }
}

fn side_by_side(body: Rect, peers_needed: u16) -> Parts {
    let left = (body.width - TRANSACTIONS).clamp(FEW_OF_PEERS, PEERS.max(body.width * 2 / 5));
    let columns = [Constraint::Length(left), Constraint::Fill(1)];
    let [left, right] = Layout::horizontal(columns).areas(body);

    let events = if body.height >= 16 { (body.height / 4).max(5) } else { 0 };
    let [transactions, events] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(events)]).areas(right);

    let most = if left.height >= 16 { left.height * 3 / 5 } else { left.height };
    let peers = peers_needed.max(LIST_FRAME + 4).min(most);
    // The ladder comes first, as most people look for its figures.
    let spare = left.height - peers;
    let fees = if spare >= FEES { FEES } else { 0 };
    let charts = ((spare - fees) / CHART).min(2);
    let peers = if charts == 0 { left.height - fees } else { peers };
    let rows = [Constraint::Length(peers), Constraint::Length(fees), Constraint::Fill(1)];
    let [peers, fees, below] = Layout::vertical(rows).areas(left);
    let chart = |index: u16| if index < charts { Constraint::Fill(1) } else { Constraint::Length(0) };
    let [arrivals, mempool] = Layout::vertical([chart(0), chart(1)]).areas(below);
    Parts { peers, transactions, fees, arrivals, mempool, events, ..Parts::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::panel::list_rows;

    #[test]
    fn both_lists_have_room_at_every_size_that_is_not_too_small() {
        for width in (60..250).step_by(9) {
            for height in 12..78 {
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
        for (width, height) in
            [(60, 12), (60, 13), (80, 22), (99, 48), (100, 13), (120, 34), (200, 58), (250, 78)]
        {
            let parts = parts(Rect::new(0, 1, width, height), 8, Focus::Peers);
            let panels = [
                parts.figures,
                parts.peers,
                parts.transactions,
                parts.fees,
                parts.arrivals,
                parts.mempool,
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
    fn the_transactions_are_never_narrower_than_a_long_txid_needs_while_the_peers_have_more_than_they_need() {
        for width in 100..300 {
            let parts = parts(Rect::new(0, 1, width, 34), 8, Focus::Transactions);
            let (peers, transactions) = (parts.peers.width, parts.transactions.width);
            assert!(
                transactions >= TRANSACTIONS || peers == FEW_OF_PEERS,
                "{width}: {peers}, {transactions}"
            );
        }
    }

    #[test]
    fn larger_terminals_show_more() {
        let parts = |width, height| parts(Rect::new(0, 1, width, height), 8, Focus::Transactions);
        assert!(parts(80, 22).events.is_empty());
        assert!(!parts(120, 34).events.is_empty());
        assert!(parts(120, 34).fees.height >= FEES);
        assert!(parts(200, 58).mempool.height >= CHART);
    }

    #[test]
    fn every_panel_can_be_seen_in_any_terminal() {
        for (width, height) in [(60, 12), (80, 22), (80, 40), (100, 13), (120, 34), (200, 58), (300, 78)] {
            let area = Rect::new(0, 1, width, height);
            for focus in Focus::ALL {
                let mut parts = parts(area, 8, focus);
                assert!(parts.panel(focus).height >= 4, "{width}×{height} {focus:?}: {parts:?}");
                assert_eq!(*zoomed(area, focus).panel(focus), area);
            }
        }
    }
}
