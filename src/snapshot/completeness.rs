//! How complete the mempool is.

use crate::model::{ListComparison, Model, SeenInBlocks};

/// How complete the mempool is, by what is known of the mempools of others.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Completeness {
    /// How much of the last blocks was in the mempool before; `None` if there was no block.
    pub blocks: Option<SeenInBlocks>,
    /// The difference to the list of a peer; `None` if no peer gave one lately.
    pub list: Option<ListComparison>,
}

impl Completeness {
    pub(super) fn take(model: &Model) -> Self {
        Self { blocks: model.seen_in_blocks(), list: model.completeness().best().cloned() }
    }
}
