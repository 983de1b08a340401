//! The layout of the Watch list screen.

use crate::tui::widgets::panel::LIST_FRAME;
use ratatui::layout::{Constraint, Layout, Position, Rect};

/// The fewest rows of targets, so that the panels do not move with the first ones.
const FEWEST: u16 = 4;

/// The panel in focus.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Focus {
    /// The targets.
    #[default]
    Targets,
    /// The history of the selected target.
    History,
}

impl Focus {
    /// All panels, in `Tab` order.
    pub const ALL: [Self; 2] = [Self::Targets, Self::History];
}

/// The parts of the Watch list screen. A part that has no room is empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parts {
    pub targets: Rect,
    /// The history, or the line for typing a target.
    pub history: Rect,
}

impl Parts {
    /// The panel at a position.
    pub fn at(&self, position: Position) -> Option<Focus> {
        let panels = [(self.targets, Focus::Targets), (self.history, Focus::History)];
        panels.into_iter().find(|(area, _)| area.contains(position)).map(|(_, panel)| panel)
    }
}

/// The layout within `area` for this many targets, which take at most half of it.
pub fn parts(area: Rect, targets: usize) -> Parts {
    let rows = u16::try_from(targets).unwrap_or(u16::MAX).max(FEWEST).saturating_add(LIST_FRAME);
    let height = rows.min(area.height / 2);
    let [targets, history] = Layout::vertical([Constraint::Length(height), Constraint::Fill(1)]).areas(area);
    Parts { targets, history }
}

/// The layout with only the focused panel.
pub fn zoomed(area: Rect, focus: Focus) -> Parts {
    match focus {
        Focus::Targets => Parts { targets: area, history: Rect::default() },
        Focus::History => Parts { targets: Rect::default(), history: area },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_take_no_more_than_they_need_and_half_of_the_room_at_most() {
        let heights = |targets| {
            let Parts { targets, history } = parts(Rect::new(0, 1, 80, 22), targets);
            assert_eq!((targets.bottom(), history.bottom()), (history.y, 23));
            targets.height
        };
        assert_eq!([0, 4, 5, 8, 9, 1_000].map(heights), [7, 7, 8, 11, 11, 11]);
    }
}
