//! The layout of the Mempool screen.

use super::{bands, density};
use ratatui::layout::{Constraint, Layout, Position, Rect};

/// From this width on, two panels fit side by side.
const TWO_COLUMNS: u16 = 100;

/// From this height on, there are two rows of panels.
const TWO_ROWS: u16 = 20;

/// The limits of the width of the column with projected blocks and kinds: its longest line with borders, and
/// what the density plot can use.
const RIGHT: u16 = 60;
const WIDE_RIGHT: u16 = 100;

/// The most rows that projected blocks and kinds fill, including borders.
const PROJECTED_ROWS: u16 = 16;
const KINDS_ROWS: u16 = 13;

/// The panel in focus.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Focus {
    #[default]
    Bands,
    Projected,
    History,
    Density,
    Kinds,
}

impl Focus {
    /// All panels, in `Tab` order.
    pub const ALL: [Self; 5] = [Self::Bands, Self::Projected, Self::History, Self::Density, Self::Kinds];
}

/// The parts of the Mempool screen. A part that has no room is empty.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Parts {
    /// Fee bands.
    pub bands: Rect,
    /// Projected blocks.
    pub projected: Rect,
    /// Size over time.
    pub history: Rect,
    /// Density by size and fee rate.
    pub density: Rect,
    /// Arrivals by kind.
    pub kinds: Rect,
}

impl Parts {
    /// The panel at a position.
    pub fn at(mut self, at: Position) -> Option<Focus> {
        Focus::ALL.into_iter().find(|focus| self.panel(*focus).contains(at))
    }

    fn panel(&mut self, focus: Focus) -> &mut Rect {
        match focus {
            Focus::Bands => &mut self.bands,
            Focus::Projected => &mut self.projected,
            Focus::History => &mut self.history,
            Focus::Density => &mut self.density,
            Focus::Kinds => &mut self.kinds,
        }
    }
}

/// The layout with only the focused panel.
pub fn zoomed(area: Rect, focus: Focus) -> Parts {
    let mut parts = Parts::default();
    *parts.panel(focus) = area;
    parts
}

/// The layout within `area`: all panels if there is room, else the half with the focused one. If there is no
/// room for both, the focused density plot takes the place of the chart over time.
pub fn parts(area: Rect, focus: Focus) -> Parts {
    let mut parts = if area.width >= TWO_COLUMNS && area.height >= TWO_ROWS {
        whole(area)
    } else {
        let [first, second] = halves(area);
        match focus {
            Focus::Bands | Focus::Projected => Parts { bands: first, projected: second, ..Parts::default() },
            Focus::History | Focus::Density | Focus::Kinds => {
                Parts { history: first, kinds: second, ..Parts::default() }
            }
        }
    };
    if parts.panel(focus).is_empty() {
        *parts.panel(focus) = std::mem::take(&mut parts.history);
    }
    parts
}

fn halves(area: Rect) -> [Rect; 2] {
    if area.width < TWO_COLUMNS {
        let below = (area.height / 2).min(12);
        Layout::vertical([Constraint::Fill(1), Constraint::Length(below)]).areas(area)
    } else {
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(RIGHT)]).areas(area)
    }
}

fn whole(area: Rect) -> Parts {
    let right = (area.width * 2 / 5).clamp(RIGHT, WIDE_RIGHT);
    let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(right)]).areas(area);
    let upper = bands::ALL_ROWS.min(area.height / 2);
    let [bands, history] = Layout::vertical([Constraint::Length(upper), Constraint::Fill(1)]).areas(left);
    let has_density = area.height >= PROJECTED_ROWS + density::MIN_ROWS + KINDS_ROWS;
    if has_density {
        let rows = [PROJECTED_ROWS, KINDS_ROWS].map(Constraint::Length);
        let [projected, density, kinds] =
            Layout::vertical([rows[0], Constraint::Fill(1), rows[1]]).areas(right);
        return Parts { bands, projected, history, density, kinds };
    }
    let upper = PROJECTED_ROWS.min(area.height / 2);
    let [projected, kinds] = Layout::vertical([Constraint::Length(upper), Constraint::Fill(1)]).areas(right);
    Parts { bands, projected, history, kinds, ..Parts::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_panels_fill_the_screen_and_do_not_overlap() {
        for (width, height) in
            [(60, 13), (80, 22), (99, 40), (100, 19), (100, 20), (120, 34), (200, 58), (300, 78)]
        {
            let area = Rect::new(0, 1, width, height);
            for focus in Focus::ALL {
                assert!(!parts(area, focus).panel(focus).is_empty(), "{area} {focus:?}");
                let Parts { bands, projected, history, density, kinds } = parts(area, focus);
                let all = [bands, projected, history, density, kinds];
                let cells: u32 = all.iter().map(|part| part.area()).sum();
                assert_eq!(cells, area.area(), "{area}");
                let overlap = |a: &Rect, b: &Rect| !a.intersection(*b).is_empty();
                for (index, part) in all.iter().enumerate() {
                    assert!(!all[..index].iter().any(|other| overlap(part, other)), "{area} {all:?}");
                }
                let is_asked_for = focus == Focus::Density;
                assert!(density.is_empty() || is_asked_for || density.height >= density::MIN_ROWS);
            }
        }
    }
}
