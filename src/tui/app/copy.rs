//! What goes to the terminal's clipboard.

use super::super::format;
use super::{App, LayerKind};
use crate::snapshot::view::{Open, Tab};
use crate::snapshot::{Detail, TransactionDetail};
use crate::wire::{BlockHash, Txid};

/// The most that is copied, in bytes: as base64, more than that is cut off or refused by terminals
/// that allow 74,994 characters.
const LONGEST_COPY: usize = 56_000;

impl App {
    /// What is to go to the terminal's clipboard.
    pub fn take_copied(&mut self) -> Option<String> {
        self.copied.take()
    }

    /// Copies the txid of the open or selected transaction or of the one that touched the selected target
    /// last, or the hash of the open or selected block.
    pub(super) fn copy_id(&mut self) {
        let txid = |txid: Txid| (txid.to_string(), "the txid");
        let hash = |hash: BlockHash| (hash.to_string(), "the block's hash");
        let id = match self.layers.last().map(|layer| layer.kind) {
            None if self.tab == Tab::Overview => self.selected_txid().map(txid),
            None if self.tab == Tab::Blocks => self.selected_block().map(hash),
            Some(LayerKind::Watched) => {
                let last = self.selected_watched().and_then(|row| row.last.as_ref());
                last.map(|(_, notice)| txid(notice.txid))
            }
            Some(LayerKind::Details(Open::Block(open))) => Some(hash(open)),
            Some(LayerKind::Details(open @ Open::Transaction(_))) => match self.detail(open) {
                Some(Detail::Transaction(transaction)) => Some(txid(transaction.row.txid)),
                Some(Detail::Gone { txid: gone, .. }) => gone.map(txid),
                _ => None,
            },
            _ => None,
        };
        match id {
            Some((id, what)) => self.copy(id, what),
            None => self.notice = Some("nothing to copy: no transaction and no block is selected".to_owned()),
        }
    }

    fn selected_txid(&self) -> Option<Txid> {
        let selected = self.transactions.selected?;
        let rows = &self.snapshot().transactions.rows;
        rows.iter().find(|row| row.key == selected).map(|row| row.txid)
    }

    /// Copies the open transaction.
    pub(super) fn copy_raw(&mut self) {
        match self.open_transaction().map(|transaction| transaction.raw.clone()) {
            Some(raw) if 2 * raw.len() > LONGEST_COPY => {
                let size = format::grouped(raw.len() as u64);
                self.notice = Some(format!("not copied: {size} B are more than terminals take"));
            }
            Some(raw) => self.copy(crate::util::text::hex(&raw), "the transaction"),
            None => self.notice = Some("open a transaction first".to_owned()),
        }
    }

    fn copy(&mut self, text: String, what: &str) {
        self.notice = Some(format!("{what} went to the terminal's clipboard, if it has one (OSC 52)"));
        self.copied = Some(text);
    }

    fn open_transaction(&self) -> Option<&TransactionDetail> {
        let LayerKind::Details(open @ Open::Transaction(_)) = self.layers.last()?.kind else { return None };
        match self.detail(open)? {
            Detail::Transaction(transaction) => Some(transaction),
            _ => None,
        }
    }
}
