//! Where the reader is among the blocks.

use super::super::action::Motion;
use super::{App, Layer, LayerKind};
use crate::snapshot::BlockRow;
use crate::snapshot::view::Open;
use crate::wire::BlockHash;

/// How many blocks a page is.
const PAGE: usize = 6;

impl App {
    /// The place of the selected block, if one is selected and still known.
    pub fn block_position(&self) -> Option<usize> {
        let selected = self.block?;
        self.blocks().iter().position(|block| block.figures.hash == selected)
    }

    fn blocks(&self) -> &[BlockRow] {
        self.snapshot().blocks_screen.as_ref().map_or(&[], |screen| &screen.blocks)
    }

    /// Moves the selection. Nothing selected is the newest.
    pub(super) fn select_block(&mut self, motion: Motion) {
        let last = self.blocks().len().saturating_sub(1);
        let at = self.block_position().unwrap_or(0);
        let to = match motion {
            Motion::Up => at.saturating_sub(1),
            Motion::Down => at + 1,
            Motion::PageUp => at.saturating_sub(PAGE),
            Motion::PageDown => at + PAGE,
            Motion::Top => 0,
            Motion::Bottom => last,
        };
        self.block = self.blocks().get(to.min(last)).map(|block| block.figures.hash);
    }

    /// The selected block, or the newest if none is.
    pub(super) fn selected_block(&self) -> Option<BlockHash> {
        let at = self.block_position().unwrap_or(0);
        self.blocks().get(at).map(|block| block.figures.hash)
    }

    /// Opens the details of the selected block.
    pub(super) fn open_block(&mut self) {
        let Some(hash) = self.selected_block() else {
            self.notice = Some("there is nothing to open yet".to_owned());
            return;
        };
        let open = Open::Block(hash);
        if self.frozen.is_some() && self.detail(open).is_none() {
            self.notice = Some("details are not part of a frozen screen".to_owned());
        } else {
            self.layers.push(Layer { kind: LayerKind::Details(open), scroll: 0 });
        }
    }
}
