//! Coins that anybody can spend, and transactions that spend them: no wallet, no keys.

use super::Node;
use bitcoin::absolute::LockTime;
use bitcoin::consensus::encode::{deserialize_hex, serialize_hex};
use bitcoin::transaction::Version;
use bitcoin::{Amount, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Witness};
use serde_json::{Value, json};

/// Blocks until a coinbase may be spent.
const MATURITY: u64 = 100;

/// `OP_TRUE`.
const OP_TRUE: &[u8] = &[0x51];

/// Version 1 and the two bytes of a pay-to-anchor output.
const ANCHOR: &[u8] = &[0x51, 0x02, 0x4e, 0x73];

/// How a coin is spent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A bare `OP_TRUE`: spent with an empty scriptSig, without witness.
    Legacy,
    /// P2WSH of `OP_TRUE`: spent with a witness.
    Segwit,
    /// Pay to anchor: spent with nothing at all.
    Anchor,
}

impl Kind {
    /// The output script for this kind.
    pub fn script(self) -> ScriptBuf {
        let op_true = ScriptBuf::from_bytes(OP_TRUE.to_vec());
        match self {
            Self::Legacy => op_true,
            Self::Segwit => op_true.to_p2wsh(),
            Self::Anchor => ScriptBuf::from_bytes(ANCHOR.to_vec()),
        }
    }

    fn witness(self) -> Witness {
        match self {
            Self::Legacy | Self::Anchor => Witness::new(),
            Self::Segwit => Witness::from_slice(&[OP_TRUE]),
        }
    }
}

/// An unspent output that anybody can spend.
#[derive(Clone, Debug)]
pub struct Coin {
    outpoint: OutPoint,
    value: Amount,
    kind: Kind,
}

impl Coin {
    /// Its value.
    pub fn value(&self) -> Amount {
        self.value
    }

    /// The outputs of `tx` that anybody can spend.
    pub fn all_of(tx: &Transaction) -> Vec<Self> {
        let txid = tx.compute_txid();
        (0..)
            .zip(&tx.output)
            .filter_map(|(vout, output)| {
                let kind = [Kind::Legacy, Kind::Segwit, Kind::Anchor]
                    .into_iter()
                    .find(|kind| kind.script() == output.script_pubkey)?;
                Some(Self { outpoint: OutPoint { txid, vout }, value: output.value, kind })
            })
            .collect()
    }
}

/// Spends `coins` into `outputs` equal outputs of `kind`, for a fee in sat. Replaceable (BIP125).
///
/// Core accepts no transaction below 65 bytes: a single legacy output is too small.
pub fn spend(coins: &[Coin], outputs: u64, kind: Kind, fee: u64) -> Transaction {
    let total: Amount = coins.iter().map(|coin| coin.value).sum();
    let each = (total - Amount::from_sat(fee)) / outputs;
    Transaction {
        version: Version::TWO,
        lock_time: LockTime::ZERO,
        input: coins
            .iter()
            .map(|coin| TxIn {
                previous_output: coin.outpoint,
                script_sig: ScriptBuf::new(),
                sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
                witness: coin.kind.witness(),
            })
            .collect(),
        output: (0..outputs).map(|_| TxOut { value: each, script_pubkey: kind.script() }).collect(),
    }
}

/// Sends `tx` to the node, which must accept it. Returns its txid.
pub fn send(node: &Node, tx: &Transaction) -> String {
    let any_fee_rate = 0;
    let txid = node.rpc("sendrawtransaction", &json!([serialize_hex(tx), any_fee_rate]));
    assert_eq!(txid, tx.compute_txid().to_string());
    tx.compute_txid().to_string()
}

/// Sends all of `txs` to the node, in order; it must accept each.
pub fn send_all(node: &Node, txs: &[Transaction]) {
    let any_fee_rate = 0;
    node.ask_all(txs.iter().map(|tx| ("sendrawtransaction", json!([serialize_hex(tx), any_fee_rate]))));
}

/// The node's own interpretation of the bytes of `tx`.
pub fn decoded(node: &Node, tx: &Transaction) -> Value {
    node.rpc("decoderawtransaction", &json!([serialize_hex(tx)]))
}

/// The coinbases of one node's chain.
pub struct Purse {
    next: u64,
}

impl Purse {
    /// A purse for a chain whose blocks were mined by [`Node::mine`].
    pub fn new() -> Self {
        Self { next: 1 }
    }

    /// Returns `count` confirmed coins (at most 1,000) from one coinbase, mining as necessary.
    pub fn coins(&mut self, node: &Node, count: u64, kind: Kind) -> Vec<Coin> {
        assert!(count <= 1_000, "one transaction holds no more");
        let missing = (self.next + MATURITY).saturating_sub(node.height());
        if missing > 0 {
            node.mine(usize::try_from(missing).unwrap());
        }
        let coinbase = coinbase(node, self.next);
        self.next += 1;
        let fan_out = spend(&Coin::all_of(&coinbase)[..1], count, kind, 100_000);
        send(node, &fan_out);
        node.mine(1);
        Coin::all_of(&fan_out)
    }
}

fn coinbase(node: &Node, height: u64) -> Transaction {
    let hash = node.rpc("getblockhash", &json!([height]));
    let block = node.rpc("getblock", &json!([hash, 2]));
    deserialize_hex(block["tx"][0]["hex"].as_str().unwrap()).unwrap()
}
