//! What a screen asks for ([`View`]) and what it gets ([`Snapshot`]): bounded plain data.
//!
//! The size of a snapshot, and the cost of taking it, depend on the view and on the number of peers,
//! never on the size of the mempool.

mod blocks;
mod detail;
mod mempool;
mod peer_list;
mod peer_row;
mod peers;
mod totals;
mod transactions;
mod watchlist;
mod window;

pub use crate::model::{
    Amount, AnswerFigures, BAND_STARTS, BANDS, BackfillProgress, BlockFigures, Bounds, Coverage,
    EphemeralDust, FeeRate, Health, Level, Liveness, LivenessSlot, Missing, NoticeEntry, Package, PeerStats,
    PingFigures, ProjectedBlock, Relative, Relatives, RelayCounts, Spread, TxKey, Unseen,
};
pub use blocks::{BlockRow, BlocksScreen};
pub use detail::{
    BlockDetail, Detail, Family, InputRow, Open, OutputRow, PeerDetail, RivalRow, TransactionDetail,
    ValueSource,
};
pub use mempool::{HistogramBar, MempoolScreen, MempoolView};
pub use peer_list::PeerListView;
pub use peer_row::PeerRow;
pub use peers::{
    HeatCell, HeatMap, LostPeer, PeerSort, PeersScreen, PeersView, SortKey, SortValue, WorthRow,
};
pub use totals::Totals;
pub use transactions::{Anchor, TransactionRow, TransactionsView};
pub use watchlist::WatchRow;
pub use window::Window;

use crate::chain::Network;
use crate::model::Model;
use crate::util::time::Timestamp;

/// The length of the rate charts, in s.
const RATES_SHOWN: u64 = 60;

/// What the next snapshot should contain. It flows from the screen to the model; the latest one wins.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct View {
    /// The screen that is shown.
    pub tab: Tab,
    /// The Peers screen.
    pub worth: PeersView,
    /// The list of peers.
    pub peers: PeerListView,
    /// The list of transactions.
    pub transactions: TransactionsView,
    /// The number of events, newest first.
    pub events: usize,
    /// The number of columns of the arrival chart.
    pub arrival: usize,
    /// The Mempool screen.
    pub mempool: MempoolView,
    /// Whether the watch list is open.
    pub watched: bool,
    /// What is open in detail.
    pub open: Option<Open>,
}

/// The screens.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Tab {
    /// Peers, transactions and events at a glance.
    #[default]
    Overview,
    /// The statistics of the peers.
    Peers,
    /// The mempool as a whole.
    Mempool,
    /// The last blocks.
    Blocks,
}

/// One moment of the model.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Snapshot {
    /// When it was taken.
    pub time: Timestamp,
    /// The network.
    pub network: Network,
    /// Whether the peers are the demo's.
    pub demo: bool,
    /// How well the connection to the network works.
    pub health: Health,
    /// The progress of the download of past blocks, while it is under way.
    pub backfill: Option<BackfillProgress>,
    /// The figures of the title and of the Overview screen.
    pub totals: Totals,
    /// Transactions per second, one value per second, oldest first (last 60 s).
    pub tx_rate: Vec<f32>,
    /// Bytes received per second, one value per second, oldest first (last 60 s).
    pub download_rate: Vec<f32>,
    /// Bytes sent per second, one value per second, oldest first (last 60 s).
    pub upload_rate: Vec<f32>,
    /// Transactions in the mempool, one value per 10 s, oldest first (last 10 min).
    pub mempool_size: Vec<f32>,
    /// The list of peers.
    pub peers: Window<PeerRow>,
    /// The list of transactions, newest first.
    pub transactions: Window<TransactionRow>,
    /// Arrivals in equal slices of the last 10 min, oldest first; the last slice is incomplete.
    /// Slices are whole seconds, so there may be fewer than the view asks for.
    pub arrival: Vec<u32>,
    /// The last notices, newest first.
    pub notices: Vec<NoticeEntry>,
    /// The Peers screen, if it is shown.
    pub peers_screen: Option<Box<PeersScreen>>,
    /// The number of matches of the watch list since startup.
    pub watch_matches: u64,
    /// The watch list, if it is open.
    pub watched: Vec<WatchRow>,
    /// The Mempool screen, if it is shown.
    pub mempool_screen: Option<Box<MempoolScreen>>,
    /// The Blocks screen, if it is shown.
    pub blocks_screen: Option<Box<BlocksScreen>>,
    /// The details of what is open.
    pub detail: Option<Detail>,
}

impl Snapshot {
    /// Takes what the view asks for from the model, as of `now`.
    pub fn take(model: &Model, view: &View, now: Timestamp) -> Self {
        let (mempool, peers) = (model.mempool(), model.peers());
        let totals = peers.totals();
        let announcers = totals.announcers;
        let shows = |tab| view.tab == tab;
        Self {
            time: now,
            network: model.settings().network,
            demo: model.settings().demo,
            health: model.health(now, totals.live),
            backfill: model.backfill(),
            totals: Totals::take(model, &totals),
            tx_rate: model.tx_rate(now, RATES_SHOWN),
            download_rate: model.download_rate(now, RATES_SHOWN),
            upload_rate: model.upload_rate(now, RATES_SHOWN),
            mempool_size: model.mempool_size(now),
            peers: peer_list::take(peers, &view.peers, now),
            transactions: transactions::take(mempool, peers, announcers, &view.transactions, now),
            arrival: model.arrivals(now, view.arrival),
            notices: model.newest_notices(view.events),
            peers_screen: shows(Tab::Peers).then(|| Box::new(PeersScreen::take(model, &view.worth, now))),
            watch_matches: model.watchlist().count(),
            watched: if view.watched { watchlist::take(model, now) } else { Vec::new() },
            mempool_screen: shows(Tab::Mempool)
                .then(|| Box::new(MempoolScreen::take(model, view.mempool, now))),
            blocks_screen: shows(Tab::Blocks).then(|| Box::new(BlocksScreen::take(model))),
            detail: view.open.map(|open| Detail::take(model, open, announcers, now)),
        }
    }
}
