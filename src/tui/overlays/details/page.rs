//! The page of whatever is open: what is known of it now or, once it is gone, what was known last, under a
//! banner that says what happened.

use super::document::{self, Document, rows};
use super::{block, peer, removed, scripts, transaction};
use crate::snapshot::{Detail, Open};
use crate::tui::context::Context;
use ratatui::text::Line;

/// Makes the page of `open`, with the scripts of a transaction if asked for. `kept` is what was known of it
/// when it was last there.
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

/// Describes what is still there.
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
