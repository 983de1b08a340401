//! The screens, one folder each: what it asks the model for, what its keys do, how it is drawn.

mod blocks;
mod mempool;
mod overview;
mod peers;

use super::layer::Layer;
use crate::snapshot::Tab;

/// Every screen.
pub fn all() -> [(Tab, Box<dyn Layer>); 4] {
    [
        (Tab::Overview, Box::<overview::Overview>::default()),
        (Tab::Peers, Box::<peers::Peers>::default()),
        (Tab::Mempool, Box::<mempool::Mempool>::default()),
        (Tab::Blocks, Box::<blocks::Blocks>::default()),
    ]
}
