//! The record about the watch list.

use super::words::{RemovalReason, WatchChange};
use crate::model::WatchMatch;
use serde::Serialize;

/// Something happened to a transaction that touches a watch target.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct WatchRecord {
    pub(super) change: WatchChange,
    pub(super) target: String,
    pub(super) txid: String,
    pub(super) received_sat: u64,
    pub(super) spent_sat: u64,
    pub(super) by: Option<String>,
    pub(super) height: Option<u32>,
    pub(super) block: Option<String>,
    pub(super) confirmations: Option<u32>,
    pub(super) reason: Option<RemovalReason>,
}

impl WatchRecord {
    pub(super) fn new(found: &WatchMatch) -> Self {
        let event = found.event;
        Self {
            change: event.into(),
            target: found.target.clone(),
            txid: found.txid.to_string(),
            received_sat: found.received,
            spent_sat: found.spent,
            by: event.by().map(|by| by.to_string()),
            height: event.height(),
            block: found.block.map(|block| block.to_string()),
            confirmations: event.confirmations(),
            reason: event.reason().map(RemovalReason::from),
        }
    }
}
