//! What the user watches, as the screen shows it.

use super::TxKey;
use crate::event::WatchTarget;
use crate::model::WatchNotice;
use std::time::Duration;

/// Something that is watched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WatchRow {
    /// What.
    pub target: WatchTarget,
    /// What happened last with it, and how long ago.
    pub last: Option<(Duration, WatchNotice)>,
    /// The transaction with which it did, if that is held.
    pub held: Option<TxKey>,
}
