//! What the screen looks at. It flows from the screen to the model; the latest one wins.

use crate::event::PeerId;
use crate::snapshot::TxKey;

/// What the next snapshot should contain.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct View {
    /// The list of peers.
    pub peers: PeersView,
    /// The list of transactions.
    pub transactions: TransactionsView,
    /// The number of events wanted, newest first.
    pub events: usize,
    /// The number of columns of the arrival chart.
    pub arrival: usize,
    /// What is open in detail.
    pub open: Option<Open>,
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
}
