//! The Blocks screen, as the screen may know it.

use crate::event::Tip;

/// The last blocks.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct BlocksScreen {
    /// The end of the best chain.
    pub tip: Option<Tip>,
}
