//! What a transaction hangs together with, as the screen may know it.

use crate::model::{EphemeralDust, FeeRate, TxKey};
use crate::wire::Txid;

/// The held transactions that a transaction hangs together with.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Family {
    /// What it spends, directly or not.
    pub ancestors: Relatives,
    /// What spends it, directly or not.
    pub descendants: Relatives,
    /// How miners take it.
    pub package: Package,
    /// An output that is too small to be worth spending, of a transaction that pays nothing itself.
    pub ephemeral_dust: Option<EphemeralDust>,
}

/// Ancestors or descendants that are held.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Relatives {
    /// The nearest ones first; at most [`Relatives::COUNTED`].
    pub rows: Vec<RelativeRow>,
    /// The size of those, in vB.
    pub vsize: u64,
    /// Whether there are more.
    pub more: bool,
}

impl Relatives {
    /// How many are looked for; nodes hold no more that hang together (Core:
    /// `DEFAULT_CLUSTER_LIMIT`).
    pub const COUNTED: usize = 64;
}

/// One ancestor, descendant, or member of a package.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct RelativeRow {
    /// Which.
    pub key: TxKey,
    /// Its name.
    pub txid: Txid,
    /// Its own.
    pub fee_rate: FeeRate,
}

/// How miners take a transaction.
#[derive(Clone, Default, PartialEq, Debug)]
pub enum Package {
    /// By itself: no other pays for it, and it pays for none.
    #[default]
    Alone,
    /// Together with others, whose fees pay for each other (CPFP).
    Together {
        /// In sat/vB.
        fee_rate: f64,
        /// In sat.
        fee: u64,
        /// In vB, rounded up as a whole.
        vsize: u32,
        /// The others, the highest fee rate first.
        others: Vec<RelativeRow>,
    },
    /// That depends on fees that are not known.
    Unknown {
        /// Its package pays no less, in sat/vB.
        min: f64,
        /// Its package pays no more, in sat/vB; `None`: no limit is known.
        max: Option<f64>,
    },
    /// More hang together than nodes hold.
    Oversized,
}
