//! The details of a peer, a transaction or a block.

mod block;
mod cluster;
mod document;
mod mempool_list;
mod peer;
mod propagation;
mod removed;
mod transaction;

use crate::snapshot::{Detail, TransactionDetail};
use crate::snapshot::{Open, View};
use crate::tui::context::Context;
use crate::tui::keys::{Action, Place};
use crate::tui::layer::{Id, Layer, Response};
use crate::tui::widgets::format;
use crate::tui::widgets::scroll::Scroll;
use crate::util::text::hex;
use document::Document;
use ratatui::Frame;
use ratatui::text::Line;

/// The most bytes that are copied: as base64, more than that is cut off or refused by terminals that
/// allow 74,994 characters.
const LONGEST_COPY: usize = 56_000;

/// What is open, and how far it is scrolled.
#[derive(Debug)]
pub struct Details {
    open: Open,
    scroll: Scroll,
}

impl Details {
    pub fn new(open: Open) -> Self {
        Self { open, scroll: Scroll::default() }
    }

    fn document(&self, cx: &Context) -> Document {
        let cells = document::line_cells(cx.area);
        match cx.detail(self.open) {
            Some(Detail::Peer(peer)) => peer::document(cx, peer, cells),
            Some(Detail::Transaction(transaction)) => transaction::document(cx, transaction, cells),
            Some(Detail::Block(block)) => block::document(cx, block, cells),
            Some(Detail::Removed(removed)) => removed::document(cx, removed, cells),
            Some(Detail::Forgotten) => removed::forgotten(cx, self.open, cells),
            None => {
                let first = vec![Line::styled("loading", cx.theme.warning())];
                Document { title: "Details".to_owned(), first, second: Vec::new() }
            }
        }
    }

    fn transaction<'a>(&self, cx: &Context<'a>) -> Option<&'a TransactionDetail> {
        match cx.detail(self.open)? {
            Detail::Transaction(transaction) => Some(transaction),
            _ => None,
        }
    }

    fn copy_raw(&self, cx: &Context) -> Response {
        match self.transaction(cx).map(|transaction| &transaction.raw) {
            Some(raw) if 2 * raw.len() > LONGEST_COPY => {
                let size = format::grouped(raw.len() as u64);
                Response::remark(format!("not copied: {size} B exceed what terminals accept"))
            }
            Some(raw) => Response::Copy { text: hex(raw), what: "transaction" },
            None => Response::remark("nothing to copy: open a transaction"),
        }
    }
}

impl Layer for Details {
    fn place(&self, _cx: &Context) -> Place {
        Place::Details
    }

    fn update(&mut self, action: Action, cx: &Context) -> Response {
        match action {
            Action::Back => Response::Leave,
            Action::Move(motion) => {
                let (lines, rows) = self.document(cx).extent(cx.area);
                self.scroll.go(motion, lines, rows);
                Response::Done
            }
            Action::Open => match cx.detail(self.open) {
                Some(Detail::Removed(removed)) => match removed.successor {
                    Some(successor) => Response::Replace(Open::Transaction(successor.key())),
                    None => Response::Done,
                },
                _ => Response::Done,
            },
            Action::CopyRaw => self.copy_raw(cx),
            _ => Response::Done,
        }
    }

    fn request(&self, _cx: &Context, view: &mut View) {
        view.open = Some(self.open);
    }

    fn selected_id(&self, cx: &Context) -> Option<Id> {
        match (self.open, cx.detail(self.open)) {
            (Open::Block(hash), _) => Some(Id::Block(hash)),
            (_, Some(Detail::Transaction(transaction))) => Some(Id::Transaction(transaction.row.txid)),
            (_, Some(Detail::Removed(removed))) => Some(Id::Transaction(removed.txid)),
            _ => None,
        }
    }

    fn draw(&self, frame: &mut Frame, cx: &Context, _focused: bool) {
        self.document(cx).draw(frame, cx, self.scroll);
    }
}
