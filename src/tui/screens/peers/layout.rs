//! The panels of the Peers screen, by the room there is.

use ratatui::layout::{Constraint, Layout, Rect};

/// From this width on two panels stand side by side.
const TWO_COLUMNS: u16 = 100;

/// The parts of the Peers screen. A part that has no room is empty.
///
/// ```text
/// ├ peers ────────────────────────────────┤
/// │                                       │
/// ├ disconnected ─┬ heat map ─────────────┤
/// └ from 18 rows ─┴ and 100 columns on ───┘
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Parts {
    /// The list.
    pub list: Rect,
    /// The disconnected peers and the known addresses.
    pub disconnected: Rect,
    /// The announcements of the last transactions.
    pub heat: Rect,
}

/// The width of the heat map: 50 transactions, 19 cells of an address, borders and gaps.
const HEAT: u16 = 74;

/// The parts of the Peers screen within `area`.
pub fn parts(area: Rect) -> Parts {
    let bottom = if area.height >= 18 { (area.height / 3).min(16) } else { 0 };
    let [list, below] = Layout::vertical([Constraint::Fill(1), Constraint::Length(bottom)]).areas(area);
    let heat = if area.width >= TWO_COLUMNS { HEAT.min(area.width * 2 / 3) } else { 0 };
    let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(heat)]).areas(below);
    Parts { list, disconnected: left, heat: right }
}
