//! What peers are worth, as the Peers screen may know it.

use super::{PeerRow, PeerStats, TxKey, Window};
use crate::event::{AddressCounts, PeerId};
use crate::snapshot::view::PeerSort;
use std::time::Duration;

/// The Peers screen.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct PeersScreen {
    /// The window of peers, in the order of `sort`.
    pub peers: Window<WorthRow>,
    /// What they are sorted by.
    pub sort: PeerSort,
    /// Peers that are not connected and were lost, or not reached, lately; the last one first; at
    /// most [`PeersScreen::LOST`].
    pub lost: Vec<LostPeer>,
    /// How many addresses the address book holds, by network; empty without an address book.
    pub book: Vec<AddressCounts>,
    /// Who of the window announced which of the last transactions.
    pub heat: HeatMap,
}

impl PeersScreen {
    /// How many lost peers are listed.
    pub const LOST: usize = 50;
}

/// One peer in the list of the Peers screen.
#[derive(Clone, PartialEq, Debug)]
pub struct WorthRow {
    /// Its row in the list of the overview.
    pub row: PeerRow,
    /// What it is worth.
    pub worth: PeerStats,
}

/// A peer that is not connected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LostPeer {
    /// Which.
    pub id: PeerId,
    /// `address:port`.
    pub address: String,
    /// Why its last connection or attempt ended.
    pub reason: String,
    /// Since when.
    pub lost_for: Duration,
    /// The time until the next attempt; `None`: there will be none.
    pub retry_in: Option<Duration>,
}

/// Who announced which of the last transactions.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct HeatMap {
    /// The last transactions in the order of their arrival; at most [`HeatMap::TRANSACTIONS`].
    pub transactions: Vec<TxKey>,
    /// For each row of the window of peers, a cell for each of the transactions.
    pub rows: Vec<Vec<HeatCell>>,
}

impl HeatMap {
    /// How many transactions it covers.
    pub const TRANSACTIONS: usize = 50;
}

/// Whether and when a peer announced a transaction.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum HeatCell {
    /// It did not.
    #[default]
    Silent,
    /// It was the first.
    First,
    /// Within 1 s after the first.
    Within1s,
    /// Within 5 s: the mean delay of announcements in Core.
    Within5s,
    /// Within 15 s: what 95 % of such delays stay below.
    Within15s,
    /// Later.
    Later,
}
