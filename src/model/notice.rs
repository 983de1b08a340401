//! Notices: what is worth showing to the user, as typed facts that each front end words.

use crate::address::PeerAddress;
use crate::event::{DisconnectReason, Misbehaviour, PeerId, SeedFailure, Warning};
use crate::model::alert::Alert;
use crate::model::blocks::backfill::BackfillProgress;
use crate::model::blocks::figures::BlockFigures;
use crate::model::mempool::conflicts::double_spend::DoubleSpend;
use crate::model::mempool::restored::Milestone;
use crate::model::peers::anomaly::Anomaly;
use crate::model::watchlist::WatchMatch;
use crate::wire::Txid;
use std::sync::Arc;
use std::time::Duration;

/// Something worth showing to the user.
#[derive(Clone, PartialEq, Debug)]
pub enum Notice {
    /// The handshake with a peer is done.
    PeerReady {
        /// Id of the peer.
        peer: PeerId,
        /// Address of the peer.
        address: PeerAddress,
        /// User agent of the peer.
        user_agent: String,
        /// Whether the peer relays transactions.
        relay: bool,
    },
    /// A connection, or the attempt to open one, ended.
    Disconnected {
        /// Id of the peer.
        peer: PeerId,
        /// Address of the peer.
        address: PeerAddress,
        /// Why it ended.
        reason: DisconnectReason,
        /// Time until the address is redialled; `None` if it never is.
        retry_in: Option<Duration>,
        /// What the connection was to the user.
        kind: Ending,
    },
    /// A peer misbehaved in a way that does not end the connection.
    Misbehaved {
        /// Id of the peer.
        peer: PeerId,
        /// Address of the peer.
        address: PeerAddress,
        /// What the peer did.
        misbehaviour: Misbehaviour,
    },
    /// A peer became unusual, compared with the others or with its own past.
    Anomaly {
        /// Id of the peer.
        peer: PeerId,
        /// Address of the peer.
        address: PeerAddress,
        /// The difference.
        anomaly: Anomaly,
    },
    /// A DNS seed answered, or did not.
    Seed {
        /// Host name of the seed.
        name: String,
        /// The number of addresses.
        answer: Result<usize, SeedFailure>,
    },
    /// Something is wrong outside any connection.
    Warning(Warning),
    /// A block was connected to the best chain.
    Block(Arc<BlockFigures>),
    /// Blocks were disconnected from the best chain.
    Reorg {
        /// Number of blocks.
        blocks: usize,
        /// Height of the lowest one.
        from_height: u32,
        /// Number of transactions that returned to the mempool.
        returned: usize,
    },
    /// The download of past blocks has ended.
    BackfillDone(BackfillProgress),
    /// Something happened to the mempool of an earlier run.
    Restoration(Milestone),
    /// A transaction replaced others.
    Replacement {
        /// One of the replaced transactions.
        replaced: Txid,
        /// How many more were removed, descendants included.
        others: usize,
        /// The replacement.
        by: Txid,
    },
    /// Two conflicting transactions are being relayed concurrently.
    DoubleSpend(DoubleSpend),
    /// Something happened to a target of the watch list.
    Watch(WatchMatch),
    /// A rule of the user fired.
    Alert(Arc<Alert>),
    /// Something happened to a sensor that events come from.
    Sensor {
        /// Name of the sensor.
        name: String,
        /// What happened.
        what: SensorNotice,
    },
}

/// What happened to a sensor.
#[derive(Clone, PartialEq, Debug)]
pub enum SensorNotice {
    /// It was heard for the first time.
    Joined,
    /// Its program was started again.
    Restarted,
    /// Nothing arrived from it for a while.
    Stale,
    /// It is heard again.
    Back,
    /// Two programs publish under its name.
    NameShared,
    /// It published a warning.
    Warned(Warning),
}

/// What the end of a connection means to the user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// The connection was in use.
    Lost,
    /// The connection was meant to end soon, with or without an answer.
    ShortLived,
    /// The dial or the handshake failed, with a peer that the user chose.
    ChosenNotReached,
    /// The dial or the handshake failed, with one of many discovered addresses.
    NotReached,
}

/// How good or bad a notice is for the user.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Success.
    Good,
    /// Information.
    Info,
    /// An anomaly, or a failure that the program handles.
    Warning,
    /// A loss.
    Bad,
}

/// The kind of a notice, for filtering.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoticeKind {
    /// A peer.
    Peer,
    /// A transaction that is not on the watch list.
    Transaction,
    /// A block.
    Block,
    /// A target of the watch list.
    Watch,
    /// A rule of the user.
    Alert,
    /// The program itself: startup, files, downloads.
    Program,
}

impl Notice {
    /// Returns what the notice is about.
    pub const fn kind(&self) -> NoticeKind {
        match self {
            Self::PeerReady { .. }
            | Self::Disconnected { .. }
            | Self::Misbehaved { .. }
            | Self::Anomaly { .. } => NoticeKind::Peer,
            Self::Replacement { .. } | Self::DoubleSpend(_) => NoticeKind::Transaction,
            Self::Block(_) | Self::Reorg { .. } => NoticeKind::Block,
            Self::Watch(_) => NoticeKind::Watch,
            Self::Alert(_) => NoticeKind::Alert,
            Self::Seed { .. }
            | Self::Warning(_)
            | Self::BackfillDone(_)
            | Self::Restoration(_)
            | Self::Sensor { .. } => NoticeKind::Program,
        }
    }

    /// Returns how good or bad the notice is.
    pub fn level(&self) -> Level {
        match self {
            Self::PeerReady { relay: true, .. }
            | Self::Block(_)
            | Self::Sensor { what: SensorNotice::Joined | SensorNotice::Back, .. } => Level::Good,
            Self::Disconnected { kind: Ending::Lost, reason, .. } => {
                if *reason == DisconnectReason::ShuttingDown { Level::Info } else { Level::Bad }
            }
            Self::Disconnected { kind: Ending::ShortLived, .. }
            | Self::Seed { answer: Ok(_), .. }
            | Self::Replacement { .. }
            | Self::Restoration(Milestone::Restored { .. } | Milestone::Reconciled { .. }) => Level::Info,
            Self::BackfillDone(progress) if progress.fetched >= progress.requested => Level::Info,
            Self::Watch(found) if found.event.is_expected() => Level::Good,
            Self::Sensor { what: SensorNotice::Stale, .. } => Level::Bad,
            Self::PeerReady { .. }
            | Self::Disconnected { .. }
            | Self::Misbehaved { .. }
            | Self::Anomaly { .. }
            | Self::Seed { .. }
            | Self::Warning(_)
            | Self::Sensor { .. }
            | Self::Reorg { .. }
            | Self::Restoration(Milestone::Discarded { .. })
            | Self::BackfillDone(_)
            | Self::DoubleSpend(_)
            | Self::Watch(_)
            | Self::Alert(_) => Level::Warning,
        }
    }
}
