//! The record about the watch list.

use super::words::{RemovalReason, WatchChange};
use crate::model::WatchMatch;
use crate::wire::{BlockHash, Txid};
use serde::Serialize;

/// Something happened to a transaction that touches a watch target.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct WatchRecord {
    pub(in crate::stream) change: WatchChange,
    pub(in crate::stream) target: String,
    pub(in crate::stream) txid: Txid,
    pub(in crate::stream) received_sat: u64,
    pub(in crate::stream) spent_sat: u64,
    pub(in crate::stream) by: Option<Txid>,
    pub(in crate::stream) height: Option<u32>,
    pub(in crate::stream) block: Option<BlockHash>,
    pub(in crate::stream) confirmations: Option<u32>,
    pub(in crate::stream) reason: Option<RemovalReason>,
}

impl WatchRecord {
    pub(in crate::stream) fn new(found: &WatchMatch) -> Self {
        let event = found.event;
        Self {
            change: event.into(),
            target: found.target.clone(),
            txid: found.txid,
            received_sat: found.received,
            spent_sat: found.spent,
            by: event.by(),
            height: event.height(),
            block: found.block,
            confirmations: event.confirmations(),
            reason: event.reason().map(RemovalReason::from),
        }
    }
}
