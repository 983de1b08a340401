//! Blocks for the tests.

use crate::model::testing::{block, loose, parts};
use crate::wire::block::commitment_script;
use crate::wire::transaction::OutputParts;
use crate::wire::{Block, BlockHash, OutPoint, Transaction};
use std::sync::Arc;

/// A valid block of regtest with these transactions.
pub fn mined(transactions: &[&Arc<Transaction>]) -> Block {
    with_previous(BlockHash([0; 32]), transactions, None)
}

/// A valid block after another one; a different one for each number.
pub fn mined_on(previous: BlockHash, number: u8) -> Block {
    with_previous(previous, &[&loose(number.into())], None)
}

/// The same, with its height in the coinbase.
pub fn mined_at(height: u8, previous: BlockHash, number: u8) -> Block {
    with_previous(previous, &[&loose(number.into())], Some(height))
}

fn with_previous(previous: BlockHash, transactions: &[&Arc<Transaction>], height: Option<u8>) -> Block {
    let mut block = Block::clone(&block(transactions));
    let mut coinbase = parts(&[OutPoint::NULL], &[5_000]);
    coinbase.inputs[0].script_sig = height.map_or(vec![0xff, 0xff], |height| vec![1, height]);
    coinbase.inputs[0].witness = vec![vec![0; 32]];
    let script_pubkey = commitment_script(block.transactions.iter().skip(1), [0; 32]);
    coinbase.outputs.push(OutputParts { value: 0, script_pubkey });
    block.transactions[0] = coinbase.build().unwrap();
    block.header.previous = previous;
    block.header.bits = 0x207f_ffff;
    block.header.merkle_root = block.merkle_root();
    while block.header.hash().0[31] > 0x7e {
        block.header.nonce += 1;
    }
    block.hash = block.header.hash();
    let mut raw = Vec::new();
    block.encode(&mut raw);
    block.size = u32::try_from(raw.len()).unwrap();
    block
}
