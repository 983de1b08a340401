//! The messages of compact blocks, compared with the crate `bitcoin`, and at their limits.

use super::*;
use crate::wire::{Block, Command, Message};
use bitcoin::bip152;
use bitcoin::consensus::{deserialize, serialize};

fn real_block() -> Block {
    Block::parse(bitcoin_test_data::blocks::mainnet_702861()).unwrap()
}

fn payload(message: &Message) -> Vec<u8> {
    let mut out = Vec::new();
    message.encode_payload(&mut out);
    out
}

fn decode(command: Command, payload: &[u8]) -> Result<Message, WireError> {
    Message::decode(command, payload)
}

fn decode_compact(payload: &[u8]) -> Result<CompactBlock, WireError> {
    CompactBlock::decode(payload)
}

#[test]
fn a_compact_block_is_read_and_written_as_the_bitcoin_crate_does() {
    let raw = bitcoin_test_data::blocks::mainnet_702861();
    let oracle: bitcoin::Block = deserialize(raw).unwrap();
    let theirs = bip152::HeaderAndShortIds::from_block(&oracle, 99, 2, &[7, 300, 2_499]).unwrap();
    let bytes = serialize(&theirs);
    let ours = decode_compact(&bytes).unwrap();
    assert_eq!(ours.prefilled.iter().map(|it| it.index).collect::<Vec<_>>(), [0, 7, 300, 2_499]);
    assert_eq!(ours.transaction_count(), oracle.txdata.len());
    assert_eq!(payload(&Message::CmpctBlock(ours.clone())), bytes);

    let block = real_block();
    let short_ids = ShortIds::new(&block.header, 99);
    assert_eq!(ours.short_ids[0], short_ids.of(block.transactions[1].wtxid()));
    assert_eq!(decode(Command::CmpctBlock, &bytes), Ok(Message::CmpctBlock(ours)));
}

#[test]
fn requests_and_answers_are_those_of_the_bitcoin_crate() {
    let raw = bitcoin_test_data::blocks::mainnet_702861();
    let oracle: bitcoin::Block = deserialize(raw).unwrap();
    let theirs = bip152::BlockTransactionsRequest {
        block_hash: oracle.block_hash(),
        indexes: vec![0, 1, 5, 300, 2_499],
    };
    let hash = real_block().hash;
    let ours = BlockTransactionsRequest { hash, indexes: vec![0, 1, 5, 300, 2_499] };
    let ours = Message::GetBlockTxn(ours);
    assert_eq!(payload(&ours), serialize(&theirs));
    assert_eq!(decode(Command::GetBlockTxn, &serialize(&theirs)), Ok(ours));

    let theirs = bip152::BlockTransactions::from_request(&theirs, &oracle).unwrap();
    let bytes = serialize(&theirs);
    let Ok(Message::BlockTxn(ours)) = decode(Command::BlockTxn, &bytes) else { panic!("not read") };
    assert_eq!(ours.transactions[3], real_block().transactions[300]);
    assert_eq!(payload(&Message::BlockTxn(ours)), bytes);
}

fn compact_of(short_ids: &[u8], rest: &[u8]) -> Vec<u8> {
    [&[0; 88][..], short_ids, rest].concat()
}

#[test]
fn indexes_stay_within_the_block() {
    let block = real_block();
    let tx = block.transactions[1].raw();
    let prefilled = |gap: &[u8]| [&[1], gap, tx].concat();
    let one_id = [1, 1, 2, 3, 4, 5, 6];
    assert!(decode_compact(&compact_of(&one_id, &prefilled(&[1]))).is_ok());
    let outside = decode_compact(&compact_of(&one_id, &prefilled(&[2])));
    assert_eq!(outside, Err(WireError::IndexOutOfBlock(2)));
    let huge = decode_compact(&compact_of(&one_id, &prefilled(&[0xff; 9])));
    assert_eq!(huge, Err(WireError::IndexTooLarge(u64::MAX)));
    assert_eq!(decode_compact(&compact_of(&[0], &[0])), Err(WireError::EmptyBlock));
}

#[test]
fn lengths_are_bounded_by_the_remaining_bytes() {
    let ids = |count: u32| [&[0xfe][..], &count.to_le_bytes()].concat();
    assert_eq!(decode_compact(&compact_of(&ids(0x0200_0000), &[])), Err(WireError::Truncated));
    let many = [&[0xfd][..], &16_667_u16.to_le_bytes(), &vec![7; 16_667 * 6], &[0]].concat();
    let limit = WireError::TooManyEntries { count: 16_667, limit: 16_666 };
    assert_eq!(decode_compact(&compact_of(&many, &[])), Err(limit));
    let answer = [&[0; 32][..], &[0xff; 9]].concat();
    assert_eq!(decode(Command::BlockTxn, &answer), Err(WireError::TooLarge(u64::MAX)));
}

#[test]
fn the_gaps_of_a_request_do_not_overflow() {
    let request = |gaps: &[u8]| decode(Command::GetBlockTxn, &[&[0; 32], gaps].concat());
    let last = request(&[1, 0xfd, 0xff, 0xff]);
    let expected = BlockTransactionsRequest { hash: BlockHash::default(), indexes: vec![u16::MAX] };
    assert_eq!(last, Ok(Message::GetBlockTxn(expected)));
    assert_eq!(request(&[2, 0xfd, 0xff, 0xff, 0]), Err(WireError::IndexTooLarge(65_536)));
    let wrapping = [&[2, 5, 0xff][..], &[0xff; 8]].concat();
    assert_eq!(request(&wrapping), Err(WireError::IndexTooLarge(u64::MAX)));
}
