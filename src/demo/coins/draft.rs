//! A transaction in the making: inputs are signed, outputs share what the fee leaves.

use super::super::random::share_of;
use super::super::script::{ScriptType, Unlocking, op_return};
use super::{Coin, Spend};
use crate::wire::OutPoint;
use crate::wire::transaction::{InputParts, OutputParts, TxParts};
use rand::RngExt;
use rand::rngs::StdRng;

/// The least that an output is worth: above Core's dust threshold for every kind.
pub(super) const DUST: u64 = 1_000;

/// The sequence number that allows a replacement (BIP125) and a relative lock time of none.
pub(super) const REPLACEABLE: u32 = 0xffff_fffd;

/// The sequence number that allows neither, but a lock time.
pub(super) const FINAL: u32 = 0xffff_fffe;

/// See the module.
#[derive(Clone)]
pub(super) struct Draft {
    coins: Vec<Coin>,
    parts: TxParts,
    /// How each output can be spent; `None`: never.
    scripts: Vec<Option<ScriptType>>,
    /// How what the fee leaves is divided over the outputs.
    shares: Vec<f64>,
}

impl Draft {
    /// Spends `coins`.
    pub(super) fn spending(rng: &mut StdRng, coins: Vec<Coin>, sequence: u32, lock_time: u32) -> Self {
        let version = if rng.random_bool(0.8) { 2 } else { 1 };
        let inputs = coins.iter().map(|coin| input(rng, coin, sequence)).collect();
        let parts = TxParts { version, inputs, outputs: vec![], lock_time };
        Self { coins, parts, scripts: vec![], shares: vec![] }
    }

    /// Uses `unlocking` for the first input.
    pub(super) fn unlock_first(&mut self, unlocking: Unlocking) {
        if let Some(input) = self.parts.inputs.first_mut() {
            (input.script_sig, input.witness) = (unlocking.script_sig, unlocking.witness);
        }
    }

    /// Adds an output that gets `share` of what the fee leaves, in proportion to the sum of shares.
    pub(super) fn pay(&mut self, rng: &mut StdRng, share: f64) {
        let script = ScriptType::random(rng);
        self.parts.outputs.push(OutputParts { value: 0, script_pubkey: script.locking(rng) });
        self.scripts.push(Some(script));
        self.shares.push(share);
    }

    /// Adds an output that holds `data` and no value.
    pub(super) fn attach(&mut self, data: &[u8]) {
        self.parts.outputs.push(OutputParts { value: 0, script_pubkey: op_return(data) });
        self.scripts.push(None);
        self.shares.push(0.0);
    }

    /// Whether it can be replaced (BIP125).
    pub(super) fn is_replaceable(&self) -> bool {
        self.parts.inputs.iter().any(|input| input.sequence < FINAL)
    }

    /// The coins that it spends.
    pub(super) fn into_coins(self) -> Vec<Coin> {
        self.coins
    }

    /// The size that the finished transaction will have, in vB.
    pub(super) fn vsize(&self) -> Option<u64> {
        // Its size does not depend on the values.
        Some(u64::from(self.parts.build().ok()?.vsize()))
    }

    /// The transaction that pays `fee` sat, or `None` if the coins cannot pay it.
    pub(super) fn finish(&mut self, fee: u64) -> Option<Spend> {
        let left = self.value().checked_sub(fee)?;
        self.divide(left)?;
        let tx = self.parts.build().ok()?;
        let rate = fee * 1_000 / u64::from(tx.vsize()).max(1);
        let depth = 1 + self.coins.iter().map(|coin| coin.depth).max().unwrap_or(0);
        let outputs = self.scripts.iter().zip(&self.parts.outputs).zip(0..);
        let made = outputs.filter_map(|((script, output), vout)| {
            let outpoint = OutPoint { txid: tx.txid(), vout };
            Some(Coin { outpoint, value: output.value, script: (*script)?, depth, parent_rate: rate })
        });
        let made = made.collect();
        let mut parents: Vec<_> = self.unconfirmed().map(|coin| coin.outpoint.txid).collect();
        parents.sort_unstable();
        parents.dedup();
        Some(Spend { tx, fee, parents, replaces: None, secret: false, made })
    }

    /// The same coins to the same outputs, signed again; or all to the last output, as somebody does
    /// who takes a payment back.
    pub(super) fn again(&self, rng: &mut StdRng, take_back: bool) -> Self {
        let mut draft = self.clone();
        draft.parts.inputs = self.coins.iter().map(|coin| input(rng, coin, REPLACEABLE)).collect();
        if take_back {
            let last = self.shares.len().saturating_sub(1);
            draft.parts.outputs.drain(..last);
            draft.scripts.drain(..last);
            draft.shares.drain(..last);
        }
        draft
    }

    /// What the coins are worth, in sat.
    fn value(&self) -> u64 {
        self.coins.iter().map(|coin| coin.value).sum()
    }

    fn unconfirmed(&self) -> impl Iterator<Item = &Coin> {
        self.coins.iter().filter(|coin| coin.depth > 0)
    }

    /// Gives each output its share of `total`; the last that has a share gets what rounding leaves.
    fn divide(&mut self, total: u64) -> Option<()> {
        let shares: f64 = self.shares.iter().sum();
        let mut left = total;
        let outputs = self.parts.outputs.iter_mut().zip(&self.shares).filter(|(_, share)| **share > 0.0);
        let mut last = None;
        for (output, share) in outputs {
            let value = share_of(total, share / shares).max(DUST);
            left = left.checked_sub(value)?;
            output.value = value;
            last = Some(output);
        }
        last?.value += left;
        Some(())
    }
}

fn input(rng: &mut StdRng, coin: &Coin, sequence: u32) -> InputParts {
    let Unlocking { script_sig, witness } = coin.script.unlocking(rng);
    InputParts { prevout: coin.outpoint, script_sig, sequence, witness }
}
