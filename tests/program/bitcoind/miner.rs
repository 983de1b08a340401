//! Hand-made blocks: Core's `generateblock` accepts chosen transactions, but does not claim their fees.

use super::Node;
use super::coins::Kind;
use bitcoin::block::{Header, Version};
use bitcoin::consensus::encode::serialize_hex;
use bitcoin::hashes::Hash;
use bitcoin::script::Builder;
use bitcoin::{
    Amount, Block, BlockHash, CompactTarget, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxMerkleNode,
    TxOut, Witness, WitnessMerkleNode, absolute, transaction,
};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// The target of every block on regtest.
const BITS: u32 = 0x207f_ffff;

/// The subsidy on regtest, in sat, while the chain is young.
const SUBSIDY: u64 = 5_000_000_000;

/// The first bytes of an output that commits to the witnesses (BIP141): `OP_RETURN`, the length, the tag.
const COMMITMENT: [u8; 6] = [0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed];

/// The witness of a coinbase (BIP141).
const RESERVED: [u8; 32] = [0; 32];

/// Mines a block of exactly `txs`, parents first, that claims their `fees` in sat. Returns its hash.
pub fn mine_only(node: &Node, txs: Vec<Transaction>, fees: u64) -> String {
    let chain = node.rpc("getblockchaininfo", &json!([]));
    let median = u32::try_from(chain["mediantime"].as_u64().unwrap()).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let header = Header {
        version: Version::from_consensus(0x2000_0000),
        prev_blockhash: chain["bestblockhash"].as_str().unwrap().parse::<BlockHash>().unwrap(),
        merkle_root: TxMerkleNode::all_zeros(),
        time: u32::try_from(now).unwrap().max(median + 1),
        bits: CompactTarget::from_consensus(BITS),
        nonce: 0,
    };
    let mut txdata = vec![coinbase(node.height() + 1, SUBSIDY + fees)];
    txdata.extend(txs);
    let mut block = Block { header, txdata };
    let root = block.witness_root().unwrap();
    block.txdata[0].output.push(commitment(&root));
    block.header.merkle_root = block.compute_merkle_root().unwrap();
    while block.header.validate_pow(block.header.target()).is_err() {
        block.header.nonce += 1;
    }
    assert_eq!(node.rpc("submitblock", &json!([serialize_hex(&block)])), Value::Null);
    block.block_hash().to_string()
}

fn coinbase(height: u64, value: u64) -> Transaction {
    let height = Builder::new().push_int(height.try_into().unwrap()).push_int(0).into_script();
    let input = TxIn {
        previous_output: OutPoint::null(),
        script_sig: height,
        sequence: Sequence::MAX,
        witness: Witness::from_slice(&[RESERVED]),
    };
    let output = TxOut { value: Amount::from_sat(value), script_pubkey: Kind::Segwit.script() };
    Transaction {
        version: transaction::Version::TWO,
        lock_time: absolute::LockTime::ZERO,
        input: vec![input],
        output: vec![output],
    }
}

fn commitment(root: &WitnessMerkleNode) -> TxOut {
    let commitment = Block::compute_witness_commitment(root, &RESERVED);
    let script = [COMMITMENT.as_slice(), commitment.as_byte_array()].concat();
    TxOut { value: Amount::ZERO, script_pubkey: ScriptBuf::from_bytes(script) }
}
