//! The screens, one folder each: what it asks the model for, what its keys do, how it is drawn.

mod blocks;
mod mempool;
mod overview;
mod peers;

use super::layer::Layer;
use crate::snapshot::Screen;

/// Every screen. The first one is shown first.
pub fn all() -> Vec<(Screen, Box<dyn Layer>)> {
    vec![
        (Screen::Overview, Box::<overview::Overview>::default()),
        (Screen::Peers, Box::<peers::Peers>::default()),
        (Screen::Mempool, Box::<mempool::Mempool>::default()),
        (Screen::Blocks, Box::<blocks::Blocks>::default()),
    ]
}
