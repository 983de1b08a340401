//! Frames around panels, and where boxes stand.

use crate::tui::theme::Theme;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType};

/// Rows of a panel that hold no row of its list: the borders and the head.
pub const LIST_FRAME: u16 = 3;

/// The frame of a panel.
pub fn panel(theme: Theme, title: impl Into<Line<'static>>, focused: bool) -> Block<'static> {
    Block::bordered()
        .border_type(if focused { BorderType::Thick } else { BorderType::Rounded })
        .border_style(theme.border(focused))
        .title(title.into())
}

/// A title with figures beside it: ` Peers  7 live of 9 `.
pub fn title(theme: Theme, name: &str, figures: &str, focused: bool) -> Line<'static> {
    Line::from(vec![
        Span::styled(format!(" {name} "), theme.title(focused)),
        Span::styled(format!(" {figures} "), theme.muted()),
    ])
}

/// The number of rows of a list in a panel.
pub fn list_rows(panel: Rect) -> usize {
    usize::from(panel.height.saturating_sub(LIST_FRAME))
}

/// Puts a blank between the frame and the text; the row's style covers it too.
pub fn indented(mut line: Line<'_>) -> Line<'_> {
    line.spans.insert(0, Span::raw(" "));
    line
}

/// The part of `area` in its middle that has at most that size.
pub fn centred(area: Rect, width: usize, height: usize) -> Rect {
    let width = u16::try_from(width).unwrap_or(u16::MAX).min(area.width);
    let height = u16::try_from(height).unwrap_or(u16::MAX).min(area.height);
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}
