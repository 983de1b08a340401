//! What the screen looks at. It flows from the screen to the model; the latest one wins.

use crate::event::PeerId;
use crate::snapshot::{TxKey, WorthRow};
use crate::wire::BlockHash;

/// What the next snapshot should contain.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct View {
    /// Which screen is on.
    pub tab: Tab,
    /// The list of the Peers screen.
    pub worth: WorthView,
    /// The list of peers.
    pub peers: PeersView,
    /// The list of transactions.
    pub transactions: TransactionsView,
    /// The number of events wanted, newest first.
    pub events: usize,
    /// The number of columns of the arrival chart.
    pub arrival: usize,
    /// The Mempool screen.
    pub mempool: MempoolView,
    /// Whether the list of what is watched is open.
    pub watched: bool,
    /// What is open in detail.
    pub open: Option<Open>,
}

/// What the Mempool screen has room for.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct MempoolView {
    /// The columns of the chart over time.
    pub columns: usize,
}

/// The screens.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Tab {
    /// A little of everything.
    #[default]
    Overview,
    /// What each peer is worth.
    Peers,
    /// The mempool as a whole.
    Mempool,
    /// The last blocks.
    Blocks,
}

/// The part of the list of the Peers screen that is visible.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct WorthView {
    /// The window.
    pub window: PeersView,
    /// The order.
    pub sort: PeerSort,
}

/// The order of the list of the Peers screen.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct PeerSort {
    /// The value to sort by.
    pub by: SortKey,
    /// Whether the greatest value comes first. Unknown values come last either way.
    pub descending: bool,
}

/// What a list of peers is sorted by. Two keys are equal if their names are.
#[derive(Clone, Copy, Debug)]
pub struct SortKey {
    /// The name, e.g. `median ping`.
    pub name: &'static str,
    /// Returns the value of a row; `None` if it is unknown.
    pub value: fn(&WorthRow) -> Option<SortValue>,
}

impl Default for SortKey {
    /// The order in which the peers became known.
    fn default() -> Self {
        Self { name: "", value: |_| None }
    }
}

impl PartialEq for SortKey {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// A value to sort by.
#[derive(PartialEq, PartialOrd, Debug)]
pub enum SortValue {
    /// Counts, times and shares; smaller ones come first.
    Number(f64),
    /// Words, in the order of their bytes.
    Text(String),
}

/// The part of the list of peers that is on screen.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct PeersView {
    /// The first visible row. The model moves it so that the selected row is visible.
    pub offset: usize,
    /// The number of rows that fit.
    pub height: usize,
    /// The selected peer.
    pub selected: Option<PeerId>,
}

/// The part of the list of transactions that is on screen, newest first.
///
/// It is anchored at a transaction and not at an index: new ones arrive above it, and the reader's
/// place stays.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct TransactionsView {
    /// Where the window hangs.
    pub anchor: Anchor,
    /// The number of rows that fit.
    pub height: usize,
}

/// Where a window over the transactions hangs.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Anchor {
    /// The newest is the first row: the list flows.
    #[default]
    Newest,
    /// The oldest is the last row.
    Oldest,
    /// This one is selected, and `above` rows of newer ones stand above it. If it is gone, the next
    /// older one takes its place.
    Selected {
        /// The selected transaction.
        key: TxKey,
        /// Rows between the window's top and the selection.
        above: usize,
    },
}

/// What is open in detail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Open {
    /// A peer.
    Peer(PeerId),
    /// A transaction.
    Transaction(TxKey),
    /// A block.
    Block(BlockHash),
}
