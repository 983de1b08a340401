//! A target, and what happened to the transactions that touch it.

use crate::event::WatchTarget;
use crate::model::watchlist::watch_match::WatchEvent;
use crate::util::bounded::Ring;
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Txid};
use std::sync::Arc;

/// How many events a target's history has.
const MAX_HISTORY: usize = 100;

/// A watch target with its history.
#[derive(Debug)]
pub(crate) struct Watched {
    /// The target.
    pub(crate) target: Arc<WatchTarget>,
    /// The last events, oldest first.
    pub(crate) history: Ring<PastMatch, MAX_HISTORY>,
}

impl Watched {
    pub(super) fn new(target: &WatchTarget) -> Self {
        Self { target: Arc::new(target.clone()), history: Ring::default() }
    }
}

/// A past match in the history of its target.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PastMatch {
    /// Its number among all matches since startup.
    pub number: u64,
    /// When it was reported.
    pub at: Timestamp,
    /// The transaction.
    pub txid: Txid,
    /// What the transaction pays to the target, in sat.
    pub received: u64,
    /// What the transaction spends of the target's outputs, in sat, as far as was known then.
    pub spent: u64,
    /// What happened.
    pub event: WatchEvent,
    /// The block that confirmed the transaction; `None` unless it was confirmed.
    pub block: Option<BlockHash>,
}
