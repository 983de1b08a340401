//! The Blocks screen.

use crate::model::{BlockFigures, Model, Spread};
use std::sync::Arc;

/// The Blocks screen.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct BlocksScreen {
    /// The last blocks, newest first.
    pub blocks: Vec<BlockRow>,
}

/// One block in the list.
#[derive(Clone, PartialEq, Debug)]
pub struct BlockRow {
    /// The contents of the block.
    pub figures: Arc<BlockFigures>,
    /// How the block spread; `None` if no peer announced it or it is too old.
    pub spread: Option<Spread>,
}

impl BlocksScreen {
    pub(super) fn take(model: &Model) -> Self {
        let row = |figures| BlockRow::take(model, figures);
        Self { blocks: model.blocks().newest().map(row).collect() }
    }
}

impl BlockRow {
    pub(super) fn take(model: &Model, figures: &Arc<BlockFigures>) -> Self {
        Self { figures: Arc::clone(figures), spread: model.block_relay().spread(figures.hash) }
    }
}
