//! The page of what is open: current details or, once they are gone, the last known ones under a banner that
//! says what happened.

use super::document::{self, Document, rows};
use super::{block, peer, removed, scripts, transaction};
use crate::snapshot::{Detail, Open};
use crate::tui::context::Context;
use ratatui::text::Line;

/// Makes the page of `open`, including a transaction's scripts if requested. `kept` are the last known
/// details.
pub fn page(cx: &Context, open: Open, kept: Option<&Detail>, shows_scripts: bool) -> Document {
    let present = |detail| present(cx, detail, shows_scripts);
    let kept = || kept.and_then(present).unwrap_or_default();
    match cx.detail(open).map(AsRef::as_ref) {
        Some(Detail::Removed(what)) => removed::explained(cx, what, kept()),
        Some(Detail::Forgotten) => removed::forgotten(cx, open, kept()),
        Some(detail) => present(detail).unwrap_or_default(),
        None => Document {
            title: "Details".to_owned(),
            first: vec![Line::styled("loading", cx.theme.warning()).into()],
            ..Document::default()
        },
    }
}

/// Describes details that are still current.
fn present(cx: &Context, detail: &Detail, shows_scripts: bool) -> Option<Document> {
    let cells = document::line_cells(cx.area);
    Some(match detail {
        Detail::Peer(peer) => peer::document(cx, peer, cells),
        Detail::Transaction(transaction) => {
            let mut document = transaction::document(cx, transaction, cells);
            if shows_scripts {
                document.scripts = Some(document.second.len());
                document.second.extend(rows(scripts::lines(cx, transaction, cells[1])));
            }
            document
        }
        Detail::Block(block) => block::document(cx, block, cells),
        Detail::Removed(_) | Detail::Forgotten => return None,
    })
}
