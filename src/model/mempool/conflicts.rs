//! Two transactions that spend the same output: who stays.
//!
//! Nodes relay a second spend only as a replacement, so a newcomer replaces what it conflicts with
//! and everything that descends from it. It does not when it can be told that it pays no more, for
//! no node would have taken it: then it is the original, arriving late from a slow peer. What was
//! replaced is remembered for a while, so that slow peers bring neither it nor its children back.
//!
//! Nothing that is relayed is verified here: a made-up spend of the same outputs that promises a
//! higher fee is taken for a replacement, until a block tells what was true.

use crate::chain::limits::{TRUC_CHILD_MAX_VSIZE, TRUC_MAX_VSIZE, TRUC_VERSION};
use crate::model::fees::InputValues;
use crate::model::mempool::Mempool;
use crate::model::mempool::MempoolEntry;
use crate::model::mempool::RemovalReason;
use crate::model::mempool::key::TxKey;
use crate::wire::{OutPoint, Transaction, TxHash};
use std::collections::{BTreeSet, HashSet};

/// How many outputs may be looked at to find what a transaction would replace. Nodes let it replace
/// 100 clusters (Core: `MAX_REPLACEMENT_CANDIDATES`), which hardly ever have as many outputs.
const MOST_LOOKED_AT: usize = 10_000;

/// How many parents are looked up to find out whether an ancestor signals replaceability. Clusters
/// of honest nodes have 64 transactions.
const ANCESTRY: usize = 1_000;

/// What a newcomer does to those that are held.
#[derive(Debug)]
pub(crate) enum Conflict {
    /// It replaces these (none if it conflicts with none), descendants included.
    Replaces {
        /// Those that spend what it spends, or whose only sibling it would be.
        rivals: BTreeSet<TxKey>,
        /// Them and what descends from them.
        all: BTreeSet<TxKey>,
    },
    /// It is no replacement.
    Loses,
}

impl Mempool {
    /// Whether a transaction that is not held replaces others.
    pub(crate) fn conflict(&self, tx: &Transaction, prevouts: &InputValues) -> Conflict {
        if tx.inputs().any(|input| self.is_gone(&input.prevout)) {
            return Conflict::Loses;
        }
        let rivals: BTreeSet<TxKey> = self.spends.rivals(tx).chain(self.truc_sibling(tx)).collect();
        if rivals.is_empty() {
            return Conflict::Replaces { rivals, all: BTreeSet::new() };
        }
        match self.with_descendants(rivals.clone(), MOST_LOOKED_AT) {
            Some(all) if self.may_replace(tx, prevouts, &rivals, &all) => Conflict::Replaces { rivals, all },
            _ => Conflict::Loses,
        }
    }

    /// Who has to make room for `tx` without spending the same. A parent of version 3 may have but one
    /// child (BIP431); nodes let a child that pays more take the place of the other.
    fn truc_sibling(&self, tx: &Transaction) -> Option<TxKey> {
        let parent = self.truc_parent(tx)?;
        let sibling = only(self.spends.children(parent.tx()))?;
        let entry = self.get(sibling)?;
        let is_last = self.spends.children(entry.tx()).next().is_none();
        self.truc_parent(entry.tx()).filter(|_| is_last).map(|_| sibling)
    }

    /// The one held parent of a transaction, if both follow the rules of version 3.
    fn truc_parent(&self, tx: &Transaction) -> Option<&MempoolEntry> {
        let is_truc = |tx: &Transaction, most_vsize| tx.version() == TRUC_VERSION && tx.vsize() <= most_vsize;
        if !is_truc(tx, TRUC_CHILD_MAX_VSIZE) {
            return None;
        }
        let parent = only(tx.inputs().filter_map(|input| self.key(TxHash::Txid(input.prevout.txid))))?;
        self.get(parent).filter(|parent| is_truc(parent.tx(), TRUC_MAX_VSIZE))
    }

    /// Whether an output can no longer be spent: a block did it, or its transaction lost.
    fn is_gone(&self, prevout: &OutPoint) -> bool {
        self.departed.is_spent(prevout) || self.departed.is_refused(prevout.txid)
    }

    fn may_replace(
        &self,
        tx: &Transaction,
        prevouts: &InputValues,
        rivals: &BTreeSet<TxKey>,
        all: &BTreeSet<TxKey>,
    ) -> bool {
        let spends_replaced = || {
            let mut parents = tx.inputs().filter_map(|input| self.key(TxHash::Txid(input.prevout.txid)));
            parents.any(|parent| all.contains(&parent))
        };
        let only_rival = rivals.first().filter(|_| rivals.len() == 1).and_then(|rival| self.get(*rival));
        let pays_no_more = || only_rival.is_some_and(|rival| self.pays_no_more_than(tx, rival));
        !pays_no_more() && !self.pays_no_more_than_all(tx, prevouts, all) && !spends_replaced()
    }

    /// Whether both spend exactly the same and the newcomer pays out as much or more: what is left
    /// as its fee is no more, whatever the inputs are worth.
    fn pays_no_more_than(&self, tx: &Transaction, only_rival: &MempoolEntry) -> bool {
        let inputs = tx.inputs().len();
        inputs == only_rival.tx().inputs().len()
            && inputs == self.spends.rivals(tx).count()
            && tx.output_value() >= only_rival.tx().output_value()
    }

    /// Whether its fee is known and no more than what is known of the fees of those that it would
    /// replace.
    fn pays_no_more_than_all(
        &self,
        tx: &Transaction,
        prevouts: &InputValues,
        replaced: &BTreeSet<TxKey>,
    ) -> bool {
        let fees = replaced.iter().filter_map(|key| self.get(*key)?.fee());
        let (known, sum) = fees.fold((0, 0_u64), |(known, sum), fee| (known + 1, sum.saturating_add(fee)));
        known > 0 && prevouts.fee(tx.output_value()).is_some_and(|fee| fee <= sum)
    }

    /// `roots` and everything held that descends from them; `None` if they have more than
    /// `most_outputs` outputs.
    pub(crate) fn with_descendants(
        &self,
        roots: BTreeSet<TxKey>,
        most_outputs: usize,
    ) -> Option<BTreeSet<TxKey>> {
        let mut to_visit: Vec<TxKey> = roots.iter().copied().collect();
        let mut found = roots;
        let mut left = most_outputs;
        while let Some(key) = to_visit.pop() {
            if let Some(entry) = self.get(key) {
                left = left.checked_sub(entry.tx().outputs().len())?;
                to_visit.extend(self.spends.children(entry.tx()).filter(|child| found.insert(*child)));
            }
        }
        Some(found)
    }

    /// Takes out what cannot be valid any longer, with everything that descends from it, and keeps
    /// it out.
    pub(crate) fn refuse_with_descendants(&mut self, roots: BTreeSet<TxKey>, why: RemovalReason) -> usize {
        let all = self.with_descendants(roots, usize::MAX).unwrap_or_default();
        for key in &all {
            self.remove_and_refuse(*key, why);
        }
        all.len()
    }

    /// Whether it or an unconfirmed ancestor signals that it may be replaced (BIP125).
    pub(crate) fn is_replaceable(&self, entry: &MempoolEntry) -> bool {
        let mut ancestry = vec![entry];
        let mut known = HashSet::new();
        let mut looked_up = 0;
        while let Some(entry) = ancestry.pop() {
            if entry.signals_replacement() {
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

/// The value that all of them are, if there is exactly one.
fn only(mut keys: impl Iterator<Item = TxKey>) -> Option<TxKey> {
    let first = keys.next()?;
    keys.all(|key| key == first).then_some(first)
}
