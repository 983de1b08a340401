//! What a screen asks for ([`View`]) and what it gets ([`Snapshot`]): bounded plain data.
//!
//! The size of a snapshot, and the cost of taking it, depend on the view and on the number of peers,
//! never on the size of the mempool.

mod blocks;
mod completeness;
mod detail;
mod found;
mod log;
mod mempool;
mod overview;
mod peer_row;
mod peers;
mod replay;
mod sensors;
mod totals;
mod transactions;
mod watchlist;
mod window;

pub use crate::alert::{AlertRow, Origin, RuleState, Signals};
pub use crate::model::{
    Amount, AnswerFigures, BAND_STARTS, BANDS, BackfillProgress, BalanceChange, Balances, Basis,
    BlockArrival, BlockFigures, Bounds, Coverage, Density, EphemeralDust, Estimate, Estimates, FeeRate,
    Health, HistoryColumns, HitRate, Level, ListComparison, Liveness, LivenessSlot, Mismatch, Mismatches,
    NoticeEntry, NoticeKind, Package, PastMatch, PeerStats, PingFigures, ProjectedBlock, RATE_CLASSES,
    Relative, Relatives, RelayCounts, RestoredStatus, SIZE_CLASSES, SPANS, SeenInBlocks, Spread, Target,
    TxFilter, TxKey, TxList, TxOrder, Unseen, WaitsFor,
};
pub use crate::util::log_lines::{LogLine, LogLines};
pub use blocks::{BlocksScreen, BlocksView};
pub use completeness::Completeness;
pub use detail::{
    BlockDetail, Cluster, Detail, InputRow, Interval, Open, OutputRow, PeerDetail, RemovedTransaction,
    ReplacedRow, Successor, TransactionDetail, ValueSource,
};
pub use found::Found;
pub use log::{LogScreen, LogView};
pub use mempool::{HistogramBar, MempoolScreen, MempoolView};
pub use overview::{NoticeRow, Overview, OverviewView, TransactionsView};
pub use peer_row::{PeerListView, PeerRow};
pub use peers::{
    DisconnectedPeer, GroupName, Grouping, HeatCell, HeatMap, PeerGroup, PeerSort, PeerStatsRow, PeersScreen,
    PeersView, SortKey, SortValue,
};
pub use replay::{Progress, ReplayStatus};
pub use sensors::{SensorRow, SensorsScreen, SensorsView};
pub use totals::Totals;
pub use transactions::{Anchor, TransactionListView, TransactionRow, TransactionsScreen, TxFlags};
pub use watchlist::{MatchRow, WatchRow, WatchlistScreen, WatchlistView};
pub use window::Window;

use crate::chain::Network;
use crate::event::{BootstrapProgress, MissingBlocks, WatchTarget};
use crate::model::Model;
use crate::util::time::{Timestamp, WallOffset};
use crate::wire::Txid;
use std::sync::Arc;

/// What the next snapshot should contain. It goes from the screen to the model; only the latest one counts.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct View {
    /// The screen that is shown.
    pub screen: Screen,
    /// The Overview screen.
    pub overview: OverviewView,
    /// The Peers screen.
    pub peers: PeersView,
    /// The Transactions screen.
    pub transactions: TransactionListView,
    /// The Mempool screen.
    pub mempool: MempoolView,
    /// The Blocks screen.
    pub blocks: BlocksView,
    /// The Watch list screen.
    pub watchlist: WatchlistView,
    /// Whether to include all watch targets.
    pub watched: bool,
    /// The Log screen.
    pub log: LogView,
    /// The Sensors screen.
    pub sensors: SensorsView,
    /// Whether the alert rules are open.
    pub alerts: bool,
    /// The subject of open details.
    pub open: Option<Open>,
    /// The 64 hexadecimal digits to look up.
    pub find: Option<Txid>,
    /// Whether to include every screen, with up to [`MAX_ROWS`](window::MAX_ROWS) rows of each list, for a
    /// frozen screen.
    pub everything: bool,
}

impl View {
    /// Asks for every screen, and for more rows of each list than a terminal can show.
    #[must_use]
    pub fn of_everything(mut self) -> Self {
        self.everything = true;
        self.watchlist.widen();
        self.watched = true;
        self.alerts = true;
        self.overview.peers.widen();
        self.peers.window.widen();
        self.overview.transactions.widen();
        self.overview.notices = usize::MAX;
        self.transactions.widen();
        self
    }
}

impl View {
    /// Lets the model prepare the transaction list that this view asks for.
    pub fn prepare(&self, model: &mut Model, now: Timestamp) {
        if self.everything || self.screen == Screen::Transactions {
            model.list_transactions(&self.transactions.list);
            model.recheck_list(now);
        }
    }
}

/// The screens.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Screen {
    /// Peers, transactions and notices at a glance.
    #[default]
    Overview,
    /// The statistics of the peers.
    Peers,
    /// All transactions, in any order.
    Transactions,
    /// The mempool as a whole.
    Mempool,
    /// The last blocks.
    Blocks,
    /// The targets of the watch list, and their histories.
    Watchlist,
    /// The program's own log.
    Log,
    /// The sensors that the events come from.
    Sensors,
}

/// What a screen gets: one moment of the model.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Snapshot {
    /// When it was taken.
    pub time: Timestamp,
    /// By how much the wall clock is ahead of `time` and all other times.
    pub wall_offset: WallOffset,
    /// By how many s our clock is ahead of the peers', if that is more than 10 min.
    pub clock_ahead: Option<i64>,
    /// The network.
    pub network: Network,
    /// Whether the peers are the demo's.
    pub demo: bool,
    /// How well the connection to the network works.
    pub health: Health,
    /// New blocks that have been missing for a while: the mempool does not account for them.
    pub missing_blocks: Option<MissingBlocks>,
    /// The progress of the download of past blocks, while in progress.
    pub backfill: Option<BackfillProgress>,
    /// The progress of the whole-mempool download, while in progress.
    pub bootstrap: Option<BootstrapProgress>,
    /// The figures of the title and of the Overview screen.
    pub totals: Totals,
    /// The fee rates for confirmation within some blocks.
    pub estimates: Estimates,
    /// How complete the mempool is.
    pub completeness: Completeness,
    /// The bells and notifications of alerts since startup. The model has no rules, so their owner adds this.
    pub signals: Signals,
    /// The alert rules, if open; added by their owner.
    pub alerts: Vec<AlertRow>,
    /// The Overview screen.
    pub overview: Overview,
    /// The Peers screen, if it is shown.
    pub peers: Option<Box<PeersScreen>>,
    /// The Transactions screen, if it is shown.
    pub transactions: Option<Box<TransactionsScreen>>,
    /// The Mempool screen, if it is shown.
    pub mempool: Option<Box<MempoolScreen>>,
    /// The Blocks screen, if it is shown.
    pub blocks: Option<Box<BlocksScreen>>,
    /// The Watch list screen, if it is shown.
    pub watchlist: Option<Box<WatchlistScreen>>,
    /// All watch targets, oldest first, if requested.
    pub watched: Vec<Arc<WatchTarget>>,
    /// The Log screen, if it is shown. The model has no log, so its owner adds this.
    pub log: Option<Box<LogScreen>>,
    /// The Sensors screen, if it is shown.
    pub sensors: Option<Box<SensorsScreen>>,
    /// The number of sensors that events come from; 0 if they come from peers of this machine.
    pub sensor_count: usize,
    /// The number of stale sensors.
    pub stale_sensors: usize,
    /// Whether events come from sensors. Before the first one is heard, only the reader of sensors knows, and
    /// adds it.
    pub from_sensors: bool,
    /// The state of the replay, if there is one; added by its owner.
    pub replay: Option<ReplayStatus>,
    /// What the digits were found to be.
    pub found: Option<Found>,
    /// The details of the open subject, shared with their page.
    pub detail: Option<(Open, Arc<Detail>)>,
    /// Whether it contains every screen in full.
    pub everything: bool,
}

impl Snapshot {
    /// Whether events come from sensors, all of which are stale.
    pub const fn lost_all_sensors(&self) -> bool {
        self.sensor_count > 0 && self.stale_sensors == self.sensor_count
    }

    /// Takes what the view asks for from the model, as of `now`.
    pub fn take(model: &Model, view: &View, now: Timestamp) -> Self {
        let totals = model.peers().totals();
        let announcers = totals.announcers;
        let shows = |screen| view.everything || view.screen == screen;
        let transactions = shows(Screen::Transactions)
            .then(|| Box::new(TransactionsScreen::take(model, &view.transactions, announcers, now)));
        let is_listed = transactions.as_ref().is_some_and(|screen| screen.progress.is_none());
        Self {
            time: now,
            wall_offset: model.wall_offset(),
            clock_ahead: model.clock_ahead(),
            network: model.settings().network,
            demo: model.settings().demo,
            health: model.health(now, totals.live),
            missing_blocks: model.missing_blocks(),
            backfill: model.backfill(),
            bootstrap: model.bootstrap(),
            totals: Totals::take(model, &totals),
            estimates: model.estimates(),
            completeness: Completeness::take(model),
            signals: Signals::default(),
            alerts: Vec::new(),
            overview: Overview::take(model, &view.overview, announcers, now),
            peers: shows(Screen::Peers).then(|| Box::new(PeersScreen::take(model, &view.peers, now))),
            transactions,
            mempool: shows(Screen::Mempool).then(|| Box::new(MempoolScreen::take(model, view.mempool, now))),
            blocks: shows(Screen::Blocks)
                .then(|| Box::new(BlocksScreen::take(model, &view.blocks, announcers, now))),
            watchlist: shows(Screen::Watchlist)
                .then(|| Box::new(WatchlistScreen::take(model, &view.watchlist, view.everything, now))),
            watched: if view.watched { watchlist::targets(model) } else { Vec::new() },
            log: None,
            sensors: shows(Screen::Sensors).then(|| Box::new(SensorsScreen::take(model, &view.sensors, now))),
            sensor_count: model.sensors().iter().len(),
            stale_sensors: model.sensors().stale_count(),
            from_sensors: model.sensors().iter().len() > 0,
            replay: None,
            found: view.find.map(|id| Found::take(model, id)),
            everything: view.everything && is_listed,
            detail: view.open.map(|open| (open, Arc::new(Detail::take(model, open, announcers, now)))),
        }
    }
}
