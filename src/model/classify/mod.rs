//! Kinds of transactions: their purpose, as far as the bytes reveal it.
//!
//! Every kind has a precise rule, which would rather miss a transaction than include one that only looks
//! similar. A transaction that fits no rule is `other`.

pub(in crate::model) mod arrivals;
mod inscription;
mod script;

use crate::chain::limits::TRUC_VERSION;
use crate::chain::opcodes::OP_13;
use crate::chain::script::{ScriptKind, is_multisig};
use crate::wire::Transaction;
use script::Spend;

/// A kind of transaction. A transaction may be of several kinds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// One or two spendable outputs and at most four inputs, without the shape of another kind
    /// (consolidation, batch, CoinJoin) and without data.
    Payment,
    /// Five or more inputs into one output.
    Consolidation,
    /// Five or more spendable outputs, and fewer inputs than outputs.
    BatchPayout,
    /// Looks like a CoinJoin: five or more outputs of the same value of at least 10,000 sat, all to different
    /// scripts, and at least as many inputs.
    CoinJoin,
    /// A taproot script path that reveals an envelope `OP_FALSE OP_IF "ord"`.
    Inscription,
    /// An output that begins with `OP_RETURN OP_13`.
    Runestone,
    /// Any other `OP_RETURN` output.
    Data,
    /// Opens a Lightning channel: a commitment in the mempool spends one of its outputs. Seldom known before
    /// both are confirmed, as an unspent channel output looks like many others.
    LightningOpen,
    /// A Lightning commitment: one input, whose sequence and the lock time carry the obscured commitment
    /// number (BOLT 3: upper bytes 0x80 and 0x20).
    LightningForceClose,
    /// An input reveals the script of a Lightning anchor (BOLT 3, `to_local_anchor`).
    LightningAnchorSpend,
    /// A bare multisig output, or an input that reveals a multisig script.
    Multisig,
    /// An input waits for a relative lock (BIP68), or reveals a script with `OP_CHECKLOCKTIMEVERIFY` or
    /// `OP_CHECKSEQUENCEVERIFY`, other than a Lightning anchor. A lock time alone is not enough: wallets set
    /// it against fee sniping.
    TimeLocked,
    /// Version 3: topologically restricted until confirmation (BIP431). At most one unconfirmed parent or
    /// child, and always replaceable.
    Truc,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 13] = [
        Self::Payment,
        Self::Consolidation,
        Self::BatchPayout,
        Self::CoinJoin,
        Self::Inscription,
        Self::Runestone,
        Self::Data,
        Self::LightningOpen,
        Self::LightningForceClose,
        Self::LightningAnchorSpend,
        Self::Multisig,
        Self::TimeLocked,
        Self::Truc,
    ];
}

/// A set of kinds.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub struct Kinds(u16);

impl Kinds {
    /// Returns the kinds of a transaction from its bytes alone.
    pub fn of(tx: &Transaction) -> Self {
        let mut kinds = Self::default();
        shape(tx, &mut kinds);
        inputs(tx, &mut kinds);
        if tx.version() == TRUC_VERSION {
            kinds.add(Kind::Truc);
        }
        kinds
    }

    /// Returns the kinds of a transaction from its bytes and from the transactions that spend its outputs;
    /// `spender` returns these by output index.
    pub(in crate::model) fn with_spenders<'a>(
        tx: &Transaction,
        spender: impl Fn(u32) -> Option<&'a Transaction>,
    ) -> Self {
        let mut kinds = Self::of(tx);
        let mut spenders = (0..tx.output_count().min(MAX_CHANNEL_OUTPUTS)).filter_map(spender);
        if spenders.any(|spender| Self::of(spender).has(Kind::LightningForceClose)) {
            kinds.add(Kind::LightningOpen);
        }
        kinds
    }

    /// Returns whether `kind` is in the set.
    pub const fn has(self, kind: Kind) -> bool {
        self.0 >> kind as u16 & 1 == 1
    }

    /// The kinds, in the order of [`Kind::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(move |kind| self.has(*kind))
    }

    fn add(&mut self, kind: Kind) {
        self.0 |= 1 << kind as u16;
    }
}

/// The smallest number of inputs or outputs that counts as many.
const MANY: usize = 5;

/// The most outputs to check for being spent by a commitment: a transaction that opens a channel has few.
const MAX_CHANNEL_OUTPUTS: u32 = 100;

/// The most inputs of a payment.
const MAX_PAYMENT_INPUTS: u32 = 4;

/// The smallest common value of a CoinJoin, in sat: a dust payout to many would otherwise look the same.
const MIN_COINJOIN_VALUE: u64 = 10_000;

/// Adds the kinds that follow from the numbers of inputs and outputs, and from the outputs.
fn shape(tx: &Transaction, kinds: &mut Kinds) {
    let mut spendable = 0_usize;
    let mut has_data = false;
    let mut values = Vec::new();
    for output in tx.outputs() {
        match ScriptKind::of(output.script_pubkey) {
            ScriptKind::OpReturn => {
                has_data = true;
                kinds.add(data_kind(output.script_pubkey));
            }
            kind => {
                spendable += 1;
                values.push((output.value, output.script_pubkey));
                if kind == ScriptKind::Multisig {
                    kinds.add(Kind::Multisig);
                }
            }
        }
    }
    let inputs = tx.input_count() as usize;
    if is_coinjoin(inputs, values) {
        kinds.add(Kind::CoinJoin);
    } else if inputs >= MANY && spendable == 1 {
        kinds.add(Kind::Consolidation);
    } else if spendable >= MANY && inputs < spendable {
        kinds.add(Kind::BatchPayout);
    } else if (1..=2).contains(&spendable) && tx.input_count() <= MAX_PAYMENT_INPUTS && !has_data {
        kinds.add(Kind::Payment);
    }
    if is_commitment(tx) {
        kinds.0 &= !(1 << Kind::Payment as u16);
        kinds.add(Kind::LightningForceClose);
    }
}

fn data_kind(script: &[u8]) -> Kind {
    if script.get(1) == Some(&OP_13) { Kind::Runestone } else { Kind::Data }
}

fn is_coinjoin(inputs: usize, mut values: Vec<(u64, &[u8])>) -> bool {
    if inputs < MANY || values.len() < MANY {
        return false;
    }
    values.sort_unstable();
    values
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|same| same[0].0 >= MIN_COINJOIN_VALUE && (MANY..=inputs).contains(&same.len()))
        .any(|same| same.windows(2).all(|pair| pair[0].1 != pair[1].1))
}

/// BOLT 3 hides the commitment number in the lower 24 bits of the sequence and of the lock time.
fn is_commitment(tx: &Transaction) -> bool {
    let mut inputs = tx.inputs();
    tx.input_count() == 1
        && tx.lock_time() >> 24 == 0x20
        && inputs.next().is_some_and(|input| input.sequence >> 24 == 0x80)
}

/// Adds the kinds that inputs reveal.
fn inputs(tx: &Transaction, kinds: &mut Kinds) {
    for input in tx.inputs() {
        if tx.version() >= 2 && waits(input.sequence) {
            kinds.add(Kind::TimeLocked);
        }
        let spend = Spend::of(&input);
        let Some(script) = spend.script() else { continue };
        if script::has_lock(script) && !script::is_anchor(script) {
            kinds.add(Kind::TimeLocked);
        }
        match spend {
            Spend::Tapscript(script) if inscription::is_revealed_by(script) => kinds.add(Kind::Inscription),
            Spend::Script(script) if is_multisig(script) => kinds.add(Kind::Multisig),
            Spend::Script(script) if script::is_anchor(script) => kinds.add(Kind::LightningAnchorSpend),
            _ => {}
        }
    }
    if kinds.has(Kind::LightningAnchorSpend) || kinds.has(Kind::Inscription) {
        kinds.0 &= !(1 << Kind::Payment as u16);
    }
}

/// BIP68: bit 31 disables the lock; the lower 16 bits are its length.
fn waits(sequence: u32) -> bool {
    sequence >> 31 == 0 && sequence & 0xffff != 0
}

#[cfg(test)]
mod tests;
