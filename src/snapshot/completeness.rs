//! How complete the mempool is.

use crate::model::{ListComparison, Model, SeenInBlocks};

/// How complete our mempool is, compared with what is known about others'.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Completeness {
    /// How much of the last blocks was already in the mempool; `None` without a block.
    pub blocks: Option<SeenInBlocks>,
    /// The difference from a peer's list; `None` if no peer sent one recently.
    pub list: Option<ListComparison>,
}

impl Completeness {
    pub(super) fn take(model: &Model) -> Self {
        Self { blocks: model.seen_in_blocks(), list: model.completeness().best().cloned() }
    }
}
