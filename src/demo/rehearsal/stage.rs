//! What the nodes of a rehearsal share at one moment.

use super::chunks::{Member, chunk_rates};
use super::plan::{Plan, Planned};
use crate::demo::chain::Chain;
use crate::demo::ledger::{Ledger, News};
use crate::demo::mempool::{MempoolTx, Order};
use crate::wire::{Block, TxHash, Txid, Wtxid};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// The shared state of the nodes.
pub(super) struct Stage {
    chain: Chain,
    by_txid: HashMap<Txid, Entry>,
    by_wtxid: HashMap<Wtxid, Txid>,
    accepted: u64,
    blocks: VecDeque<(Duration, Arc<Block>)>,
    txs: VecDeque<Planned>,
}

/// A transaction in the mempool. Unlike the demo's it may have many parents.
struct Entry {
    tx: Arc<MempoolTx>,
    weight: u64,
    parents: Vec<Txid>,
    children: Vec<Txid>,
    /// The fee rate of its chunk, in sat/WU.
    chunk_rate: f64,
}

impl Stage {
    /// The state before the start; the chain continues another one whose tip is at `height`.
    pub(super) fn new(plan: Plan, height: u32) -> Self {
        let mut chain = Chain::after(height, plan.past[0].header.previous);
        plan.past.into_iter().for_each(|block| chain.append(block));
        Self {
            chain,
            by_txid: HashMap::new(),
            by_wtxid: HashMap::new(),
            accepted: 0,
            blocks: plan.blocks.into(),
            txs: plan.txs.into(),
        }
    }

    fn accept(&mut self, planned: Planned) -> Arc<MempoolTx> {
        let Planned { tx, facts, fee, parents, secret, .. } = planned;
        let (txid, number) = (tx.txid(), self.accepted);
        self.accepted += 1;
        let parents: Vec<_> = tx
            .prevouts()
            .map(|prevout| prevout.txid)
            .chain(parents)
            .collect::<HashSet<_>>()
            .into_iter()
            .filter(|parent| self.by_txid.contains_key(parent))
            .collect();
        let mut lowest_rate = fee * 4_000 / facts.adjusted_weight;
        for parent in &parents {
            if let Some(parent) = self.by_txid.get_mut(parent) {
                lowest_rate = lowest_rate.min(parent.tx.lowest_rate);
                parent.children.push(txid);
            }
        }
        self.by_wtxid.insert(tx.wtxid(), txid);
        let tx = Arc::new(MempoolTx { tx, fee, lowest_rate, parent: None, secret, number });
        let weight = facts.adjusted_weight;
        self.by_txid
            .insert(txid, Entry { tx: Arc::clone(&tx), weight, parents, children: vec![], chunk_rate: 0.0 });
        self.divide_cluster(txid);
        tx
    }

    fn connect(&mut self, block: &Arc<Block>) {
        self.chain.append(Arc::clone(block));
        let mut relatives = HashSet::new();
        for tx in &block.transactions {
            let Some(entry) = self.by_txid.remove(&tx.txid()) else { continue };
            self.by_wtxid.remove(&tx.wtxid());
            relatives.extend(entry.children);
        }
        for txid in relatives {
            let Some(entry) = self.by_txid.get(&txid) else { continue };
            let parents =
                entry.parents.iter().copied().filter(|parent| self.by_txid.contains_key(parent)).collect();
            if let Some(entry) = self.by_txid.get_mut(&txid) {
                entry.parents = parents;
            }
            self.divide_cluster(txid);
        }
    }

    /// Divides the cluster of a transaction into chunks again.
    fn divide_cluster(&mut self, txid: Txid) {
        let mut cluster = vec![txid];
        let mut at = 0;
        while let Some(entry) = cluster.get(at).and_then(|txid| self.by_txid.get(txid)) {
            for relative in entry.parents.iter().chain(&entry.children) {
                if !cluster.contains(relative) && self.by_txid.contains_key(relative) {
                    cluster.push(*relative);
                }
            }
            at += 1;
        }
        let member = |txid: &Txid| {
            let entry = &self.by_txid[txid];
            let parents =
                entry.parents.iter().filter_map(|parent| cluster.iter().position(|other| other == parent));
            Member { fee: entry.tx.fee, weight: entry.weight, parents: parents.collect() }
        };
        let members: Vec<_> = cluster.iter().map(member).collect();
        for (txid, rate) in cluster.iter().zip(chunk_rates(&members)) {
            if let Some(entry) = self.by_txid.get_mut(txid) {
                entry.chunk_rate = rate;
            }
        }
    }

    fn ancestors(&self, txid: Txid) -> usize {
        let (mut all, mut to_visit) = (HashSet::new(), vec![txid]);
        while let Some(entry) = to_visit.pop().and_then(|txid| self.by_txid.get(&txid)) {
            to_visit.extend(entry.parents.iter().filter(|parent| all.insert(**parent)));
        }
        all.len()
    }
}

impl Ledger for Stage {
    fn chain(&self) -> &Chain {
        &self.chain
    }

    fn accepted(&self) -> u64 {
        self.accepted
    }

    fn announced(&self, hash: TxHash) -> Option<&Arc<MempoolTx>> {
        let txid = match hash {
            TxHash::Txid(txid) => txid,
            TxHash::Wtxid(wtxid) => *self.by_wtxid.get(&wtxid)?,
        };
        self.by_txid.get(&txid).map(|entry| &entry.tx).filter(|tx| !tx.secret)
    }

    fn all_announced(&self, order: Order) -> Vec<Arc<MempoolTx>> {
        let all = self.by_txid.values().map(|entry| &entry.tx);
        self.sorted(order, all.filter(|tx| !tx.secret).cloned().collect())
    }

    fn sorted(&self, order: Order, mut txs: Vec<Arc<MempoolTx>>) -> Vec<Arc<MempoolTx>> {
        txs.retain(|tx| self.by_txid.contains_key(&tx.tx.txid()));
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let own_rate = |txid: Txid| {
            let entry = &self.by_txid[&txid];
            entry.tx.fee as f64 / entry.weight.div_ceil(4) as f64
        };
        let falling = |rate: f64| !rate.to_bits();
        txs.sort_by_cached_key(|tx| {
            let txid = tx.tx.txid();
            let ancestors = self.ancestors(txid) as u64;
            match order {
                Order::Ancestors => (ancestors, falling(own_rate(txid)), txid),
                Order::ChunkFeeRate => (falling(self.by_txid[&txid].chunk_rate), ancestors, txid),
            }
        });
        txs
    }

    fn next_at(&self) -> Duration {
        let (tx, block) = (self.txs.front().map(|tx| tx.at), self.blocks.front().map(|(at, _)| *at));
        tx.into_iter().chain(block).min().unwrap_or(Duration::MAX)
    }

    fn advance(&mut self, elapsed: Duration) -> Vec<News> {
        let mut news = vec![];
        while self.next_at() <= elapsed {
            let next = self.next_at();
            if let Some(planned) = self.txs.pop_front_if(|tx| tx.at <= next) {
                let tx = self.accept(planned);
                news.extend((!tx.secret).then_some(News::Transaction(tx)));
            } else if let Some((_, block)) = self.blocks.pop_front() {
                self.connect(&block);
                news.push(News::Block(block));
            }
        }
        news
    }
}
