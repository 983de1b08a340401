//! The mempool that all nodes of the demo share.

use super::coins::coin::Spend;
use super::random::share_of;
use crate::chain::limits::BLOCK_TEMPLATE_WEIGHT;
use crate::wire::{Transaction, TxHash, Txid, Wtxid};
use rand::RngExt;
use rand::rngs::StdRng;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The share of the mempool, by weight, that the next block takes.
const TAKEN: f64 = 0.85;

/// The share of transactions that have not reached the miner.
const OVERLOOKED: f64 = 0.01;

/// An unconfirmed transaction.
#[derive(Debug)]
pub(super) struct MempoolTx {
    pub(super) tx: Transaction,
    /// The fee, in sat.
    pub(super) fee: u64,
    /// The fee rate, in sat/kvB, of the transaction by itself or, if that is lower, together with those of
    /// its parents that pay less: what a miner earns by taking it.
    pub(super) rate: u64,
    /// The lowest fee rate of it and its unconfirmed ancestors, in sat/kvB: a node that refuses one of them
    /// cannot accept it.
    pub(super) lowest_rate: u64,
    /// The transactions that it spends from, confirmed or not.
    pub(super) parents: Vec<Txid>,
    /// Whether it is sent to a miner directly and never announced.
    pub(super) secret: bool,
}

/// The mempool.
#[derive(Default)]
pub(super) struct Mempool {
    by_txid: HashMap<Txid, Arc<MempoolTx>>,
    by_wtxid: HashMap<Wtxid, Txid>,
}

impl Mempool {
    /// Adds a transaction, and removes the one that it replaces.
    pub(super) fn accept(&mut self, spend: Spend) -> Arc<MempoolTx> {
        if let Some(replaced) = spend.replaces {
            self.remove(replaced);
        }
        let Spend { tx, fee, parents, secret, .. } = spend;
        let (mut package_fee, mut package_size) = (fee, u64::from(tx.vsize()));
        let own = rate(package_fee, package_size);
        let mut lowest_rate = own;
        for parent in parents.iter().filter_map(|parent| self.by_txid.get(parent)) {
            lowest_rate = lowest_rate.min(parent.lowest_rate);
            if parent.rate < own {
                package_fee += parent.fee;
                package_size += u64::from(parent.tx.vsize());
            }
        }
        let rate = rate(package_fee, package_size);
        let tx = Arc::new(MempoolTx { tx, fee, rate, lowest_rate, parents, secret });
        self.by_wtxid.insert(tx.tx.wtxid(), tx.tx.txid());
        self.by_txid.insert(tx.tx.txid(), Arc::clone(&tx));
        tx
    }

    /// Removes a transaction.
    pub(super) fn remove(&mut self, txid: Txid) {
        if let Some(removed) = self.by_txid.remove(&txid) {
            self.by_wtxid.remove(&removed.tx.wtxid());
        }
    }

    /// Returns a transaction that was announced.
    pub(super) fn announced(&self, hash: TxHash) -> Option<&Arc<MempoolTx>> {
        let txid = match hash {
            TxHash::Txid(txid) => txid,
            TxHash::Wtxid(wtxid) => *self.by_wtxid.get(&wtxid)?,
        };
        self.by_txid.get(&txid).filter(|tx| !tx.secret)
    }

    /// Returns all announced transactions, the highest fee rate first.
    pub(super) fn all_announced(&self) -> Vec<Arc<MempoolTx>> {
        mining_order(self.by_txid.values().filter(|tx| !tx.secret).cloned().collect())
    }

    /// Returns the transactions of the next block, parents before their children.
    pub(super) fn template(&self, rng: &mut StdRng) -> Vec<Arc<MempoolTx>> {
        let weight: u64 = self.by_txid.values().map(|tx| u64::from(tx.tx.weight())).sum();
        let mut left = u64::from(BLOCK_TEMPLATE_WEIGHT).min(share_of(weight, TAKEN));
        let mut taken = HashSet::new();
        let mut order = mining_order(self.by_txid.values().cloned().collect());
        order.retain(|tx| {
            let overlooked = rng.random_bool(OVERLOOKED);
            let ready = |parent| taken.contains(parent) || !self.by_txid.contains_key(parent);
            let weight = u64::from(tx.tx.weight());
            let fits = !overlooked && weight <= left && tx.parents.iter().all(ready);
            if fits {
                left -= weight;
                taken.insert(tx.tx.txid());
            }
            fits
        });
        order
    }
}

fn rate(fee: u64, vsize: u64) -> u64 {
    fee * 1_000 / vsize.max(1)
}

/// Sorts transactions as miners take them and Core announces them: by falling fee rate, but parents before
/// their children.
pub(super) fn mining_order(mut txs: Vec<Arc<MempoolTx>>) -> Vec<Arc<MempoolTx>> {
    txs.sort_unstable_by_key(|tx| (Reverse(tx.rate), tx.tx.txid()));
    let mut waiting: HashMap<Txid, &Arc<MempoolTx>> = txs.iter().map(|tx| (tx.tx.txid(), tx)).collect();
    let mut ordered = Vec::with_capacity(txs.len());
    for tx in &txs {
        place(tx, &mut waiting, &mut ordered);
    }
    ordered
}

/// Appends `tx` after its parents. The recursion is no deeper than the longest chain of unconfirmed
/// transactions.
fn place(
    tx: &Arc<MempoolTx>,
    waiting: &mut HashMap<Txid, &Arc<MempoolTx>>,
    ordered: &mut Vec<Arc<MempoolTx>>,
) {
    if waiting.remove(&tx.tx.txid()).is_some() {
        for parent in &tx.parents {
            if let Some(&parent) = waiting.get(parent) {
                place(parent, waiting, ordered);
            }
        }
        ordered.push(Arc::clone(tx));
    }
}

#[cfg(test)]
mod tests {
    use super::super::random::generator;
    use super::super::world::World;
    use super::*;
    use crate::wire::OutPoint;
    use crate::wire::transaction::{InputParts, OutputParts, TxParts};

    fn waiting(number: u8, rate: u64, parents: &[&Arc<MempoolTx>]) -> Arc<MempoolTx> {
        let prevout = OutPoint { txid: Txid([number; 32]), vout: 0 };
        let input = InputParts { prevout, script_sig: vec![], sequence: 0, witness: vec![] };
        let output = OutputParts { value: 1, script_pubkey: vec![] };
        let parts = TxParts { version: 2, inputs: vec![input], outputs: vec![output], lock_time: 0 };
        let parents = parents.iter().map(|parent| parent.tx.txid()).collect();
        Arc::new(MempoolTx {
            tx: parts.build().unwrap(),
            fee: 0,
            rate,
            lowest_rate: rate,
            parents,
            secret: false,
        })
    }

    #[test]
    fn the_best_come_first_but_never_before_their_parents() {
        let slow = waiting(1, 1, &[]);
        let middle = waiting(2, 5, &[]);
        let fast = waiting(3, 9, &[&slow]);
        let grandchild = waiting(4, 20, &[&fast, &middle]);
        let orphan = waiting(5, 7, &[&waiting(6, 1, &[])]);
        let all = [&grandchild, &orphan, &middle, &fast, &slow].map(Arc::clone).to_vec();
        let rates: Vec<u64> = mining_order(all).iter().map(|tx| tx.rate).collect();
        assert_eq!(rates, [1, 9, 5, 20, 7]);
    }

    #[test]
    fn a_template_contains_parents_first_and_leaves_the_cheapest() {
        let mut world = World::new(1, 50.0, 1_800_000_000);
        world.advance(std::time::Duration::from_secs(10));
        let all = world.mempool.by_txid.len();
        let template = world.mempool.template(&mut generator(1, "test", 0));
        assert!((all * 70 / 100..all).contains(&template.len()), "{} of {all}", template.len());
        let mut seen = HashSet::new();
        for tx in &template {
            assert!(tx.parents.iter().all(|p| seen.contains(p) || !world.mempool.by_txid.contains_key(p)));
            seen.insert(tx.tx.txid());
        }
        let left = world.mempool.by_txid.values().filter(|tx| !seen.contains(&tx.tx.txid()));
        let (mut left, mut taken): (Vec<u64>, Vec<u64>) =
            (left.map(|tx| tx.rate).collect(), template.iter().map(|tx| tx.rate).collect());
        left.sort_unstable();
        taken.sort_unstable();
        assert!(left[left.len() / 2] < taken[taken.len() / 4]);
    }

    #[test]
    fn unannounced_transactions_are_not_served() {
        let mut world = World::new(1, 100.0, 1_800_000_000);
        world.advance(std::time::Duration::from_secs(10));
        let (secret, open): (Vec<_>, Vec<_>) = world.mempool.by_txid.values().partition(|tx| tx.secret);
        assert!(!secret.is_empty());
        for tx in secret {
            assert!(world.mempool.announced(TxHash::Txid(tx.tx.txid())).is_none());
            assert!(world.mempool.announced(TxHash::Wtxid(tx.tx.wtxid())).is_none());
        }
        for tx in open {
            assert!(world.mempool.announced(TxHash::Wtxid(tx.tx.wtxid())).is_some());
        }
    }
}
