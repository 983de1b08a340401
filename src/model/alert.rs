//! What an alert reports. The rules are above the model; the model only keeps the notice.

use crate::address::PeerAddress;
use crate::event::PeerId;
use crate::model::watchlist::WatchMatch;
use crate::wire::{BlockHash, Txid};
use std::sync::Arc;

/// A rule of the user fired.
#[derive(Clone, PartialEq, Debug)]
pub struct Alert {
    /// The name of the rule; without one, its subject and condition.
    pub rule: Arc<str>,
    /// What fulfilled the condition.
    pub item: AlertItem,
    /// How many items fulfilled the condition unreported since the rule last fired.
    pub skipped: u64,
    /// Whether this is the user's test of the rule, for which the condition need not hold.
    pub is_test: bool,
}

/// What fulfilled the condition of a rule.
#[derive(Clone, PartialEq, Debug)]
pub enum AlertItem {
    /// A transaction in the mempool.
    Transaction(Txid),
    /// A block.
    Block {
        /// Height of the block.
        height: u32,
        /// Hash of the block.
        hash: BlockHash,
        /// The pool that mined it, if it is known.
        pool: Option<&'static str>,
    },
    /// A peer.
    Peer {
        /// Id of the peer.
        peer: PeerId,
        /// Address of the peer.
        address: PeerAddress,
    },
    /// The overview's figures that the condition mentions.
    Figures(Vec<AlertFigure>),
    /// Something happened to a target of the watch list.
    Watch(WatchMatch),
    /// Nothing: a test of a rule about single items.
    Nothing,
}

/// A figure of the overview at the time of an alert.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AlertFigure {
    /// Its name in queries.
    pub name: &'static str,
    /// The unit of the value; empty for a count.
    pub unit: &'static str,
    /// The value, or its lower bound; `None` if it is unknown.
    pub value: Option<f64>,
}
