//! The layout of the Peers screen.

use crate::tui::widgets::panel::LIST_FRAME;
use ratatui::layout::{Constraint, Layout, Position, Rect};

/// From this width on, two panels fit side by side.
const TWO_COLUMNS: u16 = 100;
/// From this size on, the page of the selected peer fits too.
const WITH_PAGE: (u16, u16) = (160, 30);
/// The width of the heat map: 50 transactions, 19 cells of an address, borders and gaps.
const HEAT: u16 = 74;
/// The fewest rows of the list above a page, including borders and head.
const LIST: u16 = 9;

/// The panel in focus.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Focus {
    #[default]
    List,
    Page,
    Disconnected,
    Heat,
}

/// The parts of the Peers screen. A part that has no room is empty.
///
/// ```text
/// ├ peers ────────────────────────────────┤   ├ peers ────────────────────────────────┤
/// │                                       │   ├ page ───────────────┬ disconnected ───┤
/// ├ disconnected ─┬ heat map ─────────────┤   │                     ├ heat map ───────┤
/// └ from 18 rows ─┴ and 100 columns on ───┘   └ from 30 rows and 160 columns on ──────┘
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Parts {
    /// The list.
    pub list: Rect,
    /// The page of the selected peer.
    pub page: Rect,
    /// The disconnected peers and the known addresses.
    pub disconnected: Rect,
    /// The announcements of the last transactions.
    pub heat: Rect,
}

impl Parts {
    /// The panels that have room, in `Tab` order.
    pub fn panels(mut self) -> Vec<Focus> {
        let all = [Focus::List, Focus::Page, Focus::Disconnected, Focus::Heat];
        all.into_iter().filter(|focus| !self.panel(*focus).is_empty()).collect()
    }

    /// The panel at a position.
    pub fn at(mut self, at: Position) -> Option<Focus> {
        self.panels().into_iter().find(|focus| self.panel(*focus).contains(at))
    }

    fn panel(&mut self, focus: Focus) -> &mut Rect {
        match focus {
            Focus::List => &mut self.list,
            Focus::Page => &mut self.page,
            Focus::Disconnected => &mut self.disconnected,
            Focus::Heat => &mut self.heat,
        }
    }
}

/// The layout with only the focused panel.
pub fn zoomed(area: Rect, focus: Focus) -> Parts {
    let mut parts = Parts::default();
    *parts.panel(focus) = area;
    parts
}

/// The layout within `area`, for a list of this many rows.
pub fn parts(area: Rect, rows: usize) -> Parts {
    if area.width >= WITH_PAGE.0 && area.height >= WITH_PAGE.1 {
        with_page(area, rows)
    } else {
        without_page(area)
    }
}

fn without_page(area: Rect) -> Parts {
    let bottom = if area.height >= 18 { (area.height / 3).min(16) } else { 0 };
    let [list, below] = Layout::vertical([Constraint::Fill(1), Constraint::Length(bottom)]).areas(area);
    let heat = if area.width >= TWO_COLUMNS { HEAT.min(area.width * 2 / 3) } else { 0 };
    let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(heat)]).areas(below);
    Parts { list, disconnected: left, heat: right, ..Parts::default() }
}

/// The layout with a page: the list gets the rows that it needs, but no more than two fifths.
fn with_page(area: Rect, rows: usize) -> Parts {
    let needed = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(LIST_FRAME).max(LIST);
    let list = needed.min(area.height * 2 / 5);
    let [list, below] = Layout::vertical([Constraint::Length(list), Constraint::Fill(1)]).areas(area);
    let [page, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(HEAT)]).areas(below);
    let heat = needed.saturating_sub(1).min(right.height / 2);
    let [disconnected, heat] = Layout::vertical([Constraint::Fill(1), Constraint::Length(heat)]).areas(right);
    Parts { list, page, disconnected, heat }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_panels_fill_the_screen_and_the_list_has_room_for_its_rows_or_two_fifths() {
        for (width, height) in
            [(60, 12), (80, 22), (120, 34), (159, 58), (160, 29), (160, 30), (200, 58), (300, 78)]
        {
            let area = Rect::new(0, 1, width, height);
            for rows in [0, 12, 1_000] {
                let mut parts = parts(area, rows);
                let panels = parts.panels();
                let cells: u32 = panels.iter().map(|focus| parts.panel(*focus).area()).sum();
                assert_eq!(cells, area.area(), "{area} {parts:?}");
                assert_eq!(panels.contains(&Focus::Page), width >= 160 && height >= 30, "{area}");
                let least = (rows + 3).min(usize::from(height) * 2 / 5);
                assert!(usize::from(parts.list.height) >= least, "{area} {parts:?}");
                for focus in panels {
                    assert_eq!(*zoomed(area, focus).panel(focus), area);
                }
            }
        }
    }
}
