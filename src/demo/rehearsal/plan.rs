//! Plans when each transaction appears, its fee if that is unknowable, and which nodes have it.

use super::chunks::{Member, chunk_rates};
use super::facts::{Facts, facts};
use crate::demo::random::generator;
use crate::wire::{Block, Transaction, Txid};
use bytes::Bytes;
use rand::RngExt;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// The share of transactions that only the miner has.
const SECRET: f64 = 0.01;

/// The longest time that a transaction has already waited at the start.
const WAITED: Duration = Duration::from_mins(30);

/// The least time between a transaction and its block: enough to reach every node.
const BEFORE: Duration = Duration::from_secs(90);

/// The time that a block takes to reach every node.
const AFTER: Duration = Duration::from_secs(30);

/// How many neighbours on either side determine the made-up fee of a transaction whose fee is unknowable.
const NEIGHBOURS: usize = 25;

/// All events, with their time since the start.
pub(super) struct Plan {
    /// The blocks from before the start.
    pub(super) past: Vec<Arc<Block>>,
    /// The blocks, oldest first.
    pub(super) blocks: Vec<(Duration, Arc<Block>)>,
    /// The transactions, parents first.
    pub(super) txs: Vec<Planned>,
}

/// A transaction that will appear.
pub(super) struct Planned {
    pub(super) at: Duration,
    /// The number of its block in [`Plan::blocks`].
    pub(super) block: usize,
    pub(super) tx: Transaction,
    pub(super) facts: Facts,
    /// The fee, in sat: the true one, if it can be known.
    pub(super) fee: u64,
    /// Its parents in the same block.
    pub(super) parents: Vec<Txid>,
    /// Whether only the miner has it.
    pub(super) secret: bool,
}

/// Plans a rehearsal that starts a minute after the last of the first `past` blocks.
pub(super) fn plan(raw: &[Vec<u8>], past: usize) -> Plan {
    let blocks: Vec<Arc<Block>> =
        raw.iter().map(|raw| Arc::new(Block::parse(&Bytes::copy_from_slice(raw)).unwrap())).collect();
    let theirs: Vec<bitcoin::Block> =
        raw.iter().map(|raw| bitcoin::consensus::deserialize(raw).unwrap()).collect();
    let start = blocks[past - 1].header.time + 60;
    let at = |block: &Arc<Block>| Duration::from_secs((block.header.time - start).into());
    let later: Vec<_> = blocks[past..].iter().map(|block| (at(block), Arc::clone(block))).collect();

    let mut rng = generator(1, "rehearsal", 0);
    let mut txs: Vec<Planned> = vec![];
    let mut prices: Vec<f64> = vec![];
    let mut at_of = HashMap::new();
    let mut secrets = HashMap::new();
    for ((number, (mined, block)), facts) in
        later.iter().enumerate().zip(facts(&theirs).into_iter().skip(past))
    {
        let own: HashSet<_> = facts.iter().map(|facts| Txid(facts.txid)).collect();
        let parents = |tx: &Transaction| -> Vec<Txid> {
            let all: HashSet<_> =
                tx.prevouts().map(|prevout| prevout.txid).filter(|txid| own.contains(txid)).collect();
            all.into_iter().collect()
        };
        let parents: Vec<_> = block.transactions[1..].iter().map(parents).collect();
        let fees = fees(&facts, &parents);
        let rates = rates_in_block(&facts, &parents, &fees);
        let each = block.transactions[1..].iter().zip(facts).zip(parents).zip(fees).zip(&rates);
        for ((((tx, facts), parents), fee), rate) in each {
            let txid = tx.txid();
            // At this rate it would have been in an earlier block.
            let too_good = prices.iter().rposition(|price| rate > price);
            let from =
                too_good.map_or(Duration::ZERO, |earlier| later[earlier].0 + WAITED + Duration::from_secs(1));
            let to = (*mined + WAITED).saturating_sub(BEFORE);
            let drawn = if from < to { rng.random_range(from..to) } else { to };
            let spent = tx.prevouts().map(|prevout| prevout.txid).collect::<HashSet<_>>();
            let parents_at =
                spent.iter().filter_map(|txid| at_of.get(txid)).max().copied().unwrap_or_default();
            let secret =
                rng.random_bool(SECRET) || parents.iter().any(|txid| secrets.get(txid) == Some(&number));
            // A transaction that spends an output first revealed by a block appears after that block.
            let revealed = spent.iter().filter_map(|txid| secrets.get(txid)).filter(|block| **block < number);
            let revealed = revealed.map(|block| later[*block].0 + AFTER).max().unwrap_or_default();
            let at = drawn.saturating_sub(WAITED).max(parents_at).max(revealed);
            at_of.insert(txid, at);
            if secret {
                secrets.insert(txid, number);
            }
            txs.push(Planned { at, block: number, tx: tx.clone(), facts, fee, parents, secret });
        }
        let mut sorted = rates;
        sorted.sort_unstable_by(f64::total_cmp);
        prices.push(sorted[sorted.len() / 50]);
    }
    // Stable: parents stay before children that appear at the same time.
    txs.sort_by_key(|tx| tx.at);
    Plan { past: blocks[..past].to_vec(), blocks: later, txs }
}

/// Returns the fee of each transaction of a block, in sat. An unknowable fee is made up from the neighbours'
/// rates, since miners sort by rate.
fn fees(facts: &[Facts], parents: &[Vec<Txid>]) -> Vec<u64> {
    let has_child: HashSet<_> = parents.iter().flatten().collect();
    let is_alone =
        |(facts, parents): (&Facts, &Vec<Txid>)| parents.is_empty() && !has_child.contains(&Txid(facts.txid));
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let rate = |facts: &Facts| facts.fee.map(|fee| fee as f64 / facts.adjusted_weight as f64);
    let alone: Vec<_> =
        facts.iter().zip(parents).map(|each| if is_alone(each) { rate(each.0) } else { None }).collect();
    let made_up = |index: usize, facts: &Facts| {
        let mut nearby = NEIGHBOURS;
        loop {
            let range = index.saturating_sub(nearby)..(index + nearby).min(alone.len());
            let mut rates: Vec<f64> = alone[range].iter().flatten().copied().collect();
            rates.sort_unstable_by(f64::total_cmp);
            if let Some(rate) = rates.get(rates.len() / 2) {
                #[expect(
                    clippy::cast_precision_loss,
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a fee"
                )]
                return (rate * facts.adjusted_weight as f64).ceil() as u64;
            }
            nearby *= 2;
        }
    };
    let fee = |(index, facts): (usize, &Facts)| facts.fee.unwrap_or_else(|| made_up(index, facts));
    facts.iter().enumerate().map(fee).collect()
}

/// Returns the chunk fee rates among the transactions of a block.
fn rates_in_block(facts: &[Facts], parents: &[Vec<Txid>], fees: &[u64]) -> Vec<f64> {
    let place: HashMap<_, _> =
        facts.iter().enumerate().map(|(index, facts)| (Txid(facts.txid), index)).collect();
    let mut cluster_of: Vec<usize> = (0..facts.len()).collect();
    for (index, parents) in parents.iter().enumerate() {
        for parent in parents {
            let (from, to) = (cluster_of[index], cluster_of[place[parent]]);
            cluster_of.iter_mut().filter(|cluster| **cluster == from).for_each(|cluster| *cluster = to);
        }
    }
    let mut clusters: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, cluster) in cluster_of.iter().enumerate() {
        clusters.entry(*cluster).or_default().push(index);
    }
    let mut rates = vec![0.0; facts.len()];
    for indexes in clusters.values() {
        let member = |index: &usize| Member {
            fee: fees[*index],
            weight: facts[*index].adjusted_weight,
            parents: parents[*index]
                .iter()
                .filter_map(|txid| indexes.iter().position(|other| *other == place[txid]))
                .collect(),
        };
        let members: Vec<_> = indexes.iter().map(member).collect();
        for (index, rate) in indexes.iter().zip(chunk_rates(&members)) {
            rates[*index] = rate;
        }
    }
    rates
}
