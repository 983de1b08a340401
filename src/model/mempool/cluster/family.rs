//! Ancestors, descendants, and how miners take a transaction: for its details.
//!
//! All of it is found by bounded walks when it is asked for; nothing is kept.

use crate::chain::limits::MAX_MONEY;
use crate::model::fees::fee_rate::FeeRate;
use crate::model::mempool::Mempool;
use crate::model::mempool::MempoolEntry;
use crate::model::mempool::cluster::by_member;
use crate::model::mempool::cluster::chunks::members;
use crate::model::mempool::key::TxKey;
use crate::wire::{OutPoint, Txid};
use foldhash::fast::RandomState;
use std::collections::HashSet;

/// The ancestors or descendants of a mempool entry.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Relatives {
    /// The nearest first; at most [`Relatives::COUNTED`].
    pub rows: Vec<Relative>,
    /// Their total size, in vB.
    pub vsize: u64,
    /// Whether there are more.
    pub more: bool,
}

impl Relatives {
    /// The most that are counted: nodes accept no larger cluster (Core: `DEFAULT_CLUSTER_LIMIT`).
    pub const COUNTED: usize = 64;
}

/// An ancestor, a descendant, or a member of the same chunk.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Relative {
    /// The key of the mempool entry.
    pub key: TxKey,
    /// The txid.
    pub txid: Txid,
    /// Its own fee rate.
    pub fee_rate: FeeRate,
}

impl Relative {
    fn of(key: TxKey, entry: &MempoolEntry) -> Self {
        Self { key, txid: entry.tx().txid(), fee_rate: entry.fee_rate() }
    }
}

/// How miners take a transaction.
#[derive(Clone, Default, PartialEq, Debug)]
pub enum Package {
    /// By itself: no other transaction pays for it, and it pays for none.
    #[default]
    Alone,
    /// In one chunk with others, whose fees pay for each other (CPFP).
    Together {
        /// The chunk fee rate, in sat/vB.
        fee_rate: f64,
        /// The fees of the chunk, in sat.
        fee: u64,
        /// The size of the chunk, in vB, rounded up as a whole.
        vsize: u32,
        /// The other members, the highest fee rate first.
        others: Vec<Relative>,
    },
    /// Unknown, because the chunk depends on fees that are not known.
    Unknown {
        /// The lower bound of the chunk fee rate, in sat/vB.
        min: f64,
        /// The upper bound of the chunk fee rate, in sat/vB; `None` if there is none.
        max: Option<f64>,
    },
    /// Unknown, because the cluster exceeds the limits of nodes.
    Oversized,
}

/// How many inputs and outputs are looked at to find relatives: all those of a cluster of usual
/// size. A frame must not cost more with a stranger's huge transactions.
const MOST_LOOKED_AT: usize = 10_000;

impl Mempool {
    /// The held transactions that one spends, directly or not.
    pub(crate) fn ancestors(&self, key: TxKey) -> Relatives {
        let parents = |entry: &MempoolEntry, most: usize| {
            let inputs = entry.tx().inputs().take(most);
            inputs.filter_map(|input| self.parent(&input.prevout)).collect()
        };
        self.relatives(key, |entry| entry.tx().input_count(), parents)
    }

    /// The held transactions that spend one, directly or not.
    pub(crate) fn descendants(&self, key: TxKey) -> Relatives {
        let children = |entry: &MempoolEntry, most: usize| {
            let txid = entry.tx().txid();
            let outputs = (0..entry.tx().output_count()).take(most).map(|vout| OutPoint { txid, vout });
            outputs.filter_map(|output| self.spends.get(&output)).map(|child| child.key).collect()
        };
        self.relatives(key, |entry| entry.tx().output_count(), children)
    }

    /// Those that `next` leads to, the nearest ones first. `links` tells how many links it looks at.
    fn relatives(
        &self,
        key: TxKey,
        links: impl Fn(&MempoolEntry) -> u32,
        next: impl Fn(&MempoolEntry, usize) -> Vec<TxKey>,
    ) -> Relatives {
        let mut relatives = Relatives::default();
        let mut known = HashSet::<TxKey, RandomState>::default();
        known.insert(key);
        let mut left = MOST_LOOKED_AT;
        let mut from = key;
        let mut at = 0;
        loop {
            let Some(entry) = self.get(from) else { return relatives };
            let links = links(entry) as usize;
            relatives.more |= links > left;
            for key in next(entry, left) {
                if !known.insert(key) {
                    continue;
                }
                if relatives.rows.len() == Relatives::COUNTED {
                    relatives.more = true;
                    return relatives;
                }
                if let Some(relative) = self.get(key) {
                    relatives.vsize += u64::from(relative.tx().vsize());
                    relatives.rows.push(Relative::of(key, relative));
                }
            }
            left = left.saturating_sub(links);
            let Some(row) = relatives.rows.get(at) else { return relatives };
            from = row.key;
            at += 1;
        }
    }

    /// How miners take a held transaction.
    pub(crate) fn package(&self, key: TxKey, entry: &MempoolEntry) -> Package {
        let lacks_parent = entry.fee() != self.fee_for_cluster(entry);
        if !lacks_parent && self.neighbours(entry.tx()).next().is_none() {
            return Package::Alone;
        }
        let Some(cluster) = self.cluster(key) else { return Package::Oversized };
        let [chunk, at_most] = [0, MAX_MONEY].map(|unknown| by_member(&cluster, unknown)[0]);
        if !chunk.pays_like(&at_most) {
            let has_limit = members(at_most.members).all(|index| cluster[index].fee.is_some());
            return Package::Unknown { min: chunk.rate(), max: has_limit.then(|| at_most.rate()) };
        }
        // What it is mined with has no unknown fees, or they would count.
        let others = members(chunk.members).skip(1).map(|index| cluster[index].key);
        let mut others: Vec<Relative> =
            others.filter_map(|key| Some(Relative::of(key, self.get(key)?))).collect();
        if others.is_empty() {
            return Package::Alone;
        }
        let rate = |row: &Relative| row.fee_rate.exact().unwrap_or(0.0);
        others.sort_by(|a, b| rate(b).total_cmp(&rate(a)));
        let vsize = chunk.weight.div_ceil(4);
        Package::Together { fee_rate: chunk.rate(), fee: chunk.fee, vsize, others }
    }
}

#[cfg(test)]
mod tests;
