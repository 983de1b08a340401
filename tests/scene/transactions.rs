//! The transactions: real ones of mainnet block 702,861, most of them with known prevouts.
//!
//! A transaction whose fee should be known is rewritten to spend outputs of a made-up transaction in a past
//! block, and its children in the block are adapted. Everything else is as on mainnet.

use super::chance::Chance;
use super::recording::{ms, seconds};
use bitcoin_test_data::blocks::mainnet_702861;
use bytes::Bytes;
use mempulse::wire::transaction::{InputParts, OutputParts, TxParts};
use mempulse::wire::{Block, OutPoint, Transaction, Txid};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// The index of the first transaction used; the miner sorted them by descending chunk fee rate.
const FROM: usize = 90;
/// How many are taken.
const COUNT: usize = 800;
/// Indexes of transactions that no peer announces before a block contains them.
const UNSEEN: std::ops::Range<usize> = 1_200..1_224;
/// When the last transaction appears.
const LAST: u64 = 719_000;

/// Fee rates in sat/kvB by index; interpolated in between.
const FEE_RATES: [(u64, u64); 7] = [
    (0, 310_000),
    (60, 122_000),
    (160, 41_000),
    (300, 17_500),
    (480, 6_200),
    (650, 2_100),
    (COUNT as u64, 240),
];

/// A transaction, and how it appears.
#[derive(Clone)]
pub struct Arrival {
    pub tx: Arc<Transaction>,
    /// When the first nodes have it, since the start.
    pub at: Duration,
    /// Its true fee rate, known to the model or not, in sat/kvB.
    pub fee_rate: u64,
    pub spread: Spread,
}

/// Which peers announce and deliver a transaction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spread {
    /// All peers announce it.
    Everywhere,
    /// It is announced but never delivered.
    Withheld,
    /// The peers with an even number announce it.
    HalfOfThePeers,
    /// The peers with an odd number announce it.
    OtherHalf,
}

/// All transactions of the scene.
#[derive(Default)]
pub struct Transactions {
    pub arrivals: Vec<Arrival>,
    /// Transactions of past blocks, whose outputs the others spend.
    pub funding: Vec<Transaction>,
    /// Unconfirmed parents that no peer announces, by the index of the child.
    pub parents: HashMap<usize, Arc<Transaction>>,
    /// Transactions that no peer announces before a block contains them.
    pub unseen: Vec<Transaction>,
    /// Indices of transactions that another one replaces.
    pub replaced: HashSet<usize>,
    /// Indices by the txid in the block.
    renamed: HashMap<Txid, usize>,
    /// Indices by the txid in the scene.
    index_of: HashMap<Txid, usize>,
}

/// Takes the transactions from the block.
pub fn take(chance: &mut Chance) -> Transactions {
    let block = Block::parse(&Bytes::from_static(mainnet_702861())).unwrap();
    let originals = &block.transactions[FROM..FROM + COUNT];
    let spent: HashSet<Txid> =
        originals.iter().flat_map(Transaction::inputs).map(|input| input.prevout.txid).collect();
    let unseen = block.transactions[UNSEEN].to_vec();
    let mut all = Transactions { unseen, ..Transactions::default() };
    for (rank, original) in originals.iter().enumerate() {
        let has_parents = original.inputs().any(|input| all.renamed.contains_key(&input.prevout.txid));
        let fee_rate = match (spent.contains(&original.txid()), has_parents) {
            // A package: the child pays for its parent.
            (true, false) => fee_rate(rank) / 4,
            (false, true) => fee_rate(rank) * 2,
            _ => fee_rate(rank),
        };
        let (tx, fee_rate) = all.rewrite(rank, original, fee_rate);
        let spread = if rank % 97 == 13 { Spread::Withheld } else { Spread::Everywhere };
        let at = arrival_time(rank, chance);
        let index = all.add(tx, at, fee_rate, spread);
        let parents = all.parents_of(index).map(|parent| all.arrivals[parent].at + seconds(4)).max();
        all.arrivals[index].at = at.max(parents.unwrap_or_default());
        all.renamed.insert(original.txid(), index);
    }
    all
}

/// When a transaction appears: a stride coprime to the count shuffles them, and the rate oscillates.
fn arrival_time(rank: usize, chance: &mut Chance) -> Duration {
    let turn = LAST * (rank as u64 * 389 % COUNT as u64) / COUNT as u64;
    let swing = (turn % 171_000).abs_diff(85_500) / 4 + chance.below(3_000);
    ms(4_000 + turn + swing).min(ms(LAST))
}

/// The rate of the transaction at a position in the block, in sat/kvB.
fn fee_rate(rank: usize) -> u64 {
    let rank = rank as u64;
    let next = FEE_RATES.iter().position(|&(place, _)| place > rank).unwrap();
    let [(from, high), (to, low)] = [FEE_RATES[next - 1], FEE_RATES[next]];
    high - (high - low) * (rank - from) / (to - from)
}

impl Transactions {
    /// A transaction of the block and its rate, in sat/kvB. It gets known prevouts if its fee should be
    /// known.
    fn rewrite(&mut self, rank: usize, original: &Transaction, fee_rate: u64) -> (Transaction, u64) {
        let mut parts = parts(original);
        let mut value = 0;
        let mut open = Vec::new();
        for (place, input) in parts.inputs.iter_mut().enumerate() {
            match self.renamed.get(&input.prevout.txid) {
                Some(&parent) => {
                    let parent = &self.arrivals[parent].tx;
                    value += parent.outputs().nth(input.prevout.vout as usize).unwrap().value;
                    input.prevout.txid = parent.txid();
                }
                None => open.push(place),
            }
        }
        let pays = |value: u64| (value - original.output_value()) * 1_000 / u64::from(original.vsize());
        let has_parents = open.len() < parts.inputs.len();
        if open.is_empty() {
            return (parts.build().unwrap(), pays(value));
        }
        if !has_parents && rank % 8 >= 5 {
            return (parts.build().unwrap(), fee_rate);
        }
        let spent = original.output_value() + fee_rate * u64::from(original.vsize()) / 1_000;
        let left = spent.saturating_sub(value).max(1_000 * open.len() as u64);
        let share = left / open.len() as u64;
        let mut values = vec![share; open.len()];
        values[0] += left - share * open.len() as u64;
        let funding = funding(rank as u64, &values);
        for (vout, place) in (0..).zip(open) {
            parts.inputs[place].prevout = OutPoint { txid: funding.txid(), vout };
        }
        if rank % 160 == 3 {
            self.parents.insert(self.arrivals.len(), Arc::new(funding));
        } else {
            self.funding.push(funding);
        }
        (parts.build().unwrap(), pays(value + left))
    }

    /// Whether the transaction at `index` or one of its parents is replaced.
    pub fn is_replaced(&self, index: usize) -> bool {
        self.replaced.contains(&index) || self.parents_of(index).any(|parent| self.is_replaced(parent))
    }

    /// Sorts as nodes announce and miners take them: by descending fee rate, parents before children.
    pub fn sort_for_mining(&self, indices: &mut [usize]) {
        indices.sort_by_key(|index| (Reverse(self.rate_with_parents(*index)), *index));
    }

    /// The lowest of the fee rates of a transaction and its unconfirmed ancestors, in sat/kvB.
    fn rate_with_parents(&self, index: usize) -> u64 {
        let parents = self.parents_of(index).map(|parent| self.rate_with_parents(parent));
        parents.chain([self.arrivals[index].fee_rate]).min().unwrap()
    }

    /// The transactions that the one at `index` spends.
    pub fn parents_of(&self, index: usize) -> impl Iterator<Item = usize> {
        self.arrivals[index].tx.inputs().filter_map(|input| self.index_of.get(&input.prevout.txid).copied())
    }

    /// Adds a transaction, and returns its index.
    pub fn add(&mut self, tx: Transaction, at: Duration, fee_rate: u64, spread: Spread) -> usize {
        let index = self.arrivals.len();
        self.index_of.insert(tx.txid(), index);
        self.arrivals.push(Arrival { tx: Arc::new(tx), at, fee_rate, spread });
        index
    }
}

/// What a transaction consists of.
pub fn parts(tx: &Transaction) -> TxParts {
    let input = |input: mempulse::wire::transaction::Input<'_>| InputParts {
        prevout: input.prevout,
        script_sig: input.script_sig.to_vec(),
        sequence: input.sequence,
        witness: input.witness.map(<[u8]>::to_vec).collect(),
    };
    let output = |output: mempulse::wire::transaction::Output<'_>| OutputParts {
        value: output.value,
        script_pubkey: output.script_pubkey.to_vec(),
    };
    TxParts {
        version: tx.version(),
        inputs: tx.inputs().map(input).collect(),
        outputs: tx.outputs().map(output).collect(),
        lock_time: tx.lock_time(),
    }
}

/// A transaction with P2WPKH outputs of these values, in sat. It spends an unknown output.
pub fn funding(number: u64, values: &[u64]) -> Transaction {
    let mut txid = [0xfd; 32];
    txid[..8].copy_from_slice(&number.to_le_bytes());
    let input = InputParts {
        prevout: OutPoint { txid: Txid(txid), vout: 0 },
        script_sig: Vec::new(),
        sequence: 0xffff_ffff,
        witness: vec![vec![0x30; 71], vec![2; 33]],
    };
    let output = |(index, &value): (u8, &u64)| OutputParts {
        value,
        script_pubkey: [&[0, 20][..], &[index; 12], &number.to_le_bytes()].concat(),
    };
    let outputs = (0..=u8::MAX).cycle().zip(values).map(output).collect();
    TxParts { version: 2, inputs: vec![input], outputs, lock_time: 0 }.build().unwrap()
}
