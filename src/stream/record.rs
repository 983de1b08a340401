//! One line of the stream, and the list of all records.

use super::alert::AlertRecord;
use super::blocks::{BlockRecord, MissingRecord, ReorgRecord};
use super::estimates::EstimatesRecord;
use super::mempool::{ListDifferenceRecord, MempoolRecord};
use super::monitor::{BackfillRecord, BootstrapRecord, RestorationRecord, StartRecord, WarningRecord};
use super::peers::{AnnouncedRecord, ConnectedRecord, DisconnectedRecord, InvalidRecord, PongRecord};
use super::transactions::{DoubleSpendRecord, FeeRecord, RemovedRecord, ReturnedRecord, TransactionRecord};
use super::watch::WatchRecord;
use crate::util::time::{Rfc3339, Timestamp};
use serde::Serialize;

/// One line of the stream.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Record {
    #[serde(flatten)]
    body: Body,
    time: Rfc3339,
}

impl Record {
    pub(super) fn new(body: Body, time: Timestamp) -> Self {
        Self { body, time: time.rfc3339() }
    }

    /// Whether the record must stay on this machine: it is about the watch list, alert rules or the user's
    /// files.
    pub fn is_private(&self) -> bool {
        match &self.body {
            Body::Watch(_) | Body::Alert(_) => true,
            Body::Warning(warning) => warning.is_private(),
            _ => false,
        }
    }
}

/// The records, by their `event`; `docs/stream.md` describes them.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Body {
    Start(StartRecord),
    PeerConnected(ConnectedRecord),
    PeerDisconnected(DisconnectedRecord),
    Pong(PongRecord),
    Announced(AnnouncedRecord),
    Invalid(InvalidRecord),
    Transaction(Box<TransactionRecord>),
    Fee(FeeRecord),
    Removed(RemovedRecord),
    Returned(ReturnedRecord),
    DoubleSpend(DoubleSpendRecord),
    Mempool(Box<MempoolRecord>),
    ListDifference(ListDifferenceRecord),
    Watch(WatchRecord),
    Alert(AlertRecord),
    Block(Box<BlockRecord>),
    BlockMissing(MissingRecord),
    Estimates(EstimatesRecord),
    Reorg(ReorgRecord),
    Backfill(BackfillRecord),
    Bootstrap(BootstrapRecord),
    Restoration(RestorationRecord),
    Warning(WarningRecord),
}
