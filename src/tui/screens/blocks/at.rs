//! What a position in the strip of blocks stands for.

use crate::snapshot::BlockDetail;

/// What a position in the strip stands for.
#[derive(Clone, Copy)]
pub enum At<'a> {
    /// The projected next block.
    Next,
    /// A block.
    Block(&'a BlockDetail),
}
