//! The transactions: real ones of mainnet block 702,861, most of them with prevouts that are known.
//!
//! A hash cannot be made up. So a transaction whose fee shall be known is rewritten to spend an output of a
//! made-up transaction, and so are its children in the block; all else in it stays as it was.

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

/// The first transaction of the block that is taken; the miner sorted them by falling chunk fee rate.
const FROM: usize = 90;
/// How many are taken.
const COUNT: usize = 800;
/// Transactions that only blocks bring.
const UNSEEN: std::ops::Range<usize> = 1_200..1_224;
/// When the last transaction appears.
const LAST: u64 = 719_000;

/// Fee rates in sat/kvB, by the place in the block; between two, straight lines.
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
    /// What it pays, whether the model can know that or not, in sat/kvB.
    pub fee_rate: u64,
    pub spread: Spread,
}

/// Who announces a transaction, and who delivers it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spread {
    /// Everybody announces it.
    Everywhere,
    /// It is announced and never delivered.
    Withheld,
    /// The peers with an even number announce it.
    HalfOfThePeers,
    /// The peers with an odd number announce it.
    OtherHalf,
}

/// Everything that may arrive.
pub struct Transactions {
    pub arrivals: Vec<Arrival>,
    /// Confirmed transactions with the outputs that they spend.
    pub funding: Vec<Transaction>,
    /// Unconfirmed parents that only a request brings, with the index of the child.
    pub parents: Vec<(usize, Arc<Transaction>)>,
    /// Transactions that only blocks bring.
    pub unseen: Vec<Transaction>,
    /// Transactions that another one replaces.
    pub replaced: HashSet<usize>,
    /// By the txid after the rewriting.
    index_of: HashMap<Txid, usize>,
}

/// Takes the transactions from the block.
pub fn take(chance: &mut Chance) -> Transactions {
    let block = Block::parse(&Bytes::from_static(mainnet_702861())).unwrap();
    let originals = &block.transactions[FROM..FROM + COUNT];
    let children: HashSet<Txid> =
        originals.iter().flat_map(Transaction::inputs).map(|input| input.prevout.txid).collect();
    let unseen = block.transactions[UNSEEN].iter().map(Transaction::detached).collect();
    let (arrivals, funding, parents) = (Vec::new(), Vec::new(), Vec::new());
    let mut all = Transactions {
        arrivals,
        funding,
        parents,
        unseen,
        replaced: HashSet::new(),
        index_of: HashMap::new(),
    };
    let mut index_of = HashMap::new();
    for (rank, original) in originals.iter().enumerate() {
        let fee_rate = match (children.contains(&original.txid()), spends_any(original, &index_of)) {
            // A package: the child pays for its parent.
            (true, false) => fee_rate(rank) / 4,
            (false, true) => fee_rate(rank) * 2,
            _ => fee_rate(rank),
        };
        let (tx, parent, fee_rate) = all.rewrite(rank, original, fee_rate, &index_of);
        let index = all.arrivals.len();
        // A stride that is prime to the count mixes them, and the rate of arrival swings.
        let turn = LAST * (rank as u64 * 389 % COUNT as u64) / COUNT as u64;
        let swing = (turn % 171_000).abs_diff(85_500) / 4 + chance.below(3_000);
        let mut at = ms(4_000 + turn + swing).min(ms(LAST));
        for input in original.inputs() {
            if let Some(&parent) = index_of.get(&input.prevout.txid) {
                at = at.max(all.arrivals[parent].at + seconds(4));
            }
        }
        let spread = if rank % 97 == 13 { Spread::Withheld } else { Spread::Everywhere };
        index_of.insert(original.txid(), index);
        all.index_of.insert(tx.txid(), index);
        all.parents.extend(parent.map(|parent| (index, parent)));
        all.arrivals.push(Arrival { tx, at, fee_rate, spread });
    }
    all
}

fn spends_any(tx: &Transaction, index_of: &HashMap<Txid, usize>) -> bool {
    tx.inputs().any(|input| index_of.contains_key(&input.prevout.txid))
}

fn fee_rate(rank: usize) -> u64 {
    let rank = rank as u64;
    let next = FEE_RATES.iter().position(|&(place, _)| place > rank).unwrap();
    let [(from, high), (to, low)] = [FEE_RATES[next - 1], FEE_RATES[next]];
    high - (high - low) * (rank - from) / (to - from)
}

impl Transactions {
    /// The transaction with known prevouts if its fee shall be known, its parent if that one is unconfirmed,
    /// and what it pays, in sat/kvB.
    fn rewrite(
        &mut self,
        rank: usize,
        original: &Transaction,
        fee_rate: u64,
        index_of: &HashMap<Txid, usize>,
    ) -> (Arc<Transaction>, Option<Arc<Transaction>>, u64) {
        let mut parts = parts(original);
        let mut value = 0;
        let mut open = Vec::new();
        for (place, input) in parts.inputs.iter_mut().enumerate() {
            match index_of.get(&input.prevout.txid) {
                Some(&parent) => {
                    let parent = &self.arrivals[parent].tx;
                    value += parent.outputs().nth(input.prevout.vout as usize).unwrap().value;
                    input.prevout.txid = parent.txid();
                }
                None => open.push(place),
            }
        }
        let known = open.len() < parts.inputs.len() || rank % 8 < 5;
        let pays = |value: u64| (value - original.output_value()) * 1_000 / u64::from(original.vsize());
        if !known || open.is_empty() {
            let fee_rate = if known { pays(value) } else { fee_rate };
            return (Arc::new(parts.build().unwrap().detached()), None, fee_rate);
        }
        let spent = original.output_value() + fee_rate * u64::from(original.vsize()) / 1_000;
        let left = spent.saturating_sub(value).max(1_000 * open.len() as u64);
        let fee_rate = pays(value + left);
        let share = left / open.len() as u64;
        let mut values = vec![share; open.len()];
        values[0] += left - share * open.len() as u64;
        let funding = funding(rank as u64, &values);
        for (vout, place) in (0..).zip(open) {
            parts.inputs[place].prevout = OutPoint { txid: funding.txid(), vout };
        }
        let tx = Arc::new(parts.build().unwrap().detached());
        if rank % 160 == 3 {
            return (tx, Some(Arc::new(funding)), fee_rate);
        }
        self.funding.push(funding);
        (tx, None, fee_rate)
    }

    /// Whether the transaction at `index` or one of its parents is replaced.
    pub fn is_replaced(&self, index: usize) -> bool {
        self.replaced.contains(&index) || self.parents_of(index).any(|parent| self.is_replaced(parent))
    }

    /// Sorts as nodes announce and miners take them: by falling fee rate, parents before their children.
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

    /// Adds a transaction that is made up, and returns its index.
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

/// A transaction with P2WPKH outputs of these values, in sat. It spends an output that nobody knows.
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
