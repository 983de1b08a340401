//! The parts of the Blocks screen, by the room there is.

use ratatui::layout::{Constraint, Layout, Rect};

/// The parts of the Blocks screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parts {
    /// The blocks side by side.
    pub strip: Rect,
    /// The page of the selected block.
    pub page: Rect,
}

/// The height of the strip with every figure of a block, and the most that it takes of the screen, in percent.
const STRIP: u16 = 18;
const MOST: u16 = 50;

/// The parts within `area`.
pub fn parts(area: Rect) -> Parts {
    let most = u32::from(area.height) * u32::from(MOST) / 100;
    let strip = STRIP.min(u16::try_from(most).unwrap_or(STRIP)).max(7);
    let [strip, page] = Layout::vertical([Constraint::Length(strip), Constraint::Fill(1)]).areas(area);
    Parts { strip, page }
}
