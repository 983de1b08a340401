//! What is open in detail: a text in one column, or in two where there is room for them.

use super::super::app::{App, Layer, LayerKind};
use super::super::text;
use super::{block_details, panel, peer_details, transaction_details};
use crate::snapshot::Detail;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// From this width on the text stands in two columns.
const TWO_COLUMNS: u16 = 110;
/// Cells between the two columns.
const GUTTER: u16 = 3;
/// Cells for the name of a fact.
const NAME: usize = 11;

/// The text of a detail, in two parts that stand beside or below each other.
#[derive(Default)]
pub struct Document {
    /// What it is about.
    pub title: String,
    /// The first part.
    pub first: Vec<Line<'static>>,
    /// The second part.
    pub second: Vec<Line<'static>>,
}

/// Draws the details over the overview.
pub fn render(frame: &mut Frame, area: Rect, app: &App, layer: Layer) {
    let theme = app.theme();
    let document = document(area, app, layer);
    let (count, rows) = measure(area, &document);
    let title = Line::styled(format!(" {} ", document.title), theme.title(true));
    let mut block = panel(app, title, true);
    let from = layer.scroll.min(count.saturating_sub(rows));
    if count > rows {
        let place = format!(" lines {}–{} of {count} ", from + 1, count.min(from + rows));
        block = block.title_bottom(Line::styled(place, theme.muted()).right_aligned());
    }
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let (columns, parts) = if two_columns(area) {
        (columns(inner).to_vec(), vec![document.first, document.second])
    } else {
        let all = [document.first, document.second].concat();
        (vec![columns(inner)[0]], vec![all])
    };
    for (column, lines) in columns.into_iter().zip(parts) {
        let visible: Vec<Line> = lines.into_iter().skip(from).take(rows).collect();
        frame.render_widget(Paragraph::new(visible), column);
    }
}

/// The number of lines, and of rows to show them in.
pub fn extent(area: Rect, app: &App, layer: Layer) -> (usize, usize) {
    measure(area, &document(area, app, layer))
}

/// A heading within a document.
pub fn heading(app: &App, text: impl Into<String>) -> Line<'static> {
    Line::styled(text.into(), app.theme().title(false))
}

/// A line with a name and its value.
fn fact(app: &App, name: &str, value: impl Into<String>) -> Line<'static> {
    Line::from(vec![
        Span::styled(text::left(name, NAME), app.theme().muted()),
        Span::styled(value.into(), app.theme().text()),
    ])
}

/// As [`fact`], over as many lines as the value needs.
pub fn facts(app: &App, name: &str, value: &str, cells: usize) -> Vec<Line<'static>> {
    let lines = text::wrap(value, cells.saturating_sub(NAME)).into_iter();
    lines.enumerate().map(|(index, line)| fact(app, if index == 0 { name } else { "" }, line)).collect()
}

fn document(area: Rect, app: &App, layer: Layer) -> Document {
    let LayerKind::Details(open) = layer.kind else { return Document::default() };
    let inner = Rect { width: area.width.saturating_sub(2), ..area };
    let widths = columns(inner).map(|column| column.width);
    let cells = usize::from(if two_columns(area) { widths[0].min(widths[1]) } else { widths[0] });
    match app.detail(open) {
        Some(Detail::Peer(peer)) => peer_details::document(app, peer, cells),
        Some(Detail::Transaction(transaction)) => transaction_details::document(app, transaction, cells),
        Some(Detail::Block(block)) => block_details::document(app, block, cells),
        Some(Detail::Gone { txid, why, successor }) => {
            let title = txid.map(|txid| format!("Transaction {txid}: gone"));
            gone(app, title.unwrap_or_else(|| "Gone".to_owned()), why, successor.is_some(), cells)
        }
        None => notice(app, "Details", "not here yet"),
    }
}

/// What became of it, and that there is more to see.
fn gone(app: &App, title: String, why: &[String], has_successor: bool, cells: usize) -> Document {
    let line = |why: &String| {
        text::wrap(why, cells).into_iter().map(|line| Line::styled(line, app.theme().warning()))
    };
    let mut first: Vec<_> = why.iter().flat_map(line).collect();
    if has_successor {
        first.push(Line::default());
        first.push(Line::styled("Enter: the transaction that is held now", app.theme().muted()));
    }
    Document { title, first, second: Vec::new() }
}

fn notice(app: &App, title: &str, what: &str) -> Document {
    let first = vec![Line::styled(what.to_owned(), app.theme().warning())];
    Document { title: title.to_owned(), first, second: Vec::new() }
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

fn measure(area: Rect, document: &Document) -> (usize, usize) {
    let (first, second) = (document.first.len(), document.second.len());
    let count = if two_columns(area) { first.max(second) } else { first + second };
    (count, usize::from(area.height.saturating_sub(2)))
}
