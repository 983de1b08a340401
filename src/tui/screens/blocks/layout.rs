//! The layout of the Blocks screen.

use ratatui::layout::{Constraint, Layout, Position, Rect};

/// The panel in focus.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Focus {
    #[default]
    Strip,
    Page,
}

impl Focus {
    /// All panels, in `Tab` order.
    pub const ALL: [Self; 2] = [Self::Strip, Self::Page];
}

/// The parts of the Blocks screen. A part that has no room is empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parts {
    /// The blocks side by side.
    pub strip: Rect,
    /// The page of the selected block.
    pub page: Rect,
}

impl Parts {
    /// The panel at a position.
    pub fn at(&self, position: Position) -> Option<Focus> {
        let panels = [(self.strip, Focus::Strip), (self.page, Focus::Page)];
        panels.into_iter().find(|(area, _)| area.contains(position)).map(|(_, panel)| panel)
    }
}

/// The height of the strip with all of a block's figures, and its largest share of the screen, in percent.
const STRIP: u16 = 18;
const MOST: u16 = 50;

/// The parts within `area`.
pub fn parts(area: Rect) -> Parts {
    let most = u32::from(area.height) * u32::from(MOST) / 100;
    let strip = STRIP.min(u16::try_from(most).unwrap_or(STRIP)).max(7);
    let [strip, page] = Layout::vertical([Constraint::Length(strip), Constraint::Fill(1)]).areas(area);
    Parts { strip, page }
}

/// The layout with only the focused panel.
pub fn zoomed(area: Rect, focus: Focus) -> Parts {
    match focus {
        Focus::Strip => Parts { strip: area, page: Rect::default() },
        Focus::Page => Parts { strip: Rect::default(), page: area },
    }
}
