//! What the screen looks at. It flows from the screen to the model; the latest one wins.

use crate::event::PeerId;
use crate::snapshot::TxKey;
use crate::wire::BlockHash;

/// What the next snapshot should contain.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
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
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct WorthView {
    /// The window.
    pub window: PeersView,
    /// The order.
    pub sort: PeerSort,
}

/// The order of the list of the Peers screen.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct PeerSort {
    /// By what.
    pub by: PeerColumn,
    /// Whether the greatest comes first. What is unknown comes last either way.
    pub descending: bool,
}

/// The columns of the Peers screen.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub enum PeerColumn {
    /// Live, late, tried, gone; then the order in which they became known.
    #[default]
    State,
    /// `address:port`.
    Address,
    /// The software.
    UserAgent,
    /// IPv4, IPv6, onion and so on.
    Network,
    /// The part of the network.
    Netgroup,
    /// `v1` or `v2`.
    Transport,
    /// The age of the connection.
    Age,
    /// How often it was dialled.
    Dials,
    /// The last ping.
    Ping,
    /// The shortest ping.
    PingMin,
    /// The median ping.
    PingMedian,
    /// The 95th percentile of the pings.
    PingP95,
    /// The jitter of the pings.
    Jitter,
    /// The median answer time.
    Answer,
    /// The 95th percentile of the answer times.
    AnswerP95,
    /// The median answer time beyond the median ping.
    OverPing,
    /// The share of the requests answered with `notfound`, in all.
    NotFound,
    /// Entries announced, in all.
    Announced,
    /// The share of firsts, in all.
    FirstShare,
    /// The median lag behind the first announcer.
    Lag,
    /// Announced and never served, in all.
    Unserved,
    /// The share of repeated announcements, in all.
    Repeated,
    /// Transactions that nobody else announced, in all.
    Only,
    /// Transactions that it sent.
    Served,
    /// The fee filter.
    FeeFilter,
    /// The offset of its clock.
    ClockOffset,
    /// The height of its best block.
    Height,
    /// The lead in block races.
    BlockLead,
    /// Bytes received from it.
    Received,
    /// Bytes sent to it.
    Sent,
}

impl PeerColumn {
    /// Every one, in the order of the screen.
    pub const ALL: [Self; 30] = [
        Self::State,
        Self::Address,
        Self::UserAgent,
        Self::Network,
        Self::Netgroup,
        Self::Transport,
        Self::Age,
        Self::Dials,
        Self::Ping,
        Self::PingMin,
        Self::PingMedian,
        Self::PingP95,
        Self::Jitter,
        Self::Answer,
        Self::AnswerP95,
        Self::OverPing,
        Self::NotFound,
        Self::Announced,
        Self::FirstShare,
        Self::Lag,
        Self::Unserved,
        Self::Repeated,
        Self::Only,
        Self::Served,
        Self::FeeFilter,
        Self::ClockOffset,
        Self::Height,
        Self::BlockLead,
        Self::Received,
        Self::Sent,
    ];
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
