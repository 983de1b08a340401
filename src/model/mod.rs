//! The state that events make: mempool, fees, peers, blocks, watch list.
//!
//! The model is pure: the same events make the same state. It knows no clock, no task and no socket; the time
//! comes with each event and with each question. `apply` has how events change the state, `read` what can be
//! asked of it.

pub(crate) mod alert;
mod apply;
pub(crate) mod blocks;
mod change;
pub(crate) mod classify;
pub(crate) mod completeness;
pub(crate) mod fees;
pub(crate) mod keyframe;
pub(crate) mod list;
pub(crate) mod mempool;
pub(crate) mod notice;
mod notice_log;
mod peer_notice;
pub(crate) mod peers;
mod read;
pub(crate) mod sensors;
mod silence;
#[cfg(test)]
pub(crate) mod tests;
pub(crate) mod watchlist;

#[cfg(test)]
pub(crate) use tests::scene as testing;

pub use alert::{Alert, AlertFigure, AlertItem};
pub use blocks::arrival::{BlockArrival, Mismatch, Mismatches, Unseen};
pub use blocks::backfill::BackfillProgress;
pub use blocks::figures::BlockFigures;
pub use change::{Change, Outcome};
pub use completeness::blocks::SeenInBlocks;
pub use completeness::comparison::ListComparison;
pub(crate) use fees::bands::sizes as band_sizes;
pub use fees::bands::{BAND_STARTS, BANDS};
pub use fees::basis::Basis;
pub use fees::coverage::{Amount, Coverage};
pub use fees::density::{Density, RATE_CLASSES, SIZE_CLASSES};
pub use fees::estimates::block_prices::BlockPrice;
pub use fees::estimates::estimate::Estimate;
pub use fees::estimates::hit_rate::HitRate;
pub use fees::estimates::{Estimates, Target};
pub use fees::fee_rate::{Bounds, FeeRate};
pub use fees::history::{History, HistoryColumns, SPANS};
pub use fees::prevouts::{BlockOutputs, OutpointKey, PrevoutCache};
pub use fees::projection::ProjectedBlock;
pub use keyframe::{Keyframe, KeyframeEntry};
pub use list::filter::TxFilter;
pub use list::index::TxList;
pub use list::order::TxOrder;
pub use mempool::cluster::package::Package;
pub use mempool::cluster::relatives::{Relative, Relatives};
pub use mempool::conflicts::double_spend::DoubleSpend;
pub use mempool::dust::EphemeralDust;
pub use mempool::key::TxKey;
pub use mempool::restored::{Milestone, RestoredStatus, WaitsFor};
pub use mempool::{BlockConflict, MempoolEntry, RemovalReason};
pub use notice::{Ending, Level, Notice, NoticeKind, SensorNotice};
pub use notice_log::NoticeEntry;
pub use peers::anomaly::Anomaly;
pub use peers::block_relay::Spread;
pub use peers::health::{Health, Unreachable};
pub use peers::liveness::{Liveness, LivenessSlot};
pub use peers::stats::{AnswerFigures, PeerStats, PingFigures, RelayCounts};
pub use watchlist::{BalanceChange, Balances, PastMatch, WatchEvent, WatchMatch};

use crate::address::AsDatabase;
use crate::chain::Network;
use crate::event::{AddressCounts, BootstrapProgress, MissingBlocks, Tip};
use crate::util::rates::{Gauge, PerSecond};
use crate::util::time::Timestamp;
use blocks::Blocks;
use classify::arrivals::KindRates;
use completeness::Completeness;
use fees::estimates::Estimator;
use list::index::TxIndex;
use mempool::Mempool;
use mempool::restored::Restoration;
use notice_log::NoticeLog;
use peers::Peers;
use peers::anomaly::AnomalyDetector;
use peers::block_relay::BlockRelay;
use peers::health::Reach;
use peers::our_clock::OurClock;
use sensors::Sensors;
use std::sync::Arc;
use watchlist::Watchlist;

/// Settings of a model.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModelSettings {
    /// The network.
    pub network: Network,
    /// Whether the peers are those of the demo.
    pub demo: bool,
    /// Whether the user chose the peers; if not, they are discovered.
    pub chosen_peers: bool,
    /// The memory limit for transactions, in bytes.
    pub max_mempool: u64,
    /// The time of startup; rates start there.
    pub started: Timestamp,
}

impl ModelSettings {
    /// The default memory limit for transactions, in MiB: enough for more than 300,000 of mainnet's mean
    /// size.
    pub const DEFAULT_MAX_MEMPOOL: u32 = 400;

    /// Settings for discovered peers and the default memory limit.
    pub const fn new(network: Network, started: Timestamp) -> Self {
        let max_mempool = (Self::DEFAULT_MAX_MEMPOOL as u64) << 20;
        Self { network, demo: false, chosen_peers: false, max_mempool, started }
    }
}

/// The state made by all events so far. Its memory is bounded whatever the peers do.
#[derive(Debug)]
pub struct Model {
    settings: ModelSettings,
    mempool: Mempool,
    peers: Peers,
    sensors: Sensors,
    reach: Reach,
    notices: NoticeLog,
    tip: Option<Tip>,
    block_relay: BlockRelay,
    anomalies: AnomalyDetector,
    our_clock: OurClock,
    watchlist: Watchlist,
    addresses: Vec<AddressCounts>,
    blocks: Blocks,
    arrivals: PerSecond,
    received: ByteCount,
    sent: ByteCount,
    size: Gauge,
    /// When the last event happened.
    last_event: Option<Timestamp>,
    /// New blocks that have been missing for a while.
    missing_blocks: Option<MissingBlocks>,
    /// The progress of the download of past blocks, while in progress.
    backfill: Option<BackfillProgress>,
    /// The progress of the whole-mempool download, while in progress.
    bootstrap: Option<BootstrapProgress>,
    /// The mempool of an earlier run.
    restoration: Restoration,
    kinds: KindRates,
    history: History,
    completeness: Completeness,
    estimator: Estimator,
    /// The transaction list requested by a screen.
    list: Option<TxIndex>,
}

#[derive(Debug)]
struct ByteCount {
    total: u64,
    rate: PerSecond,
}

impl ByteCount {
    fn add(&mut self, now: Timestamp, bytes: u64) {
        self.total = self.total.saturating_add(bytes);
        self.rate.add(now, bytes);
    }
}

impl Model {
    /// Creates the state before the first event.
    pub fn new(settings: ModelSettings) -> Self {
        let started = settings.started;
        let none = || ByteCount { total: 0, rate: PerSecond::new(started) };
        Self {
            mempool: Mempool::new(settings.max_mempool),
            peers: Peers::default(),
            sensors: Sensors::default(),
            reach: Reach::new(settings.network, settings.chosen_peers, started),
            notices: NoticeLog::default(),
            tip: None,
            block_relay: BlockRelay::default(),
            anomalies: AnomalyDetector::default(),
            our_clock: OurClock::default(),
            watchlist: Watchlist::default(),
            addresses: Vec::new(),
            blocks: Blocks::default(),
            arrivals: PerSecond::new(started),
            received: none(),
            sent: none(),
            size: Gauge::new(started),
            last_event: None,
            missing_blocks: None,
            backfill: None,
            bootstrap: None,
            restoration: Restoration::default(),
            kinds: KindRates::new(started),
            history: History::default(),
            completeness: Completeness::default(),
            estimator: Estimator::default(),
            list: None,
            settings,
        }
    }

    /// Adds the outputs of past blocks learned by an earlier run.
    #[must_use]
    pub fn with_prevouts(mut self, prevouts: PrevoutCache) -> Self {
        self.mempool.set_prevouts(prevouts);
        self
    }

    /// Adds the database that assigns peers to autonomous systems.
    #[must_use]
    pub fn with_as_database(mut self, database: Arc<AsDatabase>) -> Self {
        self.peers.set_as_database(database);
        self
    }

    /// Sets the database that assigns peers to autonomous systems, for peers dialled from here on.
    pub fn set_as_database(&mut self, database: Arc<AsDatabase>) {
        self.peers.set_as_database(database);
    }

    /// Expects an earlier run's mempool, or the event that there is none.
    #[must_use]
    pub fn expecting_restored(mut self) -> Self {
        self.restoration = Restoration::expected();
        self
    }

    /// Adds the figures of blocks seen by earlier runs.
    #[must_use]
    pub(crate) fn with_blocks(mut self, blocks: Blocks) -> Self {
        self.blocks = blocks;
        self
    }

    /// Adds the history recorded by earlier runs.
    #[must_use]
    pub fn with_history(mut self, history: History) -> Self {
        self.history = history;
        self
    }
}
