//! The text of the details, in one column or, if there is room, two.

use crate::snapshot::Open;
use crate::tui::context::Context;
use crate::tui::widgets::panel::panel;
use crate::tui::widgets::scroll::Scroll;
use crate::tui::widgets::text;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Margin, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// From this width on there are two columns.
const TWO_COLUMNS: u16 = 110;
/// Cells between the two columns.
const GUTTER: u16 = 3;
/// The width of a fact's name, in cells.
const NAME: usize = 11;

/// A line, and its link.
#[derive(Clone, Debug)]
pub struct Row {
    line: Line<'static>,
    link: Option<Open>,
}

impl Row {
    /// A line that links to `open`, if given.
    pub fn linked(line: Line<'static>, open: impl Into<Option<Open>>) -> Self {
        Self { line, link: open.into() }
    }
}

impl From<Line<'static>> for Row {
    fn from(line: Line<'static>) -> Self {
        Self { line, link: None }
    }
}

/// Rows without links.
pub fn rows(lines: impl IntoIterator<Item = Line<'static>>) -> impl Iterator<Item = Row> {
    lines.into_iter().map(Row::from)
}

/// A text in two parts, beside or below each other, under a banner that does not scroll.
#[derive(Default)]
pub struct Document {
    /// The title of the panel.
    pub title: String,
    /// What happened to the subject of the page.
    pub banner: Vec<Row>,
    /// The first part.
    pub first: Vec<Row>,
    /// The second part.
    pub second: Vec<Row>,
    /// The row of the second part where scripts begin, if they are shown.
    pub scripts: Option<usize>,
}

impl Document {
    /// Draws the text in the area of `cx`, with the link of this number selected; `focused` if it receives
    /// keys.
    pub fn draw(
        self,
        frame: &mut Frame,
        cx: &Context,
        scroll: Scroll,
        selected: Option<usize>,
        focused: bool,
    ) {
        let area = cx.area;
        let (count, rows) = self.extent(area);
        let title = Line::styled(format!(" {} ", self.title), cx.theme.title(focused));
        let mut block = panel(cx.theme, title, focused);
        let from = scroll.first(count, rows);
        if count > rows {
            let place = format!(" lines {}–{} of {count} ", from + 1, count.min(from + rows));
            block = block.title_bottom(Line::styled(place, cx.theme.muted()).right_aligned());
        }
        let inner = block.inner(area);
        frame.render_widget(block, area);
        let mut links = 0..;
        let mut marked = |rows: Vec<Row>| -> Vec<Line<'static>> {
            rows.into_iter().map(|row| marked(cx, row, &mut links, selected)).collect()
        };
        let [top, inner] =
            Layout::vertical([Constraint::Length(self.banner_rows()), Constraint::Fill(1)]).areas(inner);
        frame.render_widget(Paragraph::new(marked(self.banner)), top);
        let parts = [marked(self.first), marked(self.second)];
        let (columns, parts) = if two_columns(area) {
            (columns(inner).to_vec(), parts.to_vec())
        } else {
            (vec![columns(inner)[0]], vec![parts.concat()])
        };
        for (column, lines) in columns.into_iter().zip(parts) {
            let visible: Vec<Line> = lines.into_iter().skip(from).take(rows).collect();
            // A link's mark is in the blank to its left.
            let column = Rect { x: column.x.saturating_sub(1), width: column.width + 1, ..column };
            frame.render_widget(Paragraph::new(visible), column);
        }
    }

    /// The number of lines that scroll, and of visible rows.
    pub fn extent(&self, area: Rect) -> (usize, usize) {
        let (first, second) = (self.first.len(), self.second.len());
        let count = if two_columns(area) { first.max(second) } else { first + second };
        (count, usize::from(area.height.saturating_sub(2 + self.banner_rows())))
    }

    /// The links of all rows from top to bottom: banner, first part, second part.
    pub fn links(&self) -> impl Iterator<Item = Open> {
        [&self.banner, &self.first, &self.second].into_iter().flatten().filter_map(|row| row.link)
    }

    /// The line to scroll into view to show the link of this number; `None` if it is in the banner.
    pub fn line_of_link(&self, number: usize, area: Rect) -> Option<usize> {
        let places = |rows: &[Row], from: usize| -> Vec<usize> {
            let linked = rows.iter().enumerate().filter(|(_, row)| row.link.is_some());
            linked.map(|(line, _)| from + line).collect()
        };
        let second = self.second_from(area);
        let in_banner = self.banner.iter().filter(|row| row.link.is_some()).count();
        let places = [places(&self.first, 0), places(&self.second, second)].concat();
        places.get(number.checked_sub(in_banner)?).copied()
    }

    /// The line where scripts begin, if they are shown.
    pub fn line_of_scripts(&self, area: Rect) -> Option<usize> {
        Some(self.second_from(area) + self.scripts?)
    }

    /// The line where the second part begins.
    fn second_from(&self, area: Rect) -> usize {
        if two_columns(area) { 0 } else { self.first.len() }
    }

    /// The link of the row at `at`, given the area and the scroll position.
    pub fn link_at(&self, at: Position, area: Rect, scroll: Scroll) -> Option<Open> {
        if !area.inner(Margin::new(1, 1)).contains(at) {
            return None;
        }
        let row = usize::from(at.y - area.y - 1);
        let (lines, rows) = self.extent(area);
        let Some(row) = row.checked_sub(self.banner.len()) else { return self.banner[row].link };
        let line = (row < rows).then(|| scroll.first(lines, rows) + row)?;
        let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
        let row = if !two_columns(area) {
            self.first.iter().chain(&self.second).nth(line)
        } else if at.x + 1 < columns(inner)[1].x {
            self.first.get(line)
        } else {
            self.second.get(line)
        };
        row?.link
    }

    fn banner_rows(&self) -> u16 {
        u16::try_from(self.banner.len()).unwrap_or(u16::MAX)
    }
}

/// A row with the mark of its link, highlighted if its link has the selected number.
fn marked(
    cx: &Context,
    row: Row,
    numbers: &mut impl Iterator<Item = usize>,
    selected: Option<usize>,
) -> Line<'static> {
    let Row { mut line, link } = row;
    let number = link.and_then(|_| numbers.next());
    let mark = if number.is_some() { "›" } else { " " };
    line.spans.insert(0, Span::styled(mark, cx.theme.key()));
    if number.is_some() && number == selected { line.patch_style(cx.theme.selected(true)) } else { line }
}

/// The width of the lines of both parts in `area`, in cells.
pub fn line_cells(area: Rect) -> [usize; 2] {
    let inner = Rect { width: area.width.saturating_sub(2), ..area };
    let [first, second] = columns(inner).map(|column| usize::from(column.width));
    if two_columns(area) { [first, second] } else { [first; 2] }
}

/// The width of a banner line in `area`, in cells.
pub fn banner_cells(area: Rect) -> usize {
    usize::from(area.width.saturating_sub(4))
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

/// A name and its value, in as many lines as needed.
pub fn facts(cx: &Context, name: &str, value: &str, cells: usize) -> Vec<Line<'static>> {
    let lines = text::wrap(value, cells.saturating_sub(NAME)).into_iter();
    lines.enumerate().map(|(index, line)| fact(cx, if index == 0 { name } else { "" }, line)).collect()
}

fn two_columns(area: Rect) -> bool {
    area.width >= TWO_COLUMNS
}

/// The columns inside a frame, with a blank on each side.
fn columns(inner: Rect) -> [Rect; 2] {
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    if inner.width + 4 >= TWO_COLUMNS {
        // The second part has the outpoints and messages, which are longer.
        Layout::horizontal([Constraint::Fill(9), Constraint::Fill(11)]).spacing(GUTTER).areas(inner)
    } else {
        [inner, Rect::default()]
    }
}
