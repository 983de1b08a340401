//! The panels of the Mempool screen, by the room there is.

use ratatui::layout::{Constraint, Layout, Rect};

/// From this width on two panels stand side by side.
const TWO_COLUMNS: u16 = 100;

/// The parts of the Mempool screen. A part that has no room is empty.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Parts {
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
pub const fn fits(area: Rect) -> bool {
    area.width >= TWO_COLUMNS && area.height >= TWO_ROWS
}

/// The parts of the Mempool screen within `area`: two by two where there is room, else the histogram
/// with the blocks or, as the `second` half, the chart with the kinds.
pub fn parts(area: Rect, second: bool) -> Parts {
    let is_narrow = area.width < TWO_COLUMNS;
    let halves = |area: Rect| {
        if is_narrow {
            let below = (area.height / 2).min(12);
            Layout::vertical([Constraint::Fill(1), Constraint::Length(below)]).areas(area)
        } else {
            Layout::horizontal([Constraint::Fill(1), Constraint::Length(NEXT_BLOCKS)]).areas(area)
        }
    };
    let [upper, lower] = if fits(area) {
        Layout::vertical([Constraint::Fill(1), Constraint::Length(area.height / 2)]).areas(area)
    } else if second {
        [Rect::default(), area]
    } else {
        [area, Rect::default()]
    };
    let ([histogram, blocks], [history, kinds]) = (halves(upper), halves(lower));
    Parts { histogram, blocks, history, kinds }
}
