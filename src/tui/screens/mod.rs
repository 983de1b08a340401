//! The screens, one folder each: what it asks the model for, what its keys do, how it is drawn.

mod blocks;
mod mempool;
mod overview;
mod peers;

use super::layer::Layer;
use crate::snapshot::Screen;

/// Every screen.
pub fn all() -> [(Screen, Box<dyn Layer>); 4] {
    [
        (Screen::Overview, Box::<overview::Overview>::default()),
        (Screen::Peers, Box::<peers::Peers>::default()),
        (Screen::Mempool, Box::<mempool::Mempool>::default()),
        (Screen::Blocks, Box::<blocks::Blocks>::default()),
    ]
}
