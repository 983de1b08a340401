//! The Overview screen: peers, transactions and notices at a glance.

mod notices;
mod peers;
mod transactions;

pub use notices::NoticeRow;
pub use transactions::TransactionsView;

use crate::model::Model;
use crate::snapshot::peer_row::{PeerListView, PeerRow};
use crate::snapshot::transactions::TransactionRow;
use crate::snapshot::window::Window;
use crate::util::time::Timestamp;

/// The length of the rate charts, in s.
const RATES_SHOWN: u64 = 60;

/// What the Overview screen asks for.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct OverviewView {
    /// The list of peers.
    pub peers: PeerListView,
    /// The list of transactions.
    pub transactions: TransactionsView,
    /// The number of notices, newest first.
    pub notices: usize,
    /// The number of columns of the arrival chart.
    pub arrival: usize,
}

/// The Overview screen.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Overview {
    /// The list of peers.
    pub peers: Window<PeerRow>,
    /// The list of transactions, newest first.
    pub transactions: Window<TransactionRow>,
    /// The last notices, newest first.
    pub notices: Vec<NoticeRow>,
    /// Arrivals in equal slices of the last 10 min, oldest first, without the incomplete current one. Slices
    /// are whole seconds, so there may be fewer than the view asks for. Here and in the following series,
    /// `None` marks a time when the machine was asleep.
    pub arrival: Vec<Option<u32>>,
    /// Transactions per second, one value per second, oldest first (last 60 s).
    pub tx_rate: Vec<Option<f32>>,
    /// Bytes received per second, one value per second, oldest first (last 60 s).
    pub download_rate: Vec<Option<f32>>,
    /// Bytes sent per second, one value per second, oldest first (last 60 s).
    pub upload_rate: Vec<Option<f32>>,
    /// Transactions in the mempool, one value per 10 s, oldest first (last 10 min).
    pub mempool_size: Vec<Option<f32>>,
}

impl Overview {
    /// `announcers` is the number of live peers that relay transactions.
    pub(super) fn take(model: &Model, view: &OverviewView, announcers: usize, now: Timestamp) -> Self {
        Self {
            peers: peers::take(model.peers(), &view.peers, now),
            transactions: transactions::take(model, &view.transactions, announcers, now),
            notices: notices::take(model, view.notices),
            arrival: model.arrivals(now, view.arrival),
            tx_rate: model.tx_rate(now, RATES_SHOWN),
            download_rate: model.download_rate(now, RATES_SHOWN),
            upload_rate: model.upload_rate(now, RATES_SHOWN),
            mempool_size: model.mempool_size(now),
        }
    }
}
