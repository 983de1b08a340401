//! What a position in the strip of blocks means.

use crate::snapshot::BlockDetail;

/// What a position in the strip means.
#[derive(Clone, Copy)]
pub enum At<'a> {
    /// The projected next block.
    Next,
    /// A block.
    Block(&'a BlockDetail),
}
