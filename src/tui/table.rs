//! Which columns of a list fit: the more important ones first, wider ones where there is room.

use super::text;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// A column of a list.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// What stands above it.
    pub title: &'static str,
    /// The fewest cells that it makes sense with.
    pub min: usize,
    /// The cells that most of its contents need.
    pub good: usize,
    /// The most cells that it can use.
    pub max: usize,
    /// The lower, the longer it stays when the room gets scarce.
    pub rank: u8,
    /// Whether its cells stand at the right edge, as figures do.
    pub right: bool,
}

/// Cells between two columns.
pub const GAP: usize = 1;

/// The width of each column within `cells`; 0 for one that does not fit.
///
/// A column that does not fit does not keep out a less important one that is narrower.
pub fn fit(columns: &[Column], cells: usize) -> Vec<usize> {
    let mut by_rank: Vec<usize> = (0..columns.len()).collect();
    by_rank.sort_by_key(|&index| columns[index].rank);
    let mut widths = vec![0; columns.len()];
    let mut room = cells + GAP;
    for &index in &by_rank {
        let wanted = columns[index].min + GAP;
        if wanted <= room {
            widths[index] = columns[index].min;
            room -= wanted;
        }
    }
    for limit in [|column: &Column| column.good, |column: &Column| column.max] {
        for &index in &by_rank {
            if widths[index] == 0 {
                continue;
            }
            let more = room.min(limit(&columns[index]).saturating_sub(widths[index]));
            widths[index] += more;
            room -= more;
        }
    }
    widths
}

/// The line above the rows.
pub fn head(columns: &[Column], widths: &[usize], style: Style) -> Line<'static> {
    let titles = columns.iter().map(|column| (column.title.to_owned(), style)).collect();
    row(columns, widths, titles)
}

/// A row of cells, one for each column.
pub fn row(columns: &[Column], widths: &[usize], cells: Vec<(String, Style)>) -> Line<'static> {
    let mut spans = Vec::with_capacity(cells.len() * 2);
    for ((column, &cells_wide), (content, style)) in columns.iter().zip(widths).zip(cells) {
        if cells_wide == 0 {
            continue;
        }
        if !spans.is_empty() {
            spans.push(Span::raw(text::blank(GAP)));
        }
        let aligned = if column.right { text::right } else { text::left };
        spans.push(Span::styled(aligned(&content, cells_wide), style));
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column { title: "address", min: 10, good: 15, max: 20, rank: 0, right: false },
        Column { title: "agent", min: 12, good: 14, max: 14, rank: 2, right: false },
        Column { title: "ping", min: 6, good: 6, max: 6, rank: 1, right: true },
    ];

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
    fn a_row_takes_no_more_than_the_width() {
        for cells in 0..60 {
            let line = head(&COLUMNS, &fit(&COLUMNS, cells), Style::new());
            assert!(line.width() <= cells, "{cells}");
        }
    }
}
