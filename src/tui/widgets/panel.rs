//! Frames of panels, and positions of boxes.

use crate::tui::theme::Theme;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType};

/// The rows of a panel that are not rows of its list: borders and head.
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
    let mut title = Line::styled(format!(" {name} "), theme.title(focused));
    if !figures.is_empty() {
        title.push_span(Span::styled(format!(" {figures} "), theme.muted()));
    }
    title
}

/// A screen with a list and, below it, the selected row in full.
pub struct ListAndSelected {
    pub list: Rect,
    pub selected: Rect,
}

/// Divides `area`; the selected row gets `rows` rows, including borders.
pub fn list_and_selected(area: Rect, rows: u16) -> ListAndSelected {
    let [list, selected] = Layout::vertical([Constraint::Fill(1), Constraint::Length(rows)]).areas(area);
    ListAndSelected { list, selected }
}

/// The number of rows of a list in a panel.
pub fn list_rows(panel: Rect) -> usize {
    usize::from(panel.height.saturating_sub(LIST_FRAME))
}

/// The part of a list at a position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ListPart {
    /// The cell of the head with this index.
    Head(usize),
    /// The visible row with this index.
    Row(usize),
}

/// Returns the part of the list in `panel` that is at `at`.
pub fn list_part(panel: Rect, at: Position) -> Option<ListPart> {
    let inside = Rect { x: panel.x + 1, width: panel.width.saturating_sub(2), ..panel };
    if !inside.contains(at) || at.y + 1 == panel.bottom() {
        return None;
    }
    match (at.y - panel.y).checked_sub(LIST_FRAME - 1) {
        Some(row) => Some(ListPart::Row(row.into())),
        // The head is indented by one blank.
        None if at.y == panel.y + 1 => Some(ListPart::Head(usize::from((at.x - inside.x).saturating_sub(1)))),
        None => None,
    }
}

/// Puts a blank between frame and text, in the row's style.
pub fn indented(mut line: Line<'_>) -> Line<'_> {
    line.spans.insert(0, Span::raw(" "));
    line
}

/// An area of at most this size in the middle of `area`.
pub fn centred(area: Rect, width: usize, height: usize) -> Rect {
    let width = u16::try_from(width).unwrap_or(u16::MAX).min(area.width);
    let height = u16::try_from(height).unwrap_or(u16::MAX).min(area.height);
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_of_a_panel_is_no_part_of_its_list() {
        let part = |x, y| list_part(Rect::new(10, 5, 20, 6), Position { x, y });
        assert_eq!(part(12, 6), Some(ListPart::Head(0)));
        assert_eq!(part(28, 6), Some(ListPart::Head(16)));
        assert_eq!([part(11, 7), part(28, 9)], [Some(ListPart::Row(0)), Some(ListPart::Row(2))]);
        let frame = [part(12, 5), part(12, 10), part(10, 7), part(29, 7), part(9, 7), part(12, 11)];
        assert_eq!(frame, [None; 6]);
    }
}
