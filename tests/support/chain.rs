//! Small transactions and blocks, mined on the spot.

use super::{NETWORK, START};
use mempulse::Timestamp;
use mempulse::wire::block::commitment_script;
use mempulse::wire::transaction::{Input, InputParts, Output, OutputParts, TxParts};
use mempulse::wire::{Block, BlockHash, BlockHeader, OutPoint, Transaction, Txid};

/// The bits of every block on regtest.
const BITS: u32 = 0x207f_ffff;

/// A small segwit transaction, different for each number.
pub fn transaction(number: u32) -> Transaction {
    let mut txid = [0x11; 32];
    txid[..4].copy_from_slice(&number.to_le_bytes());
    spend(OutPoint { txid: Txid(txid), vout: 0 }, vec![], vec![vec![0x77; 64]]).build().unwrap()
}

/// A transaction of about 100 kB, different for each number.
pub fn large_transaction(number: u32) -> Transaction {
    let mut txid = [0x22; 32];
    txid[..4].copy_from_slice(&number.to_le_bytes());
    spend(OutPoint { txid: Txid(txid), vout: 0 }, vec![], vec![vec![0x77; 100_000]]).build().unwrap()
}

/// The transaction without its witnesses, which has the same txid.
pub fn stripped(tx: &Transaction) -> Transaction {
    let input = |input: Input<'_>| InputParts {
        prevout: input.prevout,
        script_sig: input.script_sig.to_vec(),
        sequence: input.sequence,
        witness: vec![],
    };
    let output = |output: Output<'_>| OutputParts {
        value: output.value,
        script_pubkey: output.script_pubkey.to_vec(),
    };
    let (inputs, outputs) = (tx.inputs().map(input).collect(), tx.outputs().map(output).collect());
    TxParts { version: tx.version(), inputs, outputs, lock_time: tx.lock_time() }.build().unwrap()
}

fn spend(prevout: OutPoint, script_sig: Vec<u8>, witness: Vec<Vec<u8>>) -> TxParts {
    let input = InputParts { prevout, script_sig, sequence: 0xffff_fffd, witness };
    let output = OutputParts { value: 1_000, script_pubkey: vec![0x51] };
    TxParts { version: 2, inputs: vec![input], outputs: vec![output], lock_time: 0 }
}

/// The genesis block of regtest.
pub fn genesis() -> BlockHash {
    "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206".parse().unwrap()
}

/// A valid block after `previous` with these transactions after its coinbase.
pub fn mine(previous: BlockHash, height: u16, transactions: Vec<Transaction>) -> Block {
    mine_at(START, previous, height, transactions)
}

/// Like [`mine`], with the time in the header.
pub fn mine_at(time: Timestamp, previous: BlockHash, height: u16, transactions: Vec<Transaction>) -> Block {
    let [low, high] = height.to_le_bytes();
    let null = OutPoint { txid: Txid::default(), vout: u32::MAX };
    let mut coinbase = spend(null, vec![3, low, high, 0], vec![]);
    if transactions.iter().any(Transaction::has_witness) {
        coinbase.inputs[0].witness = vec![vec![0; 32]];
        let script_pubkey = commitment_script(&transactions, [0; 32]);
        coinbase.outputs.push(OutputParts { value: 0, script_pubkey });
    }
    let coinbase = coinbase.build().unwrap();
    let header = BlockHeader {
        version: 0x2000_0000,
        previous,
        merkle_root: [0; 32],
        time: u32::try_from(time.as_secs()).unwrap(),
        bits: BITS,
        nonce: 0,
    };
    let transactions = std::iter::once(coinbase).chain(transactions).collect();
    let mut block = Block { header, hash: BlockHash::default(), size: 0, transactions };
    block.header.merkle_root = block.merkle_root();
    with_work(block)
}

/// The block with a nonce that meets the target.
fn with_work(mut block: Block) -> Block {
    while block.header.check(NETWORK).is_err() {
        block.header.nonce += 1;
    }
    block.hash = block.header.hash();
    let mut bytes = Vec::new();
    block.encode(&mut bytes);
    block.size = u32::try_from(bytes.len()).unwrap();
    block
}

/// `count` empty blocks after the genesis block of regtest.
pub fn blocks(count: u16) -> Vec<Block> {
    let mut previous = genesis();
    let next = |height| {
        let block = mine(previous, height, vec![]);
        previous = block.hash;
        block
    };
    (1..=count).map(next).collect()
}
