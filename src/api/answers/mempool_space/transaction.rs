//! `/api/tx/:txid`.

use super::script;
use crate::chain::Network;
use crate::chain::script::address;
use crate::model::Model;
use crate::util::text::hex;
use crate::wire::transaction::{Input, Output};
use crate::wire::{OutPoint, Transaction as WireTransaction, Txid};
use serde::Serialize;
use std::sync::Arc;

/// A mempool transaction with what is known about the outputs it spends. The server formats it, so that the
/// monitor only has to look it up.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::api) struct TransactionFacts {
    tx: Arc<WireTransaction>,
    network: Network,
    /// In sat.
    fee: Option<u64>,
    /// Of each input.
    prevouts: Vec<KnownPrevout>,
}

/// What is known about a spent output.
#[derive(Clone, PartialEq, Debug)]
enum KnownPrevout {
    /// The mempool transaction that created it.
    Parent(Arc<WireTransaction>),
    /// Only its value, in sat.
    Value(u64),
    Nothing,
}

impl TransactionFacts {
    /// Looks a transaction up. The cost depends on the number of its inputs.
    pub(in crate::api) fn take(model: &Model, txid: Txid) -> Option<Box<Self>> {
        let entry = model.transaction_by_txid(txid)?;
        let mempool = model.mempool();
        let parent =
            |prevout: &OutPoint| mempool.get(mempool.parent(prevout)?).map(|parent| Arc::clone(parent.tx()));
        let prevout = |(vin, prevout)| match (parent(&prevout), entry.prevout_value(vin)) {
            (Some(parent), _) => KnownPrevout::Parent(parent),
            (None, Some(value)) => KnownPrevout::Value(value),
            (None, None) => KnownPrevout::Nothing,
        };
        Some(Box::new(Self {
            tx: Arc::clone(entry.tx()),
            network: model.settings().network,
            fee: entry.fee(),
            prevouts: entry.tx().prevouts().enumerate().map(prevout).collect(),
        }))
    }
}

/// A transaction in mempool.space's format.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::api) struct Transaction {
    txid: Txid,
    version: u32,
    locktime: u32,
    vin: Vec<Vin>,
    vout: Vec<Vout>,
    /// In bytes.
    size: usize,
    /// In WU.
    weight: u32,
    /// In sat; `None` if it is not known.
    fee: Option<u64>,
    status: Status,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Vin {
    txid: Txid,
    vout: u32,
    /// `None` if nothing is known of it.
    prevout: Option<Prevout>,
    scriptsig: String,
    scriptsig_asm: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    witness: Vec<String>,
    is_coinbase: bool,
    sequence: u32,
}

/// A spent output. For one in a block, only the value is known.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(untagged)]
enum Prevout {
    Whole(Vout),
    Value { scriptpubkey: (), scriptpubkey_asm: (), scriptpubkey_type: (), value: u64 },
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Vout {
    scriptpubkey: String,
    scriptpubkey_asm: String,
    scriptpubkey_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scriptpubkey_address: Option<String>,
    /// In sat.
    value: u64,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
struct Status {
    confirmed: bool,
}

impl Transaction {
    pub(in crate::api) fn of(facts: &TransactionFacts) -> Self {
        let TransactionFacts { tx, network, fee, prevouts } = facts;
        Self {
            txid: tx.txid(),
            version: tx.version(),
            locktime: tx.lock_time(),
            vin: tx.inputs().zip(prevouts).map(|(input, known)| Vin::of(&input, known, *network)).collect(),
            vout: tx.outputs().map(|output| Vout::of(&output, *network)).collect(),
            size: tx.raw().len(),
            weight: tx.weight(),
            fee: *fee,
            status: Status { confirmed: false },
        }
    }
}

impl Vin {
    fn of(input: &Input<'_>, known: &KnownPrevout, network: Network) -> Self {
        let prevout = match known {
            KnownPrevout::Parent(parent) => {
                let output = parent.outputs().nth(input.prevout.vout as usize);
                output.map(|output| Prevout::Whole(Vout::of(&output, network)))
            }
            KnownPrevout::Value(value) => Some(Prevout::Value {
                scriptpubkey: (),
                scriptpubkey_asm: (),
                scriptpubkey_type: (),
                value: *value,
            }),
            KnownPrevout::Nothing => None,
        };
        Self {
            txid: input.prevout.txid,
            vout: input.prevout.vout,
            prevout,
            scriptsig: hex(input.script_sig),
            scriptsig_asm: script::asm(input.script_sig),
            witness: input.witness.clone().map(hex).collect(),
            is_coinbase: false,
            sequence: input.sequence,
        }
    }
}

impl Vout {
    fn of(output: &Output<'_>, network: Network) -> Self {
        let script = output.script_pubkey;
        Self {
            scriptpubkey: hex(script),
            scriptpubkey_asm: script::asm(script),
            scriptpubkey_type: script::kind(script),
            scriptpubkey_address: address(script, network),
            value: output.value,
        }
    }
}
