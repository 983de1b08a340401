//! A draft of a transaction: inputs are signed, and outputs share what the fee leaves.

use crate::demo::coins::coin::{Coin, Origin, Spend};
use crate::demo::random::share_of;
use crate::demo::script::{ScriptType, Unlocking, op_return};
use crate::wire::OutPoint;
use crate::wire::transaction::{InputParts, OutputParts, TxParts};
use rand::RngExt;
use rand::rngs::StdRng;

/// The lowest value of an output, in sat: above Core's dust threshold for every script type.
pub(super) const DUST: u64 = 1_000;

/// The sequence number that signals replaceability (BIP125) without a relative lock time.
pub(super) const REPLACEABLE: u32 = 0xffff_fffd;

/// The sequence number that signals neither, but allows a lock time.
pub(super) const FINAL: u32 = 0xffff_fffe;

/// A draft of a transaction.
#[derive(Clone)]
pub(super) struct Draft {
    coins: Vec<Coin>,
    parts: TxParts,
    /// The script type of each output; `None`: unspendable.
    scripts: Vec<Option<ScriptType>>,
    /// The shares of the outputs in what the fee leaves.
    shares: Vec<f64>,
}

impl Draft {
    /// Starts a draft that spends `coins`.
    pub(super) fn spending(rng: &mut StdRng, coins: Vec<Coin>, sequence: u32, lock_time: u32) -> Self {
        let version = if rng.random_bool(0.8) { 2 } else { 1 };
        let inputs = coins.iter().map(|coin| input(rng, coin, sequence)).collect();
        let parts = TxParts { version, inputs, outputs: vec![], lock_time };
        Self { coins, parts, scripts: vec![], shares: vec![] }
    }

    /// Spends the first input with `unlocking`.
    pub(super) fn unlock_first(&mut self, unlocking: Unlocking) {
        if let Some(input) = self.parts.inputs.first_mut() {
            (input.script_sig, input.witness) = (unlocking.script_sig, unlocking.witness);
        }
    }

    /// Adds an output with a `share` of what the fee leaves, relative to the sum of all shares.
    pub(super) fn pay(&mut self, rng: &mut StdRng, share: f64) {
        let script = ScriptType::random(rng);
        self.parts.outputs.push(OutputParts { value: 0, script_pubkey: script.locking(rng) });
        self.scripts.push(Some(script));
        self.shares.push(share);
    }

    /// Adds an output that carries `data` and no value.
    pub(super) fn attach(&mut self, data: &[u8]) {
        self.parts.outputs.push(OutputParts { value: 0, script_pubkey: op_return(data) });
        self.scripts.push(None);
        self.shares.push(0.0);
    }

    /// Whether the draft signals replaceability (BIP125).
    pub(super) fn is_replaceable(&self) -> bool {
        self.parts.inputs.iter().any(|input| input.sequence < FINAL)
    }

    /// Returns the coins that the draft spends.
    pub(super) fn into_coins(self) -> Vec<Coin> {
        self.coins
    }

    /// Returns the virtual size of the finished transaction, in vB.
    pub(super) fn vsize(&self) -> Option<u64> {
        // The size does not depend on the values.
        Some(u64::from(self.parts.build().ok()?.vsize()))
    }

    /// Builds the transaction with a fee of `fee` sat, or returns `None` if the coins cannot pay it.
    pub(super) fn finish(&mut self, fee: u64) -> Option<Spend> {
        let left = self.value().checked_sub(fee)?;
        self.divide(left)?;
        let tx = self.parts.build().ok()?;
        let rate = fee * 1_000 / u64::from(tx.vsize()).max(1);
        let origin = Origin::Mempool { fee_rate: rate, room: self.room_of_each_output() };
        let outputs = self.scripts.iter().zip(&self.parts.outputs).zip(0..);
        let made = outputs.filter_map(|((script, output), vout)| {
            let outpoint = OutPoint { txid: tx.txid(), vout };
            Some(Coin { outpoint, value: output.value, script: (*script)?, origin })
        });
        let made = made.collect();
        let unconfirmed = self.coins.iter().find(|coin| coin.parent_rate().is_some());
        let parent = unconfirmed.map(|coin| coin.outpoint.txid);
        Some(Spend { tx, fee, parent, replaces: None, secret: false, made })
    }

    /// Divides the room in the cluster among the outputs that can be spent, less one for the transaction.
    fn room_of_each_output(&self) -> u8 {
        let room = self.coins.iter().map(Coin::room).min().unwrap_or(0).saturating_sub(1);
        let spendable = self.scripts.iter().flatten().count().max(1);
        u8::try_from(usize::from(room) / spendable).unwrap_or(0)
    }

    /// Returns a draft that spends the same coins to the same outputs, signed again; or all of them to the
    /// last output, to cancel a payment.
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

    /// Returns the sum of the coins, in sat.
    fn value(&self) -> u64 {
        self.coins.iter().map(|coin| coin.value).sum()
    }

    /// Returns the value of each output: its share of `total`; the last one with a share gets what rounding
    /// leaves.
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
