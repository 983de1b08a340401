//! A transaction as seen by order and filter.

use crate::chain::Network;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::{Mempool, MempoolEntry};
use crate::model::peers::Peers;
use crate::model::watchlist::Watchlist;
use crate::util::time::Timestamp;

/// A mempool transaction with everything that a filter may ask about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listed<'a> {
    pub(crate) key: TxKey,
    pub(crate) entry: &'a MempoolEntry,
    pub(crate) around: Around<'a>,
}

/// The context of the list's transactions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around<'a> {
    pub(crate) network: Network,
    pub(crate) mempool: &'a Mempool,
    pub(crate) peers: &'a Peers,
    pub(crate) watchlist: &'a Watchlist,
    pub(crate) now: Timestamp,
}
