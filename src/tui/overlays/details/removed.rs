//! What became of a transaction or peer that is no longer known.

use super::document::Document;
use crate::tui::context::Context;
use crate::tui::widgets::text;
use crate::wire::Txid;
use ratatui::text::Line;

/// Says why it was removed, and whether another transaction can be opened in its place.
pub fn document(
    cx: &Context,
    txid: Option<Txid>,
    why: &[String],
    has_successor: bool,
    cells: usize,
) -> Document {
    let title = txid.map_or_else(|| "Gone".to_owned(), |txid| format!("Transaction {txid}: gone"));
    let line =
        |why: &String| text::wrap(why, cells).into_iter().map(|line| Line::styled(line, cx.theme.warning()));
    let mut first: Vec<_> = why.iter().flat_map(line).collect();
    if has_successor {
        first.push(Line::default());
        first.push(Line::styled("Enter: the transaction that is held now", cx.theme.muted()));
    }
    Document { title, first, second: Vec::new() }
}
