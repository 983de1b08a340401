//! The text of the details, in one column or, where there is room, in two.

use crate::tui::context::Context;
use crate::tui::widgets::panel::panel;
use crate::tui::widgets::scroll::Scroll;
use crate::tui::widgets::text;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// From this width on there are two columns.
const TWO_COLUMNS: u16 = 110;
/// Cells between the two columns.
const GUTTER: u16 = 3;
/// The cells of the name of a fact.
const NAME: usize = 11;

/// A text in two parts that stand beside or below each other.
#[derive(Default)]
pub struct Document {
    /// The title of the panel.
    pub title: String,
    /// The first part.
    pub first: Vec<Line<'static>>,
    /// The second part.
    pub second: Vec<Line<'static>>,
}

impl Document {
    /// Draws the text over the screen.
    pub fn draw(self, frame: &mut Frame, cx: &Context, scroll: Scroll) {
        let area = cx.area;
        let (count, rows) = self.extent(area);
        let title = Line::styled(format!(" {} ", self.title), cx.theme.title(true));
        let mut block = panel(cx.theme, title, true);
        let from = scroll.first(count, rows);
        if count > rows {
            let place = format!(" lines {}–{} of {count} ", from + 1, count.min(from + rows));
            block = block.title_bottom(Line::styled(place, cx.theme.muted()).right_aligned());
        }
        let inner = block.inner(area);
        frame.render_widget(block, area);
        let (columns, parts) = if two_columns(area) {
            (columns(inner).to_vec(), vec![self.first, self.second])
        } else {
            let all = [self.first, self.second].concat();
            (vec![columns(inner)[0]], vec![all])
        };
        for (column, lines) in columns.into_iter().zip(parts) {
            let visible: Vec<Line> = lines.into_iter().skip(from).take(rows).collect();
            frame.render_widget(Paragraph::new(visible), column);
        }
    }

    /// The number of lines, and of rows to show them in.
    pub fn extent(&self, area: Rect) -> (usize, usize) {
        let (first, second) = (self.first.len(), self.second.len());
        let count = if two_columns(area) { first.max(second) } else { first + second };
        (count, usize::from(area.height.saturating_sub(2)))
    }
}

/// The cells of a line of a text in `area`.
pub fn line_cells(area: Rect) -> usize {
    let inner = Rect { width: area.width.saturating_sub(2), ..area };
    let [first, second] = columns(inner).map(|column| column.width);
    usize::from(if two_columns(area) { first.min(second) } else { first })
}

/// A heading within a document.
pub fn heading(cx: &Context, text: impl Into<String>) -> Line<'static> {
    Line::styled(text.into(), cx.theme.title(false))
}

/// A line with a name and its value.
fn fact(cx: &Context, name: &str, value: impl Into<String>) -> Line<'static> {
    Line::from(vec![
        Span::styled(text::left(name, NAME), cx.theme.muted()),
        Span::styled(value.into(), cx.theme.text()),
    ])
}

/// A name and its value, in as many lines as the value needs.
pub fn facts(cx: &Context, name: &str, value: &str, cells: usize) -> Vec<Line<'static>> {
    let lines = text::wrap(value, cells.saturating_sub(NAME)).into_iter();
    lines.enumerate().map(|(index, line)| fact(cx, if index == 0 { name } else { "" }, line)).collect()
}

fn two_columns(area: Rect) -> bool {
    area.width >= TWO_COLUMNS
}

/// The columns within a frame, with a blank at each side.
fn columns(inner: Rect) -> [Rect; 2] {
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    if inner.width + 4 >= TWO_COLUMNS {
        Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).spacing(GUTTER).areas(inner)
    } else {
        [inner, Rect::default()]
    }
}
