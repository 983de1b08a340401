//! Two transactions that spend the same output: who stays.
//!
//! Nodes relay a second spend only as a replacement, so a newcomer replaces what it conflicts with
//! and everything that descends from it. It does not when it can be told that it pays no more, for
//! no node would have taken it: then it is the original, arriving late from a slow peer. What was
//! replaced is remembered for a while, so that slow peers bring neither it nor its children back.
//!
//! Nothing that is relayed is verified here: a made-up spend of the same outputs that promises a
//! higher fee is taken for a replacement, until a block tells what was true.

use super::entry::Entry;
use super::fees::Prevouts;
use super::mempool::Mempool;
use crate::snapshot::TxKey;
use crate::wire::{OutPoint, Transaction};
use std::collections::{BTreeSet, HashSet};

/// The most that one transaction may replace, descendants included: 100 clusters of 64 (Core:
/// `MAX_REPLACEMENT_CANDIDATES`, `DEFAULT_CLUSTER_LIMIT`).
const MOST_REPLACED: usize = 6_400;

/// How many parents are looked up to find out whether an ancestor signals replaceability. Clusters
/// of honest nodes have 64 transactions.
const ANCESTRY: usize = 1_000;

/// What a newcomer does to those that are held.
#[derive(Debug)]
pub(super) enum Conflict {
    /// It replaces these (none if it conflicts with none), descendants included.
    Replaces {
        /// Those whose outputs it spends as well, in the order of their arrival.
        rivals: Vec<TxKey>,
        /// Them and what descends from them.
        all: Vec<TxKey>,
    },
    /// It is no replacement.
    Loses,
}

impl Mempool {
    /// Whether a transaction that is not held replaces others.
    pub(super) fn conflict(&self, tx: &Transaction, prevouts: &Prevouts) -> Conflict {
        let rivals: BTreeSet<TxKey> = self.spenders.rivals(tx).collect();
        let all = self.with_descendants(rivals.iter().copied(), MOST_REPLACED);
        let loses = tx.inputs().any(|input| self.is_gone(&input.prevout))
            || all.len() > MOST_REPLACED
            || rivals.iter().any(|rival| self.pays_no_more_than(tx, *rival))
            || self.pays_no_more_than_all(tx, prevouts, &all);
        if loses { Conflict::Loses } else { Conflict::Replaces { rivals: rivals.into_iter().collect(), all } }
    }

    /// Whether an output can no longer be spent: a block did it, or its transaction lost.
    fn is_gone(&self, prevout: &OutPoint) -> bool {
        self.departed.is_spent(prevout) || self.departed.is_refused(prevout.txid)
    }

    /// Whether both spend exactly the same and the newcomer pays out as much or more: what is left
    /// as its fee is no more, whatever the inputs are worth.
    fn pays_no_more_than(&self, tx: &Transaction, rival: TxKey) -> bool {
        let shared = self.spenders.rivals(tx).filter(|&key| key == rival).count();
        self.get(rival).is_some_and(|rival| {
            let inputs = rival.tx().inputs().len();
            shared == inputs && tx.inputs().len() == inputs && tx.output_value() >= rival.tx().output_value()
        })
    }

    /// Whether its fee is known and no more than what is known of the fees of those that it would
    /// replace.
    fn pays_no_more_than_all(&self, tx: &Transaction, prevouts: &Prevouts, replaced: &[TxKey]) -> bool {
        let fees = replaced.iter().filter_map(|key| self.get(*key)?.fee());
        let (known, sum) = fees.fold((0, 0_u64), |(known, sum), fee| (known + 1, sum.saturating_add(fee)));
        known > 0 && prevouts.fee(tx.output_value()).is_some_and(|fee| fee <= sum)
    }

    /// `roots` and everything held that descends from them, each once; stops when there are more
    /// than `limit`.
    pub(super) fn with_descendants(&self, roots: impl Iterator<Item = TxKey>, limit: usize) -> Vec<TxKey> {
        let mut found: Vec<TxKey> = roots.collect();
        let mut known: HashSet<TxKey> = found.iter().copied().collect();
        let mut next = 0;
        while let Some(entry) = found.get(next).map(|key| self.get(*key)) {
            if found.len() > limit {
                break;
            }
            next += 1;
            let children = entry.into_iter().flat_map(|entry| self.spenders.children(entry.tx()));
            found.extend(children.filter(|child| known.insert(*child)));
        }
        found
    }

    /// Whether it or an unconfirmed ancestor signals that it may be replaced (BIP125).
    pub(super) fn is_replaceable(&self, entry: &Entry) -> bool {
        let mut ancestry = vec![entry];
        let mut known = HashSet::new();
        let mut looked_up = 0;
        while let Some(entry) = ancestry.pop() {
            if entry.tx().signals_replacement() {
                return true;
            }
            for input in entry.tx().inputs() {
                looked_up += 1;
                if looked_up > ANCESTRY {
                    return false;
                }
                let parent = self.by_txid(input.prevout.txid);
                ancestry.extend(parent.filter(|parent| known.insert(parent.tx().txid())));
            }
        }
        false
    }
}
