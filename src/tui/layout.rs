//! What stands where, by the size of the terminal.
//!
//! ```text
//! below 100 columns          from 100 columns on
//! ┌ title ───────────────┐   ┌ title ──────────────────────────────┐
//! │ figures              │   │ figures                             │
//! ├ peers ───────────────┤   ├ peers ──────────┬ transactions ─────┤
//! │                      │   │                 │                   │
//! ├ transactions ────────┤   ├ arrival ────────┤                   │
//! │                      │   │                 │                   │
//! ├ arrival ──┬ events ──┤   ├ mempool ────────┼ events ───────────┤
//! │ from 34 rows on      │   │ from 34 rows on │ from 22 rows on   │
//! └ hints ───────────────┘   └ hints ──────────┴───────────────────┘
//! ```

use super::app::Focus;
use ratatui::layout::{Constraint, Layout, Rect, Size};

/// The smallest terminal in which the overview makes sense.
pub const SMALLEST: Size = Size { width: 60, height: 15 };

/// From this width on two panels stand side by side.
const TWO_COLUMNS: u16 = 100;
/// The width of the transactions with all their short columns, borders included.
const TRANSACTIONS: u16 = 60;
/// The same of the peers.
const PEERS: u16 = 60;
/// Rows of a panel that hold no row of its list: the borders and the head.
const FRAME: u16 = 3;
/// The fewest rows with which a chart says anything, borders included.
const CHART: u16 = 6;

/// The parts of the screen. A part that has no room is empty.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Parts {
    /// The first line.
    pub title: Rect,
    /// The boxes with figures; one row: a line without boxes.
    pub figures: Rect,
    /// Everything between the figures and the hints: where details open.
    pub body: Rect,
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
    /// What happened.
    pub events: Rect,
    /// The last line.
    pub hints: Rect,
}

/// Whether a terminal is too small for the overview.
pub fn too_small(size: Size) -> bool {
    size.width < SMALLEST.width || size.height < SMALLEST.height
}

/// The number of rows of a list in a panel.
pub fn list_rows(panel: Rect) -> usize {
    usize::from(panel.height.saturating_sub(FRAME))
}

/// The parts of a screen of that size, for a list of that many peers. On a small one, the list with
/// the focus gets the larger part.
pub fn parts(size: Size, peers: usize, focus: Focus) -> Parts {
    let figures = match size.height {
        0..20 => 1,
        20..45 => 3,
        _ => 4,
    };
    let rows =
        [Constraint::Length(1), Constraint::Length(figures), Constraint::Fill(1), Constraint::Length(1)];
    let [title, figures, body, hints] =
        Layout::vertical(rows).areas(Rect::from((Rect::ZERO.as_position(), size)));
    let parts = Parts { title, figures, body, hints, ..Parts::default() };
    let wanted = u16::try_from(peers).unwrap_or(u16::MAX).saturating_add(FRAME);
    if size.width < TWO_COLUMNS { stacked(parts, wanted, focus) } else { side_by_side(parts, wanted) }
}

fn stacked(parts: Parts, peers_wanted: u16, focus: Focus) -> Parts {
    let body = parts.body;
    let bottom = if body.height >= 28 { body.height / 4 } else { 0 };
    let lists = body.height - bottom;
    let most = if focus == Focus::Peers { lists * 3 / 5 } else { lists * 9 / 20 };
    let peers = peers_wanted.clamp(FRAME + 2, most.max(FRAME + 2));
    let rows = [Constraint::Length(peers), Constraint::Fill(1), Constraint::Length(bottom)];
    let [peers, transactions, bottom] = Layout::vertical(rows).areas(body);
    let columns = [Constraint::Percentage(45), Constraint::Fill(1)];
    let [arrival, events] = Layout::horizontal(columns).areas(bottom);
    Parts { peers, transactions, arrival, events, ..parts }
}

fn side_by_side(parts: Parts, peers_wanted: u16) -> Parts {
    let body = parts.body;
    let left = (body.width - TRANSACTIONS).min(PEERS.max(body.width * 2 / 5));
    let columns = [Constraint::Length(left), Constraint::Fill(1)];
    let [left, right] = Layout::horizontal(columns).areas(body);

    let events = if body.height >= 16 { (body.height / 4).max(5) } else { 0 };
    let [transactions, events] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(events)]).areas(right);

    let most = if left.height >= 16 { left.height * 3 / 5 } else { left.height };
    let peers = peers_wanted.max(FRAME + 4).min(most);
    let charts = ((left.height - peers) / CHART).min(3);
    let peers = if charts == 0 { left.height } else { peers };
    let rows = [Constraint::Length(peers), Constraint::Fill(1)];
    let [peers, below] = Layout::vertical(rows).areas(left);
    let chart = |index: u16| if index < charts { Constraint::Fill(1) } else { Constraint::Length(0) };
    let [arrival, mempool, bandwidth] = Layout::vertical([chart(0), chart(1), chart(2)]).areas(below);
    Parts { peers, transactions, arrival, mempool, bandwidth, events, ..parts }
}

/// The parts of the Peers screen. A part that has no room is empty.
///
/// ```text
/// ├ what each peer is worth ──────────────┤
/// │                                       │
/// ├ lost ─────────┬ heat map ─────────────┤
/// │ from 20 rows on │ from 100 columns on │
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct PeersParts {
    /// The list.
    pub list: Rect,
    /// The peers that were lost, and the address book.
    pub lost: Rect,
    /// Who announced what.
    pub heat: Rect,
}

/// The width of the heat map: 50 transactions, 19 cells of a name, borders and gaps.
const HEAT: u16 = 74;

/// The parts of the Peers screen within `area`.
pub fn peers_parts(area: Rect) -> PeersParts {
    let bottom = if area.height >= 18 { (area.height / 3).min(16) } else { 0 };
    let [list, below] = Layout::vertical([Constraint::Fill(1), Constraint::Length(bottom)]).areas(area);
    let heat = if area.width >= TWO_COLUMNS { HEAT.min(area.width * 2 / 3) } else { 0 };
    let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(heat)]).areas(below);
    PeersParts { list, lost: left, heat: right }
}

/// The parts of the Mempool screen. A part that has no room is empty.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct MempoolParts {
    /// By fee rate.
    pub histogram: Rect,
    /// The next blocks.
    pub blocks: Rect,
    /// Over time.
    pub history: Rect,
    /// By kind.
    pub kinds: Rect,
}

/// From this height on there are two rows of panels.
const TWO_ROWS: u16 = 20;

/// Where the blocks and the kinds stand: the width of the longest line, and borders.
const NEXT_BLOCKS: u16 = 60;

/// Whether all of the Mempool screen fits into `area`.
pub const fn mempool_fits(area: Rect) -> bool {
    area.width >= TWO_COLUMNS && area.height >= TWO_ROWS
}

/// The parts of the Mempool screen within `area`: two by two where there is room, else the histogram
/// with the blocks or, as the `second` half, the chart with the kinds.
pub fn mempool_parts(area: Rect, second: bool) -> MempoolParts {
    let is_narrow = area.width < TWO_COLUMNS;
    let halves = |area: Rect| {
        if is_narrow {
            let below = (area.height / 2).min(12);
            Layout::vertical([Constraint::Fill(1), Constraint::Length(below)]).areas(area)
        } else {
            Layout::horizontal([Constraint::Fill(1), Constraint::Length(NEXT_BLOCKS)]).areas(area)
        }
    };
    let [upper, lower] = if mempool_fits(area) {
        Layout::vertical([Constraint::Fill(1), Constraint::Length(area.height / 2)]).areas(area)
    } else if second {
        [Rect::default(), area]
    } else {
        [area, Rect::default()]
    };
    let ([histogram, blocks], [history, kinds]) = (halves(upper), halves(lower));
    MempoolParts { histogram, blocks, history, kinds }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_have_room_at_every_size_that_is_not_too_small() {
        for width in (SMALLEST.width..250).step_by(9) {
            for height in SMALLEST.height..80 {
                for (peers, focus) in [(0, Focus::Peers), (8, Focus::Transactions), (1_000, Focus::Peers)] {
                    let parts = parts(Size { width, height }, peers, focus);
                    assert!(list_rows(parts.peers) >= 2, "{width}×{height}: {:?}", parts.peers);
                    assert!(list_rows(parts.transactions) >= 2, "{width}×{height}: {:?}", parts.transactions);
                }
            }
        }
    }

    #[test]
    fn the_parts_of_the_body_fill_it_without_overlap() {
        for (width, height) in [(60, 15), (80, 24), (99, 50), (100, 15), (120, 36), (200, 60), (250, 80)] {
            let parts = parts(Size { width, height }, 8, Focus::Peers);
            let panels = [
                parts.peers,
                parts.transactions,
                parts.arrival,
                parts.mempool,
                parts.bandwidth,
                parts.events,
            ];
            let area: u32 = panels.iter().map(|panel| panel.area()).sum();
            assert_eq!(area, parts.body.area(), "{width}×{height}");
            for (index, panel) in panels.iter().enumerate() {
                for other in &panels[index + 1..] {
                    assert!(panel.intersection(*other).is_empty(), "{width}×{height}");
                }
            }
        }
    }

    #[test]
    fn larger_terminals_show_more() {
        let parts = |width, height| parts(Size { width, height }, 8, Focus::Transactions);
        assert!(parts(80, 24).events.is_empty());
        assert!(!parts(120, 36).events.is_empty());
        assert!(parts(200, 60).bandwidth.height >= CHART);
    }
}
