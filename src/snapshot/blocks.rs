//! Blocks, as the screen may know them.

use crate::model::{BlockFigures, Spread};
use std::sync::Arc;

/// The last blocks.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct BlocksScreen {
    /// Newest first.
    pub blocks: Vec<BlockRow>,
}

/// A block and how it spread.
#[derive(Clone, PartialEq, Debug)]
pub struct BlockRow {
    /// What it contains.
    pub figures: Arc<BlockFigures>,
    /// How it spread; `None`: nobody announced it, or it was long ago.
    pub spread: Option<Spread>,
}

/// A block in detail.
#[derive(Clone, PartialEq, Debug)]
pub struct BlockDetail {
    /// The block.
    pub row: BlockRow,
    /// Who delivered it.
    pub delivered_by: String,
    /// Who announced it first.
    pub first_announced_by: Option<String>,
    /// How many peers could have announced it.
    pub announcers: usize,
}
