//! What the nodes of a rehearsal share at one moment.

use super::plan::{Plan, Planned};
use crate::demo::chain::Chain;
use crate::demo::ledger::{Ledger, News};
use crate::demo::mempool::{MempoolTx, Order};
use crate::wire::{Block, TxHash, Txid, Wtxid};
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// The stage.
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
    /// The moment before the start; the chain continues another one whose tip is at `height`.
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

/// A transaction of a cluster.
pub(super) struct Member {
    /// In sat.
    pub(super) fee: u64,
    /// In WU.
    pub(super) weight: u64,
    /// What it spends, by index.
    pub(super) parents: Vec<usize>,
}

/// Returns the chunk fee rate of each member, in sat/WU. The best set of a transaction and its ancestors comes first,
/// then the best of the rest (as Core up to 30 fills blocks); neighbours whose rates do not fall are one chunk.
pub(super) fn chunk_rates(members: &[Member]) -> Vec<f64> {
    let mut left: HashSet<usize> = (0..members.len()).collect();
    let mut chunks: Vec<(u64, u64, Vec<usize>)> = vec![];
    while !left.is_empty() {
        let sets = left.iter().map(|index| with_ancestors(members, &left, *index));
        let set = sets.max_by(|a, b| compare(a, b).then(b.2.len().cmp(&a.2.len()))).unwrap();
        left.retain(|index| !set.2.contains(index));
        chunks.push(set);
        while let [.., before, last] = &chunks[..]
            && compare(last, before) == Ordering::Greater
        {
            let (fee, weight, more) = chunks.pop().unwrap();
            let chunk = chunks.last_mut().unwrap();
            chunk.0 += fee;
            chunk.1 += weight;
            chunk.2.extend(more);
        }
    }
    let mut rates = vec![0.0; members.len()];
    for (fee, weight, indexes) in chunks {
        for index in indexes {
            #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
            let rate = fee as f64 / weight as f64;
            rates[index] = rate;
        }
    }
    rates
}

/// Compares fee rates.
fn compare(a: &(u64, u64, Vec<usize>), b: &(u64, u64, Vec<usize>)) -> Ordering {
    (u128::from(a.0) * u128::from(b.1)).cmp(&(u128::from(b.0) * u128::from(a.1)))
}

fn with_ancestors(members: &[Member], left: &HashSet<usize>, index: usize) -> (u64, u64, Vec<usize>) {
    let (mut set, mut at) = (vec![index], 0);
    while let Some(next) = set.get(at).copied() {
        for parent in &members[next].parents {
            if left.contains(parent) && !set.contains(parent) {
                set.push(*parent);
            }
        }
        at += 1;
    }
    let sum = |of: fn(&Member) -> u64| set.iter().map(|index| of(&members[*index])).sum();
    (sum(|member| member.fee), sum(|member| member.weight), set)
}
