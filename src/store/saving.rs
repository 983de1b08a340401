//! Whether this process saves what its user types and chooses on screen.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this process saves what its user types and chooses on screen: of several with the same folder, the first one
/// does. All copies say the same, also when that changes.
#[derive(Clone, Debug, Default)]
pub struct Saving(Arc<AtomicBool>);

impl Saving {
    pub(super) fn set(&self, is_on: bool) {
        self.0.store(is_on, Ordering::Relaxed);
    }

    /// Whether it does now.
    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
