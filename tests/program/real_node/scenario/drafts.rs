//! Transactions of many shapes, and the coins they are made from.

use crate::bitcoind::{Coin, Kind, spend};
use bitcoin::transaction::Version;
use bitcoin::{Amount, Transaction, TxOut};

/// The most transactions in a chain. Core accepts 64.
pub const LONGEST_CHAIN: usize = 25;

/// Topologically restricted until confirmation (BIP431).
const TRUC: Version = Version(3);

/// A transaction with its coins.
#[derive(Clone)]
pub struct Draft {
    coins: Vec<Coin>,
    fee: u64,
    /// The transaction.
    pub tx: Transaction,
}

impl Draft {
    fn new(coins: &[Coin], outputs: u64, fee: u64) -> Self {
        Self { coins: coins.to_vec(), fee, tx: spend(coins, outputs, Kind::Segwit, fee) }
    }

    /// Its txid.
    pub fn txid(&self) -> String {
        self.tx.compute_txid().to_string()
    }

    /// Its fee, in sat; slightly more than intended, since outputs are equal.
    pub fn pays(&self) -> u64 {
        let spent: Amount = self.coins.iter().map(Coin::value).sum();
        let paid_out: Amount = self.tx.output.iter().map(|output| output.value).sum();
        (spent - paid_out).to_sat()
    }

    /// Another transaction that spends the same coins and pays this much more, in sat.
    pub fn outbid(&self, by: u64) -> Self {
        Self::new(&self.coins, 1, self.fee + by)
    }

    /// Another transaction that spends the same coins and pays this much less, in sat.
    pub fn underbid(&self, by: u64) -> Self {
        Self::new(&self.coins, self.tx.output.len() as u64, self.fee - by)
    }

    /// A transaction that spends everything that both spend, and pays more than both.
    pub fn outbid_both(&self, other: &Self) -> Self {
        let coins = [self.coins.clone(), other.coins.clone()].concat();
        Self::new(&coins, 2, self.fee + other.fee + 5_000)
    }
}

/// Makes transactions out of coins, each with a different fee.
pub struct Workshop {
    coins: Vec<Coin>,
    made: u64,
}

impl Workshop {
    /// A workshop with these confirmed coins.
    pub fn new(coins: Vec<Coin>) -> Self {
        Self { coins, made: 0 }
    }

    fn coin(&mut self) -> Coin {
        self.coins.pop().expect("there are coins enough")
    }

    /// A fee between `least` and `least + 4999` sat that does not repeat soon.
    fn fee(&mut self, least: u64) -> u64 {
        self.made += 1;
        least + self.made * 1_237 % 5_000
    }

    /// A transaction that spends one confirmed coin.
    pub fn single(&mut self) -> Draft {
        let (coin, fee) = (self.coin(), self.fee(500));
        Draft::new(&[coin], 1 + self.made % 6, fee)
    }

    /// Several of these.
    pub fn singles(&mut self, count: usize) -> Vec<Draft> {
        (0..count).map(|_| self.single()).collect()
    }

    /// A chain, each spending the previous one.
    pub fn chain(&mut self, length: usize) -> Vec<Draft> {
        let mut drafts = vec![self.single()];
        while drafts.len() < length {
            let parent = drafts.last().map(|draft| Coin::all_of(&draft.tx)).unwrap_or_default();
            drafts.push(Draft::new(&parent[..1], 1, self.fee(50)));
        }
        drafts
    }

    /// A parent that pays little, two children of which one pays for it, and a transaction that spends
    /// outputs of all.
    pub fn family(&mut self) -> Vec<Draft> {
        let coin = self.coin();
        let parent = Draft::new(&[coin], 4, 40);
        let of_parent = Coin::all_of(&parent.tx);
        let poor = Draft::new(&of_parent[..1], 2, self.fee(100));
        let rich = Draft::new(&of_parent[1..2], 2, self.fee(5_000));
        let of_all = [&of_parent[2..3], &Coin::all_of(&poor.tx)[..1], &Coin::all_of(&rich.tx)[..1]].concat();
        let last = Draft::new(&of_all, 1, self.fee(200));
        vec![parent, poor, rich, last]
    }

    /// A parent that pays nothing and its child that pays for both: one package (BIP431).
    pub fn package(&mut self) -> [Draft; 2] {
        let coin = self.coin();
        let parent = as_truc(Draft::new(&[coin], 2, 0));
        self.with_payer(parent, 1)
    }

    /// As [`package`](Self::package), with an output of nothing that the child must spend.
    pub fn ephemeral_dust(&mut self) -> [Draft; 2] {
        let coin = self.coin();
        let mut parent = as_truc(Draft::new(&[coin], 1, 0));
        parent.tx.output.push(TxOut { value: Amount::ZERO, script_pubkey: Kind::Anchor.script() });
        self.with_payer(parent, 2)
    }

    /// A parent that pays, and two children of which only one can stay: the second, which pays more.
    pub fn siblings(&mut self) -> [Draft; 3] {
        let coin = self.coin();
        let parent = as_truc(Draft::new(&[coin], 2, self.fee(500)));
        let coins = Coin::all_of(&parent.tx);
        let fee = self.fee(500);
        let first = as_truc(Draft::new(&coins[..1], 1, fee));
        let second = as_truc(Draft::new(&coins[1..2], 1, fee + 3_000));
        [parent, first, second]
    }

    fn with_payer(&mut self, parent: Draft, spent: usize) -> [Draft; 2] {
        let child = Draft::new(&Coin::all_of(&parent.tx)[..spent], 1, self.fee(1_000));
        [parent, as_truc(child)]
    }
}

fn as_truc(mut draft: Draft) -> Draft {
    draft.tx.version = TRUC;
    draft
}
