//! The banner on the page of something that is gone: what happened, and a link to what took its place.

use super::document::{Document, Row, banner_cells};
use crate::model::RemovalReason;
use crate::snapshot::{Open, RemovedTransaction, Successor};
use crate::tui::context::Context;
use crate::tui::widgets::text;
use crate::tui::wording::removal;
use ratatui::text::Line;

/// Says why the transaction was removed, above its last known page.
pub fn explained(cx: &Context, removed: &RemovedTransaction, page: Document) -> Document {
    let title = format!("Transaction {}: removed", removed.txid);
    let banner = reasons(removed).into_iter().flat_map(|(why, link)| banner(cx, &why, link)).collect();
    Document { title, banner, ..page }
}

/// Says that the model no longer knows the subject, above its last known page.
pub fn forgotten(cx: &Context, open: Open, page: Document) -> Document {
    let why = match open {
        Open::Peer(_) => "the peer was disconnected a while ago",
        Open::Block(_) => "the block is too old",
        Open::Transaction(_) => "the transaction was removed a while ago",
    };
    let title = if page.title.is_empty() { "No longer known".to_owned() } else { page.title };
    Document { title, banner: banner(cx, why, None), ..page }
}

/// What happened, each with a link.
fn reasons(removed: &RemovedTransaction) -> Vec<(String, Option<Open>)> {
    let successor = removed.successor.map(|successor| Open::Transaction(successor.key()));
    let block = match removed.reason {
        RemovalReason::Confirmed { block, .. } => Some(block),
        RemovalReason::Conflict(conflict) => conflict.map(|conflict| conflict.block),
        _ => None,
    };
    let mut reasons = vec![(removal::reason(&removed.reason), block.map(Open::Block))];
    if removed.is_undone {
        reasons.push(("the block was disconnected by a reorg".to_owned(), None));
    }
    if matches!(removed.successor, Some(Successor::Same(_))) {
        reasons.push(("back in the mempool".to_owned(), None));
    }
    let later = removed.later_replacements.iter();
    reasons.extend(later.map(|by| (format!("which was replaced by {by}"), None)));
    // The last transaction named is the one in the mempool.
    if let Some((_, link)) = reasons.last_mut() {
        *link = link.or(successor);
    }
    reasons
}

fn banner(cx: &Context, why: &str, link: Option<Open>) -> Vec<Row> {
    let lines = text::wrap(why, banner_cells(cx.area)).into_iter();
    let row =
        |(number, line)| Row::linked(Line::styled(line, cx.theme.warning()), link.filter(|_| number == 0));
    lines.enumerate().map(row).collect()
}
