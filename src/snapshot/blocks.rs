//! The Blocks screen.

use crate::model::fees::projection;
use crate::model::{Amount, Basis, BlockFigures, Model, ProjectedBlock};
use crate::query::subjects::BlockItem;
use crate::query::{Blocks, Query};
use crate::snapshot::detail::BlockDetail;
use crate::util::text::contains;
use crate::util::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// What the Blocks screen asks for.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct BlocksView {
    /// Only blocks with this text in their height, hash, pool or tag.
    pub filter: String,
    /// Which blocks are listed, and in which order; `None`: all, the highest first.
    pub query: Option<Arc<Query<Blocks>>>,
}

impl BlocksView {
    /// Whether blocks may be left out.
    fn is_filtered(&self) -> bool {
        !self.filter.is_empty() || self.query.is_some()
    }
}

/// The Blocks screen.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct BlocksScreen {
    /// The projected next block; `None` if the mempool is empty, or if a filter is set.
    pub next: Option<ProjectedBlock>,
    /// The height that the next block will have; `None` while no block is known.
    pub next_height: Option<u32>,
    /// The whole mempool.
    pub waiting: Amount,
    /// The last blocks, the highest first unless the query has another order.
    pub blocks: Vec<BlockDetail>,
    /// The number of recent blocks, whether listed or not.
    pub known: usize,
    /// The mean time between two blocks, on networks with a steady rate.
    pub mean_interval: Option<Duration>,
}

impl BlocksScreen {
    pub(super) fn take(model: &Model, view: &BlocksView, announcers: usize, now: Timestamp) -> Self {
        let histogram = model.mempool().histogram();
        let settings = model.settings();
        let row = |figures| BlockDetail::take(model, figures, announcers);
        let next = || projection::project(histogram).into_iter().next();
        Self {
            next: if view.is_filtered() { None } else { next() },
            next_height: model.tip().map(|tip| tip.height.saturating_add(1)),
            waiting: Basis::of(histogram).all(),
            blocks: list(model.blocks().newest().map(row), view, now),
            known: model.blocks().newest().count(),
            // The demo mines at its own pace.
            mean_interval: settings.network.mean_block_interval().filter(|_| !settings.demo),
        }
    }
}

/// The blocks that `view` asks for, in its order.
fn list(blocks: impl Iterator<Item = BlockDetail>, view: &BlocksView, now: Timestamp) -> Vec<BlockDetail> {
    let blocks = blocks.filter(|block| has_text(&block.figures, &view.filter));
    let Some(query) = view.query.as_deref() else { return blocks.collect() };
    let mut keyed: Vec<_> = blocks
        .filter_map(|block| {
            let item = BlockItem { figures: &block.figures, spread: block.spread.as_ref(), now };
            let key = query.matches(&item).then(|| query.sort().map(|sort| sort.key(&item)))?;
            Some((key, block))
        })
        .collect();
    if let Some(sort) = query.sort() {
        keyed.sort_by(|(one, _), (other, _)| match (one, other) {
            (Some(one), Some(other)) => sort.compare(one, other),
            _ => std::cmp::Ordering::Equal,
        });
    }
    keyed.into_iter().map(|(_, block)| block).collect()
}

/// Whether a block's height (with or without commas), hash, pool or tag contains `text`.
fn has_text(figures: &BlockFigures, text: &str) -> bool {
    let height = figures.height.to_string();
    contains(&height, &text.replace(',', ""))
        || contains(&figures.hash.to_string(), text)
        || contains(figures.pool.unwrap_or_default(), text)
        || contains(&figures.tag, text)
}
