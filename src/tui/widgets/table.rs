//! Lists with columns, defined by a table: the title of each column, its width, when it appears, and its
//! cells.

use super::text;
use crate::tui::context::Context;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The title of a column, and its layout.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    pub title: &'static str,
    /// The alignment of the cells.
    pub align: Align,
    pub width: Width,
    /// Columns with lower ranks stay longer when room is short.
    pub rank: u8,
}

/// A column of a list of `R`s.
#[derive(Debug)]
pub struct Column<R: 'static> {
    head: Head,
    /// Returns the cell of a row for the column's width.
    cell: fn(&R, &Context, usize) -> Cell,
}

impl<R> Column<R> {
    /// Draws the cell of a row.
    pub fn draw(&self, row: &R, cx: &Context, width: usize) -> Cell {
        (self.cell)(row, cx, width)
    }

    /// The same column with another rank.
    pub const fn ranked(self, rank: u8) -> Self {
        Self { head: Head { rank, ..self.head }, ..self }
    }
}

/// Defines a column.
pub const fn column<R>(
    title: &'static str,
    align: Align,
    width: Width,
    rank: u8,
    cell: fn(&R, &Context, usize) -> Cell,
) -> Column<R> {
    Column { head: Head { title, align, width, rank }, cell }
}

impl AsRef<Head> for Head {
    fn as_ref(&self) -> &Head {
        self
    }
}

impl<R> AsRef<Head> for Column<R> {
    fn as_ref(&self) -> &Head {
        &self.head
    }
}

/// The widths of a column, in cells.
#[derive(Clone, Copy, Debug)]
pub struct Width {
    /// The smallest useful width.
    pub min: usize,
    /// The width that most of its contents need.
    pub good: usize,
    /// The largest useful width.
    pub max: usize,
}

impl Width {
    /// The same widths plus some cells.
    pub const fn plus(self, cells: usize) -> Self {
        Self { min: self.min + cells, good: self.good + cells, max: self.max + cells }
    }
}

/// A flexible width.
pub const fn between(min: usize, good: usize, max: usize) -> Width {
    Width { min, good, max }
}

/// A fixed width.
pub const fn exactly(cells: usize) -> Width {
    between(cells, cells, cells)
}

/// The alignment of a column: words left, figures right.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    Left,
    Right,
}

/// The contents of a cell.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    style: Style,
    /// A longer text that, if the next column is visible, covers both columns.
    across: Option<String>,
}

impl Cell {
    pub fn new(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style, across: None }
    }

    /// Covers this cell and the next column's with `text`, if that column is visible.
    pub fn across(mut self, text: impl Into<String>) -> Self {
        self.across = Some(text.into());
        self
    }
}

/// Cells between two columns.
const GAP: usize = 1;

/// Returns the width of each column within `cells`; 0 for one that does not fit.
///
/// Columns are placed by ascending rank. One that does not fit does not keep out a narrower one of higher
/// rank.
pub fn fit(columns: &[impl AsRef<Head>], cells: usize) -> Vec<usize> {
    let mut by_rank: Vec<usize> = (0..columns.len()).collect();
    by_rank.sort_by_key(|&index| columns[index].as_ref().rank);
    let mut widths = vec![0; columns.len()];
    let mut room = cells + GAP;
    for &index in &by_rank {
        let needed = columns[index].as_ref().width.min + GAP;
        if needed <= room {
            widths[index] = columns[index].as_ref().width.min;
            room -= needed;
        }
    }
    for limit in [|width: &Width| width.good, |width: &Width| width.max] {
        for &index in &by_rank {
            if widths[index] == 0 {
                continue;
            }
            let more = room.min(limit(&columns[index].as_ref().width).saturating_sub(widths[index]));
            widths[index] += more;
            room -= more;
        }
    }
    widths
}

/// Returns the index of the column at a cell of the line.
pub fn column_at(widths: &[usize], cell: usize) -> Option<usize> {
    let mut start = 0;
    widths.iter().position(|width| {
        let end = start + width;
        let is_here = (start..end).contains(&cell);
        if *width > 0 {
            start = end + GAP;
        }
        is_here
    })
}

/// The line with the titles.
pub fn head(columns: &[impl AsRef<Head>], widths: &[usize], style: Style) -> Line<'static> {
    let cell = |at: usize, _| Cell::new(columns[at].as_ref().title, style);
    line(columns, widths, cell)
}

/// The line with the titles, with a mark at the sort column.
pub fn head_sorted(
    columns: &[impl AsRef<Head>],
    widths: &[usize],
    style: Style,
    by: usize,
    arrow: char,
) -> Line<'static> {
    line(columns, widths, |at, _| {
        let title = columns[at].as_ref().title;
        Cell::new(if at == by { format!("{title}{arrow}") } else { title.to_owned() }, style)
    })
}

/// The line of a row.
pub fn row<R>(columns: &[Column<R>], widths: &[usize], row: &R, cx: &Context) -> Line<'static> {
    line(columns, widths, |at, width| columns[at].draw(row, cx, width))
}

/// A line of cells; `cell` gets the index and the width of each visible column.
pub fn line(
    columns: &[impl AsRef<Head>],
    widths: &[usize],
    cell: impl Fn(usize, usize) -> Cell,
) -> Line<'static> {
    let mut spans = Vec::with_capacity(columns.len() * 2);
    let mut visible = widths.iter().enumerate().filter(|(_, width)| **width > 0).peekable();
    while let Some((at, &width)) = visible.next() {
        if !spans.is_empty() {
            spans.push(Span::raw(text::blank(GAP)));
        }
        let Cell { text, style, across } = cell(at, width);
        let next = across.and_then(|text| visible.next_if(|(next, _)| *next == at + 1).zip(Some(text)));
        let content = match (next, columns[at].as_ref().align) {
            (Some(((_, next), text)), _) => text::left(&text, width + GAP + next),
            (None, Align::Left) => text::left(&text, width),
            (None, Align::Right) => text::right(&text, width),
        };
        spans.push(Span::styled(content, style));
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column<String>; 3] = [
        column("address", Align::Left, between(10, 15, 20), 0, empty),
        column("agent", Align::Left, between(12, 14, 14), 2, empty),
        column("ping", Align::Right, exactly(6), 1, empty),
    ];

    fn empty(_: &String, _: &Context, _: usize) -> Cell {
        Cell::new("", Style::new())
    }

    #[test]
    fn columns_appear_by_rank_as_the_width_grows() {
        assert_eq!(fit(&COLUMNS, 9), [0, 0, 6]);
        assert_eq!(fit(&COLUMNS, 10), [10, 0, 0]);
        assert_eq!(fit(&COLUMNS, 17), [10, 0, 6]);
        assert_eq!(fit(&COLUMNS, 30), [10, 12, 6]);
        assert_eq!(fit(&COLUMNS, 36), [15, 13, 6]);
        assert_eq!(fit(&COLUMNS, 38), [16, 14, 6]);
        assert_eq!(fit(&COLUMNS, 200), [20, 14, 6]);
        assert_eq!(fit(&COLUMNS, 0), [0, 0, 0]);
    }

    #[test]
    fn the_column_under_a_cell_is_the_one_that_is_drawn_there() {
        let widths = [3, 0, 2];
        let columns: Vec<_> = (0..7).map(|cell| column_at(&widths, cell)).collect();
        assert_eq!(columns, [Some(0), Some(0), Some(0), None, Some(2), Some(2), None]);
    }

    #[test]
    fn a_row_takes_no_more_than_the_width() {
        for cells in 0..60 {
            let line = head(&COLUMNS, &fit(&COLUMNS, cells), Style::new());
            assert!(line.width() <= cells, "{cells}");
        }
    }
}
