//! What the screen may know: bounded plain data.
//!
//! Its size depends on the window that the [`View`](crate::snapshot::view::View) asks for, never on the size
//! of the mempool.

mod blocks;
mod family;
mod mempool;
mod peers;
mod transactions;
pub mod view;
mod watched;
mod worth;

pub use crate::model::{
    Amount, AnswerFigures, BAND_STARTS, BANDS, BlockFigures, Bounds, Coverage, EphemeralDust, EventLine,
    FeeRate, Health, Level, Liveness, LivenessSlot, Missing, PeerStats, PingFigures, Progress,
    ProjectedBlock, RelayCounts, Spread, TxKey, Unseen,
};
pub use blocks::{BlockDetail, BlockRow, BlocksScreen};
pub use family::{Family, Package, RelativeRow, Relatives};
pub use mempool::{HistogramBar, MempoolScreen};
pub use peers::{PeerDetail, PeerRow};
pub use transactions::{InputRow, OutputRow, RivalRow, TransactionDetail, TransactionRow, ValueSource};
pub use watched::WatchRow;
pub use worth::{HeatCell, HeatMap, LostPeer, PeersScreen, WorthRow};

use crate::chain::Network;
use crate::event::Tip;
use crate::util::time::Timestamp;
use crate::wire::Txid;
use std::time::Duration;

/// One moment of the model.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Snapshot {
    /// When it was taken.
    pub time: Timestamp,
    /// Which network is watched.
    pub network: Network,
    /// Whether the peers are the demo's.
    pub demo: bool,
    /// How well things go.
    pub health: Health,
    /// How far the fetching of past blocks is, while it is under way.
    pub backfill: Option<Progress>,
    /// The figures of the title and the boxes.
    pub totals: Totals,
    /// Transactions per second, one value per second, oldest first (last 60 s).
    pub tx_rate: Vec<f32>,
    /// Bytes received per second, one value per second, oldest first (last 60 s).
    pub download_rate: Vec<f32>,
    /// Bytes sent per second, one value per second, oldest first (last 60 s).
    pub upload_rate: Vec<f32>,
    /// Transactions in the mempool, one value per 10 s, oldest first (last 10 min).
    pub mempool_size: Vec<f32>,
    /// The window of peers.
    pub peers: Window<PeerRow>,
    /// The window of transactions, newest first.
    pub transactions: Window<TransactionRow>,
    /// Transactions that arrived in equal slices of the last 10 min, oldest first; the last slice is
    /// under way. Slices are whole seconds, so there may be fewer than the view asks for.
    pub arrival: Vec<u32>,
    /// What happened, newest first.
    pub events: Vec<EventLine>,
    /// The Peers screen, if the view looks at it.
    pub peers_screen: Option<Box<PeersScreen>>,
    /// How often something happened with what the user watches, since the start.
    pub notices: u64,
    /// What the user watches, if the view looks at it.
    pub watched: Vec<WatchRow>,
    /// The Mempool screen, if the view looks at it.
    pub mempool_screen: Option<Box<MempoolScreen>>,
    /// The Blocks screen, if the view looks at it.
    pub blocks_screen: Option<Box<BlocksScreen>>,
    /// What the view has open.
    pub detail: Option<Detail>,
}

/// The figures of the title and the boxes.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Totals {
    /// Peers whose handshake is done.
    pub peers_live: usize,
    /// The median of the live peers' last pings.
    pub median_ping: Option<Duration>,
    /// The end of the best chain.
    pub tip: Option<Tip>,
    /// Transactions held.
    pub transactions: usize,
    /// Their virtual size, in vB.
    pub vsize: u64,
    /// Bytes that the model accounts for them (see `--max-mempool`).
    pub memory: u64,
    /// Transactions dropped for want of memory, since the start.
    pub dropped: u64,
    /// Transactions received since the start.
    pub received: u64,
    /// Bytes received since the start.
    pub bytes_received: u64,
    /// Bytes sent since the start.
    pub bytes_sent: u64,
    /// The lowest and the highest fee filter of the live peers, in sat/kvB.
    pub fee_floor: Option<(u64, u64)>,
    /// The share of the last block's transactions (its coinbase aside) that we had seen before, 0–1.
    pub seen_before_block: Option<f32>,
    /// Of how many past blocks the outputs are known.
    pub coin_blocks: usize,
    /// How many outputs those are.
    pub coins: usize,
    /// Of how much of it the fee is known exactly; `None` without transactions.
    pub fee_coverage: Option<Coverage>,
}

/// A part of a list.
#[derive(Clone, PartialEq, Debug)]
pub struct Window<T> {
    /// The length of the whole list.
    pub total: usize,
    /// The index of the first row, where it is known.
    pub offset: Option<usize>,
    /// Whether anything stands above the first row.
    pub more_above: bool,
    /// Whether anything stands below the last row.
    pub more_below: bool,
    /// The rows.
    pub rows: Vec<T>,
    /// Which of the rows is selected.
    pub selected: Option<usize>,
}

impl<T> Default for Window<T> {
    fn default() -> Self {
        Self {
            total: 0,
            offset: None,
            more_above: false,
            more_below: false,
            rows: Vec::new(),
            selected: None,
        }
    }
}

/// What the view has open.
#[derive(Clone, PartialEq, Debug)]
pub enum Detail {
    /// A peer.
    Peer(Box<PeerDetail>),
    /// A transaction.
    Transaction(Box<TransactionDetail>),
    /// A block.
    Block(Box<BlockDetail>),
    /// What was open is no longer known (evicted, mined, forgotten).
    Gone {
        /// Which transaction it was, if it was one and that is known.
        txid: Option<Txid>,
        /// What became of it, one line each.
        why: Vec<String>,
        /// The transaction that is held in its place; it may be the same.
        successor: Option<TxKey>,
    },
}
