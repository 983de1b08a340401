use super::*;
use crate::wire::OutPoint;
use crate::wire::Txid;
use std::collections::HashMap;

const COINBASE: u64 = 5_000_000_000;

fn coinbase(number: u8) -> Coin {
    let outpoint = OutPoint { txid: Txid([number; 32]), vout: 0 };
    Coin { outpoint, value: COINBASE, script: ScriptType::P2wpkh, origin: Origin::Block(0) }
}

/// Coins and all transactions so far, checked as a node would: each input spends an existing output, and an
/// output is spent twice only by a replacement.
struct Checked {
    coins: Coins,
    unspent: HashMap<OutPoint, u64>,
    /// With the value of each output that it spends.
    waiting: HashMap<Txid, (Spend, HashMap<OutPoint, u64>)>,
    replaced: usize,
}

impl Checked {
    fn new(seed: u64) -> Self {
        let mut checked =
            Self { coins: Coins::new(seed), unspent: HashMap::new(), waiting: HashMap::new(), replaced: 0 };
        for number in 1..=4 {
            let coin = coinbase(number);
            checked.unspent.insert(coin.outpoint, coin.value);
            let spend = checked.coins.divide(coin, 500).unwrap();
            checked.accept(spend);
        }
        checked.confirm_if(|_| true);
        checked
    }

    fn accept(&mut self, spend: Spend) {
        if let Some(replaced) = spend.replaces {
            let (old, freed) = self.waiting.remove(&replaced).expect("replaces what is unconfirmed");
            assert!(spend.fee > old.fee, "a replacement pays more");
            assert!(old.tx.signals_replacement());
            for (vout, _) in old.tx.outputs().enumerate() {
                let outpoint = OutPoint { txid: replaced, vout: u32::try_from(vout).unwrap() };
                self.unspent.remove(&outpoint).expect("nothing spends from a replaced transaction");
            }
            let shared =
                old.tx.inputs().filter(|old| spend.tx.inputs().any(|new| new.prevout == old.prevout));
            assert!(shared.count() > 0, "a replacement conflicts");
            self.unspent.extend(freed);
            self.replaced += 1;
        }
        let mut prevouts = HashMap::new();
        for input in spend.tx.inputs() {
            let value = self.unspent.remove(&input.prevout).expect("spends an unspent output");
            assert!(prevouts.insert(input.prevout, value).is_none());
        }
        assert_eq!(prevouts.values().sum::<u64>(), spend.tx.output_value() + spend.fee, "value is conserved");
        for (vout, output) in spend.tx.outputs().enumerate() {
            let outpoint = OutPoint { txid: spend.tx.txid(), vout: u32::try_from(vout).unwrap() };
            self.unspent.insert(outpoint, output.value);
        }
        self.waiting.insert(spend.tx.txid(), (spend, prevouts));
    }
}

impl Checked {
    fn confirm_if(&mut self, chosen: impl Fn(&Spend) -> bool) {
        // A block contains no transaction without its parents.
        let mut txids = HashSet::new();
        let complete = |spend: &Spend, txids: &HashSet<Txid>| {
            spend.parent.is_none_or(|parent| txids.contains(&parent) || !self.waiting.contains_key(&parent))
        };
        loop {
            let more = self.waiting.iter().filter(|(txid, (spend, _))| {
                !txids.contains(*txid) && chosen(spend) && complete(spend, &txids)
            });
            let more: Vec<Txid> = more.map(|(txid, _)| *txid).collect();
            if more.is_empty() {
                break;
            }
            txids.extend(more);
        }
        self.waiting.retain(|txid, _| !txids.contains(txid));
        self.coins.confirm(self.coins.confirmed.height() + 1, &txids);
    }
}

#[test]
fn value_is_conserved_and_nothing_is_spent_twice_over_many_blocks() {
    let mut checked = Checked::new(1);
    let mut made = 0;
    for _ in 0..12 {
        for _ in 0..400 {
            if let Some(spend) = checked.coins.next() {
                checked.accept(spend);
                made += 1;
            }
        }
        checked.confirm_if(|spend| spend.fee * 1_000 / u64::from(spend.tx.vsize()) > 800);
    }
    assert!(made > 4_790, "{made} of 4,800: coins hardly ever run out");
    assert!(checked.replaced > 60, "{}", checked.replaced);
}

#[test]
fn transactions_are_well_formed_and_of_realistic_sizes() {
    let mut checked = Checked::new(2);
    let mut sizes: Vec<u32> = vec![];
    for _ in 0..2_000 {
        let Some(spend) = checked.coins.next() else { continue };
        let tx = &spend.tx;
        assert_eq!(tx.check(), Ok(()));
        assert!(tx.weight() <= 400_000, "standard (Core: MAX_STANDARD_TX_WEIGHT)");
        assert!(tx.outputs().all(|output| output.value >= draft::DUST || output.script_pubkey[0] == 0x6a));
        assert!(spend.fee * 1_000 >= u64::from(tx.vsize()) * MIN_FEE_RATE, "pays for relay");
        sizes.push(tx.vsize());
        checked.accept(spend);
    }
    sizes.sort_unstable();
    let median = sizes[sizes.len() / 2];
    assert!((120..230).contains(&median), "{median}");
    assert!(sizes[0] >= 95, "{}", sizes[0]);
    assert!(sizes[sizes.len() - 1] > 2_500, "{}", sizes[sizes.len() - 1]);
}

#[test]
fn kinds_fees_and_relations_are_mixed() {
    let mut checked = Checked::new(3);
    let (mut total, mut segwit, mut children, mut signals, mut secret, mut data) = (0, 0, 0, 0, 0, 0);
    let mut rates = vec![];
    for round in 0..3_000 {
        if round % 200 == 0 {
            checked.confirm_if(|_| true);
        }
        let Some(spend) = checked.coins.next() else { continue };
        total += 1;
        segwit += u32::from(spend.tx.has_witness());
        children += u32::from(spend.parent.is_some());
        signals += u32::from(spend.tx.signals_replacement());
        secret += u32::from(spend.secret);
        data += u32::from(spend.tx.outputs().any(|output| output.script_pubkey.starts_with(&[0x6a])));
        rates.push(spend.fee * 1_000 / u64::from(spend.tx.vsize()));
        checked.accept(spend);
    }
    let percent = |count: u32| count * 100 / total;
    assert!((75..95).contains(&percent(segwit)), "{segwit} of {total}");
    assert!((20..45).contains(&percent(children)), "{children} of {total}");
    assert!((65..85).contains(&percent(signals)), "{signals} of {total}");
    assert!(secret > 0 && percent(secret) < 4, "{secret} of {total}");
    assert!(data > 50, "{data} of {total}");
    rates.sort_unstable();
    let at = |share: usize| rates[rates.len() * share / 100];
    assert!((1_500..4_000).contains(&at(50)), "{}", at(50));
    assert!(at(5) < 800 && at(95) > 8_000, "{} to {}", at(5), at(95));
}

#[test]
fn a_seed_repeats_every_transaction() {
    let wtxids = |seed| {
        let mut checked = Checked::new(seed);
        (0..300).filter_map(|_| checked.coins.next()).map(|spend| spend.tx.wtxid()).collect::<Vec<_>>()
    };
    assert_eq!(wtxids(5), wtxids(5));
    assert_ne!(wtxids(5)[0], wtxids(6)[0]);
}
