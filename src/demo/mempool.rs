//! The mempool that all nodes of the demo share, and the orders in which they list it.

use super::coins::coin::Spend;
use crate::chain::limits::BLOCK_TEMPLATE_WEIGHT;
use crate::wire::{Transaction, TxHash, Txid, Wtxid};
use rand::RngExt;
use rand::rngs::StdRng;
use std::collections::{HashMap, HashSet};
use std::iter;
use std::sync::Arc;

/// The share of transactions that have not reached the miner.
const OVERLOOKED: f64 = 0.01;

/// An unconfirmed transaction.
#[derive(Debug)]
pub(super) struct MempoolTx {
    pub(super) tx: Transaction,
    /// The fee, in sat.
    pub(super) fee: u64,
    /// The lowest fee rate of the transaction and its unconfirmed ancestors, in sat/kvB: a node that refuses
    /// one of them cannot accept it.
    pub(super) lowest_rate: u64,
    /// The transaction that it spends from, if that was unconfirmed.
    pub(super) parent: Option<Txid>,
    /// Whether it is sent to a miner directly and never announced.
    pub(super) secret: bool,
    /// How many transactions entered the mempool before it.
    pub(super) number: u64,
}

impl MempoolTx {
    fn vsize(&self) -> u64 {
        self.tx.vsize().into()
    }

    fn weight(&self) -> u64 {
        self.tx.weight().into()
    }
}

/// The order in which a version of Bitcoin Core announces transactions and lists its mempool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Order {
    /// Up to 30: ascending number of unconfirmed ancestors, then descending fee rate by virtual size
    /// (`CompareDepthAndScore`).
    Ancestors,
    /// Since 31: descending chunk fee rate by weight, parents first (`CompareMiningScoreWithTopology`).
    ChunkFeeRate,
}

/// The fee rate of its chunk, in sat/WU: virtual sizes are rounded up and would give a different order.
#[derive(Default)]
pub(super) struct Mempool {
    by_txid: HashMap<Txid, Entry>,
    by_wtxid: HashMap<Wtxid, Txid>,
    accepted: u64,
}

struct Entry {
    tx: Arc<MempoolTx>,
    children: Vec<Txid>,
    /// The fee rate of its chunk, in sat/WU: virtual sizes are rounded up, and would make another order.
    chunk_fee_rate: f64,
}

/// Transactions that a miner takes together.
struct Chunk {
    /// The sum of the fees, in sat.
    fee: u64,
    /// The sum of the weights, in WU.
    weight: u64,
    txids: Vec<Txid>,
}

impl Mempool {
    /// Adds a transaction, and removes the one that it replaces.
    pub(super) fn accept(&mut self, spend: Spend) -> Arc<MempoolTx> {
        if let Some(replaced) = spend.replaces {
            self.remove(replaced);
        }
        let Spend { tx, fee, parent, secret, .. } = spend;
        let (txid, number) = (tx.txid(), self.accepted);
        self.accepted += 1;
        let mut lowest_rate = fee * 1_000 / u64::from(tx.vsize()).max(1);
        if let Some(parent) = parent.and_then(|parent| self.by_txid.get_mut(&parent)) {
            lowest_rate = lowest_rate.min(parent.tx.lowest_rate);
            parent.children.push(txid);
        }
        let tx = Arc::new(MempoolTx { tx, fee, lowest_rate, parent, secret, number });
        self.by_wtxid.insert(tx.tx.wtxid(), txid);
        let entry = Entry { tx: Arc::clone(&tx), children: vec![], chunk_fee_rate: 0.0 };
        self.by_txid.insert(txid, entry);
        self.divide_cluster(txid);
        tx
    }

    /// Removes a transaction.
    pub(super) fn remove(&mut self, txid: Txid) {
        let Some(removed) = self.by_txid.remove(&txid) else { return };
        self.by_wtxid.remove(&removed.tx.tx.wtxid());
        if let Some(parent) = removed.tx.parent.and_then(|parent| self.by_txid.get_mut(&parent)) {
            parent.children.retain(|child| *child != txid);
        }
        for txid in removed.children.into_iter().chain(removed.tx.parent) {
            self.divide_cluster(txid);
        }
    }

    /// Returns the number of transactions.
    pub(super) fn len(&self) -> usize {
        self.by_txid.len()
    }

    /// Returns how many transactions have ever entered the mempool.
    pub(super) fn accepted(&self) -> u64 {
        self.accepted
    }

    /// Returns the weight of all transactions.
    pub(super) fn weight(&self) -> u64 {
        self.by_txid.values().map(|entry| u64::from(entry.tx.tx.weight())).sum()
    }

    /// Returns a transaction that was announced.
    pub(super) fn announced(&self, hash: TxHash) -> Option<&Arc<MempoolTx>> {
        let txid = match hash {
            TxHash::Txid(txid) => txid,
            TxHash::Wtxid(wtxid) => *self.by_wtxid.get(&wtxid)?,
        };
        self.by_txid.get(&txid).map(|entry| &entry.tx).filter(|tx| !tx.secret)
    }

    /// Returns all announced transactions.
    pub(super) fn all_announced(&self, order: Order) -> Vec<Arc<MempoolTx>> {
        let all = self.by_txid.values().map(|entry| &entry.tx);
        self.sorted(order, all.filter(|tx| !tx.secret).cloned().collect())
    }

    /// Returns those of `txs` that are still in the mempool, in this order.
    pub(super) fn sorted(&self, order: Order, mut txs: Vec<Arc<MempoolTx>>) -> Vec<Arc<MempoolTx>> {
        txs.retain(|tx| self.by_txid.contains_key(&tx.tx.txid()));
        txs.sort_by_cached_key(|tx| {
            let txid = tx.tx.txid();
            let ancestors = self.ancestors(txid);
            match order {
                Order::Ancestors => (ancestors, descending(fee_rate(tx.fee, tx.vsize())), txid),
                // The chunk fee rate of a parent is never lower than that of its child.
                Order::ChunkFeeRate => (descending(self.chunk_fee_rate(txid)), ancestors, txid),
            }
        });
        txs
    }

    /// Returns the transactions of the next block, parents before their children. It leaves about as much as
    /// `kept`, in weight units.
    pub(super) fn template(&self, kept: u64, rng: &mut StdRng) -> Vec<Arc<MempoolTx>> {
        let mut left = u64::from(BLOCK_TEMPLATE_WEIGHT).min(self.weight().saturating_sub(kept));
        let mut taken = HashSet::new();
        let all = self.by_txid.values().map(|entry| Arc::clone(&entry.tx)).collect();
        let mut order = self.sorted(Order::ChunkFeeRate, all);
        order.retain(|tx| {
            let overlooked = rng.random_bool(OVERLOOKED);
            let ready = |parent| taken.contains(&parent) || !self.by_txid.contains_key(&parent);
            let weight = u64::from(tx.tx.weight());
            let fits = !overlooked && weight <= left && tx.parent.is_none_or(ready);
            if fits {
                left -= weight;
                taken.insert(tx.tx.txid());
            }
            fits
        });
        order
    }

    fn parent(&self, txid: Txid) -> Option<Txid> {
        let parent = self.by_txid.get(&txid)?.tx.parent?;
        self.by_txid.contains_key(&parent).then_some(parent)
    }

    /// Returns the number of unconfirmed ancestors.
    fn ancestors(&self, txid: Txid) -> u64 {
        iter::successors(self.parent(txid), |txid| self.parent(*txid)).map(|_| 1).sum()
    }

    /// Returns the fee rate of a transaction's chunk, in sat/WU; 0 if it is not in the mempool.
    fn chunk_fee_rate(&self, txid: Txid) -> f64 {
        self.by_txid.get(&txid).map_or(0.0, |entry| entry.chunk_fee_rate)
    }

    /// Divides the cluster of a transaction into chunks again.
    fn divide_cluster(&mut self, txid: Txid) {
        let root = iter::successors(Some(txid), |txid| self.parent(*txid)).last().unwrap_or(txid);
        for chunk in self.chunks(root) {
            for txid in &chunk.txids {
                if let Some(entry) = self.by_txid.get_mut(txid) {
                    entry.chunk_fee_rate = fee_rate(chunk.fee, chunk.weight);
                }
            }
        }
    }

    /// Returns the chunks of a transaction and its descendants, the best one last. In a tree, a parent
    /// absorbs the best chunk below it as long as that pays more than its own.
    ///
    /// The recursion is no deeper than the largest cluster.
    fn chunks(&self, txid: Txid) -> Vec<Chunk> {
        let Some(Entry { tx, children, .. }) = self.by_txid.get(&txid) else { return vec![] };
        let mut chunks: Vec<Chunk> = children.iter().flat_map(|child| self.chunks(*child)).collect();
        // Stable: of equal chunks below the same child, the later one depends on the earlier.
        chunks.sort_by(|a, b| fee_rate(a.fee, a.weight).total_cmp(&fee_rate(b.fee, b.weight)));
        let mut own = Chunk { fee: tx.fee, weight: tx.weight(), txids: vec![txid] };
        let pays_more =
            |best: &mut Chunk, own: &Chunk| fee_rate(best.fee, best.weight) > fee_rate(own.fee, own.weight);
        while let Some(best) = chunks.pop_if(|best| pays_more(best, &own)) {
            own.fee += best.fee;
            own.weight += best.weight;
            own.txids.extend(best.txids);
        }
        chunks.push(own);
        chunks
    }
}

/// Returns a fee rate, in sat per unit of size. Different ones stay different: fees and sizes are far below 2^26.
#[expect(clippy::cast_precision_loss, reason = "below 2^53: no more than 21 million BTC in sat")]
fn fee_rate(fee: u64, size: u64) -> f64 {
    fee as f64 / size.max(1) as f64
}

/// Returns a key by which the highest fee rate comes first.
fn descending(fee_rate: f64) -> u64 {
    // Non-negative floating-point numbers sort like their bits.
    !fee_rate.to_bits()
}

#[cfg(test)]
mod tests {
    use super::super::ledger::Ledger;
    use super::super::random::generator;
    use super::super::world::World;
    use super::*;
    use crate::wire::OutPoint;
    use crate::wire::transaction::{InputParts, OutputParts, TxParts};

    /// A transaction and its txid; all have the same size.
    fn spend(number: u8, fee: u64, parent: Option<Txid>) -> (Txid, Spend) {
        let prevout = OutPoint { txid: parent.unwrap_or(Txid([number; 32])), vout: number.into() };
        let input = InputParts { prevout, script_sig: vec![], sequence: 0, witness: vec![] };
        let output = OutputParts { value: 1, script_pubkey: vec![0x51; 40] };
        let parts = TxParts { version: 2, inputs: vec![input], outputs: vec![output], lock_time: 0 };
        let tx = parts.build().unwrap();
        (tx.txid(), Spend { tx, fee, parent, replaces: None, secret: false, made: vec![] })
    }

    /// A mempool of transactions that pay these fees and are of the same size, with the index of each
    /// one's parent.
    fn mempool(txs: &[(u64, Option<usize>)]) -> (Mempool, Vec<Txid>) {
        let (mut mempool, mut txids) = (Mempool::default(), vec![]);
        for (number, (fee, parent)) in (0..).zip(txs) {
            let (txid, spend) = spend(number, *fee, parent.map(|parent| txids[parent]));
            mempool.accept(spend);
            txids.push(txid);
        }
        (mempool, txids)
    }

    fn fees(mempool: &Mempool, order: Order) -> Vec<u64> {
        mempool.all_announced(order).iter().map(|tx| tx.fee).collect()
    }

    #[test]
    fn new_nodes_list_by_chunk_fee_rate_and_old_ones_by_ancestors_first() {
        // 100 is the parent of 900, which is the parent of 910; 200 of 150; 100 and 900 and 910 are a chunk.
        let txs = [(100, None), (500, None), (900, Some(0)), (910, Some(2)), (200, None), (150, Some(4))];
        let (mempool, _) = mempool(&txs);
        assert_eq!(fees(&mempool, Order::ChunkFeeRate), [100, 900, 910, 500, 200, 150]);
        assert_eq!(fees(&mempool, Order::Ancestors), [500, 200, 100, 900, 150, 910]);
    }

    #[test]
    fn new_nodes_compare_weights_and_old_ones_sizes_that_are_rounded_up() {
        let mut mempool = Mempool::default();
        // 247 and 245 WU are both 62 vB, 244 WU are 61.
        for (number, witness, fee) in [(0, 3, 621), (1, 1, 620), (2, 0, 615)] {
            let prevout = OutPoint { txid: Txid([number; 32]), vout: 0 };
            let input =
                InputParts { prevout, script_sig: vec![], sequence: 0, witness: vec![vec![7; witness]] };
            let output = OutputParts { value: 1, script_pubkey: vec![] };
            let parts = TxParts { version: 2, inputs: vec![input], outputs: vec![output], lock_time: 0 };
            let tx = parts.build().unwrap();
            mempool.accept(Spend { tx, fee, parent: None, replaces: None, secret: false, made: vec![] });
        }
        assert_eq!(fees(&mempool, Order::ChunkFeeRate), [620, 615, 621]);
        assert_eq!(fees(&mempool, Order::Ancestors), [615, 621, 620]);
    }

    #[test]
    fn a_parent_takes_up_only_the_children_that_raise_its_chunk() {
        // Together, 100, 400 and 390 pay 297 each: 250 stays behind, and 240 behind it.
        let txs = [(100, None), (250, Some(0)), (400, Some(0)), (390, Some(2)), (240, Some(1))];
        let (mempool, txids) = mempool(&txs);
        let weight = mempool.by_txid[&txids[0]].tx.weight();
        let has_rate = |index: usize, fee, count| {
            assert_eq!(
                mempool.chunk_fee_rate(txids[index]).to_bits(),
                fee_rate(fee, count * weight).to_bits()
            );
        };
        for index in [0, 2, 3] {
            has_rate(index, 890, 3);
        }
        has_rate(1, 250, 1);
        has_rate(4, 240, 1);
    }

    #[test]
    fn a_confirmed_parent_and_a_replaced_child_change_the_chunks_of_the_others() {
        let (mut mempool, txids) = mempool(&[(100, None), (300, Some(0)), (500, Some(1))]);
        let weight = mempool.by_txid[&txids[0]].tx.weight();
        mempool.remove(txids[2]);
        assert_eq!(mempool.chunk_fee_rate(txids[0]).to_bits(), fee_rate(400, 2 * weight).to_bits());
        mempool.remove(txids[0]);
        assert_eq!(mempool.chunk_fee_rate(txids[1]).to_bits(), fee_rate(300, weight).to_bits());
        assert_eq!(mempool.ancestors(txids[1]), 0);
    }

    #[test]
    fn a_template_contains_parents_first_and_leaves_the_cheapest() {
        let mut world = World::small(1, 50.0);
        world.advance(std::time::Duration::from_secs(10));
        let weight = world.mempool.weight();
        let template = world.mempool.template(weight * 15 / 100, &mut generator(1, "test", 0));
        let taken: u64 = template.iter().map(|tx| u64::from(tx.tx.weight())).sum();
        assert!((weight * 80 / 100..=weight * 85 / 100).contains(&taken), "{taken} of {weight}");
        let mut seen = HashSet::new();
        for tx in &template {
            assert!(tx.parent.is_none_or(|p| seen.contains(&p) || !world.mempool.by_txid.contains_key(&p)));
            seen.insert(tx.tx.txid());
        }
        let rate = |txid: &Txid| world.mempool.chunk_fee_rate(*txid);
        let left = world.mempool.by_txid.keys().filter(|txid| !seen.contains(*txid));
        let (mut left, mut taken): (Vec<f64>, Vec<f64>) =
            (left.map(rate).collect(), seen.iter().map(rate).collect());
        left.sort_unstable_by(f64::total_cmp);
        taken.sort_unstable_by(f64::total_cmp);
        assert!(left[left.len() / 2] < taken[taken.len() / 4]);
    }

    #[test]
    fn unannounced_transactions_are_not_served() {
        let mut world = World::small(1, 100.0);
        world.advance(std::time::Duration::from_secs(10));
        let all = world.mempool.by_txid.values().map(|entry| &entry.tx);
        let (secret, open): (Vec<_>, Vec<_>) = all.partition(|tx| tx.secret);
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
