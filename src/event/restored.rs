//! The mempool of an earlier run: its transactions, and how to fetch the blocks since then.

use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Transaction};
use std::sync::Arc;

/// A part of the mempool that an earlier run saved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Restored {
    /// Some of its transactions.
    Transactions(Vec<RestoredTx>),
    /// All transactions were reported.
    Complete(Saved),
    /// There are none.
    Nothing,
    /// More transactions may enter the mempool now.
    Continue,
}

/// A transaction of an earlier run, and what that run knew about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RestoredTx {
    /// The transaction. It passed the consensus checks that need no other data.
    pub tx: Arc<Transaction>,
    /// When it was first announced, or arrived without an announcement.
    pub first_seen: Timestamp,
    /// What else was known about it.
    pub knowledge: Knowledge,
}

/// What a run knows about a transaction beyond its bytes.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Knowledge {
    /// The number of peers that announced it.
    pub announcers: u16,
    /// Whether it counts because several peers vouched for it.
    pub is_proven: bool,
    /// The lower bound of its fee rate by the order of announcements, in 10⁻⁴ sat/vB; zero if there is none.
    pub lower: u32,
    /// The upper bound of its fee rate by the order of announcements, in 10⁻⁴ sat/vB; zero if there is none.
    pub upper: u32,
    /// The known values of the outputs that it spends, in sat, by input.
    pub input_values: Vec<(u32, u64)>,
}

/// The last saved state of the mempool.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Saved {
    /// When it was saved.
    pub time: Timestamp,
    /// Height and hash of the last blocks taken into account, newest first; empty if no block is known, as
    /// after an import.
    pub blocks: Vec<(u32, BlockHash)>,
}

/// Which past blocks are needed to catch up with the best chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CatchUpFrom {
    /// Those after the first of these that is on the best chain, given as heights and hashes, newest first.
    Blocks(Vec<(u32, BlockHash)>),
    /// Those mined at this time or later, in s since the UNIX epoch.
    Time(u32),
}

/// The progress of the download of blocks since an earlier run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CatchUp {
    /// This many blocks are missing.
    Missing(u32),
    /// Each block up to the tip was reported.
    Complete,
    /// No more blocks will arrive.
    Failed(CatchUpFailure),
}

/// Why the blocks since an earlier run cannot be fetched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CatchUpFailure {
    /// There are more blocks than may be fetched.
    TooMany {
        /// The number of blocks since the earlier run.
        blocks: u32,
    },
    /// None of the saved blocks is on the best chain.
    OtherChain,
    /// No peer serves a block.
    NotServed,
}
