//! What became of a transaction that was removed, and what is shown in place of forgotten things.

use super::document::Document;
use crate::snapshot::{Open, RemovedTransaction, Successor};
use crate::tui::context::Context;
use crate::tui::widgets::text;
use ratatui::text::Line;

/// In place of the address of a peer that the model has forgotten.
pub const FORGOTTEN_PEER: &str = "a peer that is forgotten";

/// Says why the transaction was removed, and whether another can be opened in its place.
pub fn document(cx: &Context, removed: &RemovedTransaction, cells: usize) -> Document {
    let title = format!("Transaction {}: gone", removed.txid);
    let mut first = warnings(cx, &reasons(removed), cells);
    if removed.successor.is_some() {
        first.push(Line::default());
        first.push(Line::styled("Enter: the transaction that is held now", cx.theme.muted()));
    }
    Document { title, first, second: Vec::new() }
}

/// Says that the model no longer knows what is open.
pub fn forgotten(cx: &Context, open: Open, cells: usize) -> Document {
    let why = match open {
        Open::Peer(_) => "this peer was dropped a while ago",
        Open::Block(_) => "this block was long ago",
        Open::Transaction(_) => "no longer held",
    };
    Document { title: "Gone".to_owned(), first: warnings(cx, &[why.to_owned()], cells), second: Vec::new() }
}

fn reasons(removed: &RemovedTransaction) -> Vec<String> {
    let mut reasons = vec![removed.reason.to_string()];
    if removed.is_undone {
        reasons.push("which is not in the best chain any more".to_owned());
    }
    if matches!(removed.successor, Some(Successor::Same(_))) {
        reasons.push("it is held again".to_owned());
    }
    reasons.extend(removed.later_replacements.iter().map(|by| format!("which was replaced by {by}")));
    reasons
}

fn warnings(cx: &Context, reasons: &[String], cells: usize) -> Vec<Line<'static>> {
    let wrapped = reasons.iter().flat_map(|why| text::wrap(why, cells));
    wrapped.map(|line| Line::styled(line, cx.theme.warning())).collect()
}
