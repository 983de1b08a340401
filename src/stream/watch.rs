//! The record about the watch list.

use super::words::{RemovalReason, WatchChange};
use crate::model::WatchMatch;
use crate::wire::{BlockHash, Txid};
use serde::Serialize;

/// Something happened to a transaction that touches a watch target.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(super) struct WatchRecord {
    pub(super) change: WatchChange,
    pub(super) target: String,
    pub(super) txid: Txid,
    pub(super) received_sat: u64,
    pub(super) spent_sat: u64,
    pub(super) by: Option<Txid>,
    pub(super) height: Option<u32>,
    pub(super) block: Option<BlockHash>,
    pub(super) confirmations: Option<u32>,
    pub(super) reason: Option<RemovalReason>,
}

impl WatchRecord {
    pub(super) fn new(found: &WatchMatch) -> Self {
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
