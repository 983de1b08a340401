//! Why a transaction was removed, and what stands in place of things that are no longer known.

use super::document::Document;
use crate::snapshot::{Open, RemovedTransaction, Successor};
use crate::tui::context::Context;
use crate::tui::widgets::text;
use crate::tui::wording::removal;
use ratatui::text::Line;

/// Says why the transaction was removed, and whether another can be opened in its place.
pub fn document(cx: &Context, removed: &RemovedTransaction, cells: usize) -> Document {
    let title = format!("Transaction {}: removed", removed.txid);
    let mut first = warnings(cx, &reasons(removed), cells);
    if removed.successor.is_some() {
        first.push(Line::default());
        first.push(Line::styled("Enter: open the transaction that is in the mempool now", cx.theme.muted()));
    }
    Document { title, first, second: Vec::new() }
}

/// Says that the model no longer knows what is open.
pub fn forgotten(cx: &Context, open: Open, cells: usize) -> Document {
    let why = match open {
        Open::Peer(_) => "the peer was disconnected a while ago",
        Open::Block(_) => "the block is too old",
        Open::Transaction(_) => "the transaction was removed a while ago",
    };
    Document {
        title: "No longer known".to_owned(),
        first: warnings(cx, &[why.to_owned()], cells),
        second: Vec::new(),
    }
}

fn reasons(removed: &RemovedTransaction) -> Vec<String> {
    let mut reasons = vec![removal::reason(&removed.reason)];
    if removed.is_undone {
        reasons.push("the block was disconnected by a reorg".to_owned());
    }
    if matches!(removed.successor, Some(Successor::Same(_))) {
        reasons.push("back in the mempool".to_owned());
    }
    reasons.extend(removed.later_replacements.iter().map(|by| format!("which was replaced by {by}")));
    reasons
}

fn warnings(cx: &Context, reasons: &[String], cells: usize) -> Vec<Line<'static>> {
    let wrapped = reasons.iter().flat_map(|why| text::wrap(why, cells));
    wrapped.map(|line| Line::styled(line, cx.theme.warning())).collect()
}
