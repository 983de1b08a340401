//! Blocks, as the screen may know them.

use super::TxKey;
use crate::event::PeerId;
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Txid};
use std::sync::Arc;
use std::time::Duration;

/// The last blocks.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct BlocksScreen {
    /// Newest first.
    pub blocks: Vec<BlockRow>,
}

/// A block and how it spread.
#[derive(Clone, PartialEq, Debug)]
pub struct BlockRow {
    /// What it contains.
    pub figures: Arc<BlockFigures>,
    /// How it spread; `None`: nobody announced it, or it was long ago.
    pub spread: Option<Spread>,
}

/// A block in detail.
#[derive(Clone, PartialEq, Debug)]
pub struct BlockDetail {
    /// The block.
    pub row: BlockRow,
    /// Who delivered it.
    pub delivered_by: String,
    /// Who announced it first.
    pub first_announced_by: Option<String>,
    /// How many peers could have announced it.
    pub announcers: usize,
}

/// How a block spread over the peers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    /// When it was first announced to us.
    pub first: Timestamp,
    /// By whom.
    pub first_peer: PeerId,
    /// How many peers announced it.
    pub peers: usize,
    /// From the first announcement to that of half of them.
    pub half: Duration,
    /// From the first to the last announcement so far.
    pub last: Duration,
}

/// What a block turned out to contain when it arrived.
#[derive(Clone, PartialEq, Debug)]
pub struct BlockFigures {
    /// Its name.
    pub hash: BlockHash,
    /// Its height.
    pub height: u32,
    /// The miner's clock, in s since the UNIX epoch.
    pub time: u32,
    /// When all of it was here.
    pub arrived: Timestamp,
    /// Since its first announcement to us; `None`: nobody announced it.
    pub arrived_after: Option<Duration>,
    /// Who delivered it.
    pub peer: PeerId,
    /// The serialized size, in bytes.
    pub size: u32,
    /// In weight units; a block may have 4,000,000 (BIP141).
    pub weight: u64,
    /// The weight of its transactions without the coinbase, in weight units.
    pub paying_weight: u64,
    /// Transactions, the coinbase included.
    pub transactions: usize,
    /// What the block may create, in sat.
    pub subsidy: u64,
    /// What its transactions pay, in sat: what the coinbase pays out beyond the subsidy. A lower bound
    /// if the miner claims less than it may; `None` if it claims less than the subsidy.
    pub fees: Option<u64>,
    /// The lowest, the median and the highest fee rate, in sat/vB, of the transactions whose fee we
    /// knew; `None`: of none.
    pub fee_rates: Option<[f64; 3]>,
    /// How many those are.
    pub fees_known: usize,
    /// What the miner wrote into the coinbase, cleaned.
    pub tag: String,
    /// Transactions that we had received before, the coinbase aside.
    pub seen: usize,
    /// Their weight, in weight units.
    pub seen_weight: u64,
    /// The others; at most [`BlockFigures::LISTED`].
    pub unseen: Vec<(Txid, Unseen)>,
    /// Held transactions that the block made impossible.
    pub conflicted: usize,
    /// The median time for which we had known its transactions.
    pub median_wait: Option<Duration>,
    /// Transactions that pay more than what the block took, and that it left out.
    pub expected: usize,
    /// The highest-paying of them; at most [`BlockFigures::LISTED`].
    pub missing: Vec<Missing>,
    /// Whether a better chain has taken its place.
    pub stale: bool,
}

/// Why a block's transaction had not been received before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unseen {
    /// Nobody had announced it.
    NeverAnnounced,
    /// It was announced, and had not come.
    NotReceived,
    /// It spends what a transaction spends that we held.
    Conflicting,
}

/// A transaction that a block was expected to contain.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Missing {
    /// Which.
    pub key: TxKey,
    /// Its name.
    pub txid: Txid,
    /// The rate by which miners sort it, in sat/vB.
    pub mining_rate: f64,
    /// In vB.
    pub vsize: u32,
    /// For how long it was known.
    pub waited: Duration,
}

impl BlockFigures {
    /// How many transactions are listed.
    pub const LISTED: usize = 100;

    /// The most weight that a block may have, in weight units (BIP141).
    pub const MAX_WEIGHT: u64 = 4_000_000;

    /// The share of its transactions (the coinbase aside) that had been seen before, 0–1; `None` if
    /// there is only a coinbase.
    pub fn share_seen(&self) -> Option<f32> {
        share(self.seen as u64, self.transactions.saturating_sub(1) as u64)
    }

    /// The same by weight.
    pub fn share_seen_by_weight(&self) -> Option<f32> {
        share(self.seen_weight, self.paying_weight)
    }

    /// How full it is, 0–1.
    pub fn fill(&self) -> f32 {
        share(self.weight, Self::MAX_WEIGHT).unwrap_or_default()
    }

    /// What its transactions pay on average, in sat/vB. It is Core's `avgfeerate`, unrounded.
    pub fn fee_rate(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "all the money there is has 51 bits")]
        let rate = |fees: u64| fees as f64 * 4.0 / self.paying_weight as f64;
        self.fees.filter(|_| self.paying_weight > 0).map(rate)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share is shown with three digits")]
fn share(part: u64, whole: u64) -> Option<f32> {
    (whole > 0).then(|| part as f32 / whole as f32)
}
