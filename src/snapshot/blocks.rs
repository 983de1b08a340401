//! The Blocks screen.

use crate::model::fees::projection;
use crate::model::{Amount, Basis, Model, ProjectedBlock};
use crate::snapshot::detail::BlockDetail;
use std::time::Duration;

/// The Blocks screen.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct BlocksScreen {
    /// The projected next block; `None` if the mempool is empty.
    pub next: Option<ProjectedBlock>,
    /// The height that the next block will have; `None` while no block is known.
    pub next_height: Option<u32>,
    /// The whole mempool.
    pub waiting: Amount,
    /// The last blocks, the highest first.
    pub blocks: Vec<BlockDetail>,
    /// The mean time between two blocks, where blocks are found at a steady rate.
    pub mean_interval: Option<Duration>,
}

impl BlocksScreen {
    pub(super) fn take(model: &Model, announcers: usize) -> Self {
        let histogram = model.mempool().histogram();
        let settings = model.settings();
        let row = |figures| BlockDetail::take(model, figures, announcers);
        let blocks: Vec<_> = model.blocks().newest().map(row).collect();
        Self {
            next: projection::project(histogram).into_iter().next(),
            next_height: model.tip().map(|tip| tip.height + 1),
            waiting: Basis::of(histogram).all(),
            blocks,
            // The demo mines for itself.
            mean_interval: settings.network.mean_block_interval().filter(|_| !settings.demo),
        }
    }
}
