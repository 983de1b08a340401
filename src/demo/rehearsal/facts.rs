//! What an independent implementation says about the transactions of some blocks.

use crate::model::classify::Kind;
use bitcoin::hashes::Hash;
use bitcoin::opcodes::all::{OP_IF, OP_PUSHNUM_13, OP_RETURN};
use bitcoin::script::Instruction;
use bitcoin::{OutPoint, Script, TxOut};
use std::collections::{HashMap, HashSet};

/// A transaction of a block.
#[derive(Clone)]
pub(super) struct Facts {
    pub(super) txid: [u8; 32],
    pub(super) wtxid: [u8; 32],
    pub(super) size: usize,
    pub(super) weight: u64,
    pub(super) vsize: u64,
    /// In sat, if all spent outputs are in these blocks.
    pub(super) fee: Option<u64>,
    /// The weight by which Core sorts, in WU: signature operations count for 20 vB each
    /// (`GetSigOpsAdjustedWeight`).
    pub(super) adjusted_weight: u64,
    /// Its kinds, out of [`KINDS`].
    pub(super) kinds: Vec<Kind>,
}

/// The kinds that are determined here.
pub(super) const KINDS: [Kind; 7] = [
    Kind::Consolidation,
    Kind::BatchPayout,
    Kind::CoinJoin,
    Kind::Inscription,
    Kind::Runestone,
    Kind::Data,
    Kind::Truc,
];

/// Returns the facts about all transactions by block, in order, without coinbases.
pub(super) fn facts(blocks: &[bitcoin::Block]) -> Vec<Vec<Facts>> {
    let mut outputs = HashMap::new();
    for tx in blocks.iter().flat_map(|block| &block.txdata) {
        let txid = tx.compute_txid();
        outputs.extend((0..).zip(&tx.output).map(|(vout, output)| (OutPoint { txid, vout }, output.clone())));
    }
    let of_block = |block: &bitcoin::Block| block.txdata[1..].iter().map(|tx| of(tx, &outputs)).collect();
    blocks.iter().map(of_block).collect()
}

fn of(tx: &bitcoin::Transaction, outputs: &HashMap<OutPoint, TxOut>) -> Facts {
    let spent: Option<u64> =
        tx.input.iter().map(|input| Some(outputs.get(&input.previous_output)?.value.to_sat())).sum();
    let paid: u64 = tx.output.iter().map(|output| output.value.to_sat()).sum();
    let sigops = tx.total_sigop_cost(|outpoint| outputs.get(outpoint).cloned());
    Facts {
        txid: tx.compute_txid().to_byte_array(),
        wtxid: tx.compute_wtxid().to_byte_array(),
        size: tx.total_size(),
        weight: tx.weight().to_wu(),
        vsize: tx.vsize() as u64,
        fee: spent.map(|spent| spent - paid),
        adjusted_weight: tx.weight().to_wu().max(sigops as u64 * 20),
        kinds: KINDS.into_iter().filter(|kind| is(tx, *kind)).collect(),
    }
}

fn is(tx: &bitcoin::Transaction, kind: Kind) -> bool {
    let (inputs, data): (usize, Vec<_>) =
        (tx.input.len(), tx.output.iter().filter(|output| output.script_pubkey.is_op_return()).collect());
    let spendable = tx.output.len() - data.len();
    let is_rune = |output: &&TxOut| {
        output.script_pubkey.as_bytes().starts_with(&[OP_RETURN.to_u8(), OP_PUSHNUM_13.to_u8()])
    };
    match kind {
        Kind::CoinJoin => is_coinjoin(tx),
        Kind::Consolidation => inputs >= 5 && spendable == 1,
        Kind::BatchPayout => spendable >= 5 && inputs < spendable && !is_coinjoin(tx),
        Kind::Runestone => data.iter().any(is_rune),
        Kind::Data => data.iter().any(|output| !is_rune(output)),
        Kind::Inscription => tx
            .input
            .iter()
            .filter_map(|input| input.witness.taproot_leaf_script())
            .any(|leaf| reveals_ord(leaf.script)),
        Kind::Truc => tx.version.0 == 3,
        _ => false,
    }
}

fn is_coinjoin(tx: &bitcoin::Transaction) -> bool {
    let mut same: HashMap<u64, Vec<&Script>> = HashMap::new();
    for output in tx.output.iter().filter(|output| !output.script_pubkey.is_op_return()) {
        same.entry(output.value.to_sat()).or_default().push(&output.script_pubkey);
    }
    same.iter().any(|(value, scripts)| {
        let all_differ = scripts.iter().collect::<HashSet<_>>().len() == scripts.len();
        *value >= 10_000 && scripts.len() >= 5 && scripts.len() <= tx.input.len() && all_differ
    })
}

/// Whether the script contains an envelope `OP_FALSE OP_IF "ord"`.
fn reveals_ord(script: &Script) -> bool {
    let instructions: Vec<_> = script.instructions().map_while(Result::ok).collect();
    instructions.windows(3).any(|three| match three {
        [Instruction::PushBytes(empty), Instruction::Op(op), Instruction::PushBytes(name)] => {
            empty.is_empty() && *op == OP_IF && name.as_bytes() == b"ord"
        }
        _ => false,
    })
}
