//! The watch list.

use crate::event::WatchTarget;
use crate::model::{Model, TxKey, WatchMatch};
use crate::util::time::Timestamp;
use crate::wire::TxHash;
use std::time::Duration;

/// One target in the watch list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WatchRow {
    /// The target.
    pub target: WatchTarget,
    /// The latest match, and the time since.
    pub last: Option<(Duration, WatchMatch)>,
    /// The transaction of the latest match, if it is in the mempool.
    pub key: Option<TxKey>,
}

/// Takes the targets, oldest first.
pub(super) fn take(model: &Model, now: Timestamp) -> Vec<WatchRow> {
    let row = |(target, last): &(WatchTarget, Option<(Timestamp, WatchMatch)>)| WatchRow {
        target: target.clone(),
        last: last.as_ref().map(|(time, notice)| (now.since(*time), notice.clone())),
        key: last.as_ref().and_then(|(_, notice)| model.mempool().key(TxHash::Txid(notice.txid))),
    };
    model.watchlist().targets().map(row).collect()
}
