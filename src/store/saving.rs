//! Whether this process saves what the user types and chooses on screen.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this process saves what the user types and chooses on screen: of several with the same folder,
/// only the first one does. Clones share the value, which may change.
#[derive(Clone, Debug, Default)]
pub struct Saving(Arc<AtomicBool>);

impl Saving {
    pub(super) fn set(&self, is_on: bool) {
        self.0.store(is_on, Ordering::Relaxed);
    }

    /// Whether saving is on.
    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
