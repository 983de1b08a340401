//! One line of the stream, and the list of all records; one file for each subject.

pub(in crate::stream) mod alert;
pub(in crate::stream) mod blocks;
pub(in crate::stream) mod estimates;
pub(in crate::stream) mod mempool;
pub(in crate::stream) mod monitor;
pub(in crate::stream) mod peers;
pub(in crate::stream) mod transactions;
pub(in crate::stream) mod values;
pub(in crate::stream) mod watch;
pub(in crate::stream) mod words;

use crate::util::time::{Rfc3339, Timestamp};
use alert::AlertRecord;
use blocks::{BlockRecord, MissingRecord, ReorgRecord};
use estimates::EstimatesRecord;
use mempool::{ListDifferenceRecord, MempoolRecord};
use monitor::{BackfillRecord, BootstrapRecord, RestorationRecord, StartRecord, WarningRecord};
use peers::{AnnouncedRecord, ConnectedRecord, DisconnectedRecord, InvalidRecord, PongRecord};
use serde::Serialize;
use transactions::{DoubleSpendRecord, FeeRecord, RemovedRecord, ReturnedRecord, TransactionRecord};
use watch::WatchRecord;

/// One line of the stream.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Record {
    #[serde(flatten)]
    body: Body,
    time: Rfc3339,
}

impl Record {
    pub(in crate::stream) fn new(body: Body, time: Timestamp) -> Self {
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
pub(in crate::stream) enum Body {
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
