//! What the user watches, as the screen shows it.

use crate::model::WatchNotice;
use crate::watching::Target;
use std::time::Duration;

/// Something that is watched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WatchRow {
    /// What.
    pub target: Target,
    /// What happened last with it, and how long ago.
    pub last: Option<(Duration, WatchNotice)>,
}
