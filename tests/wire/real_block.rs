//! The 2,500 transactions of mainnet block 702,861, whole, changed and truncated.

use crate::generate::MAGIC;
use crate::oracle::compare_transactions;
use bitcoin::hashes::Hash;
use bitcoin_test_data::blocks::mainnet_702861;
use bytes::Bytes;
use mempulse::chain::Target;
use mempulse::wire::{Block, Decoder, Message, WireError};

fn ours() -> Block {
    Block::parse(&Bytes::from_static(mainnet_702861())).unwrap()
}

fn theirs() -> bitcoin::Block {
    bitcoin::consensus::deserialize(mainnet_702861()).unwrap()
}

/// Numbers that are the same in every run.
fn numbers() -> impl Iterator<Item = usize> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap()
    })
}

#[test]
fn every_transaction_means_the_same() {
    let (ours, theirs) = (ours(), theirs());
    assert_eq!(ours.transactions.len(), 2_500);
    assert_eq!(ours.transactions.iter().filter(|tx| tx.has_witness()).count(), 2_065);
    for (ours, theirs) in ours.transactions.iter().zip(&theirs.txdata) {
        compare_transactions(ours.raw());
        assert_eq!(ours.txid().0, theirs.compute_txid().to_byte_array());
        assert!(ours.check().is_ok());
    }
}

#[test]
fn every_transaction_is_judged_alike_when_changed_or_cut() {
    let mut numbers = numbers();
    let mut number = |below: usize| numbers.next().unwrap() % below;
    for tx in &ours().transactions {
        let mut bytes = tx.raw().to_vec();
        compare_transactions(&bytes[..number(bytes.len())]);
        // The first bytes contain the counts, and changing them affects the format.
        for range in [bytes.len(), bytes.len().min(60)] {
            let place = number(range);
            let before = bytes[place];
            bytes[place] ^= u8::try_from(1 + number(255)).unwrap();
            compare_transactions(&bytes);
            bytes[place] = before;
        }
    }
}

#[test]
fn the_block_means_the_same() {
    let (ours, theirs) = (ours(), theirs());
    assert_eq!(ours.hash.0, theirs.block_hash().to_byte_array());
    assert_eq!(ours.weight(), theirs.weight().to_wu());
    assert_eq!(u64::from(ours.coinbase_height().unwrap()), theirs.bip34_block_height().unwrap());
    assert_eq!(ours.merkle_root(), theirs.compute_merkle_root().unwrap().to_byte_array());
    assert_eq!(ours.header.work().to_be_bytes(), theirs.header.work().to_be_bytes()[16..]);
}

#[test]
fn the_block_is_judged_alike_when_cut() {
    let bytes = mainnet_702861();
    for cut in numbers().take(20).map(|number| number % bytes.len()) {
        let ours = Block::parse(&Bytes::from_static(&bytes[..cut]));
        assert_eq!(ours, Err(WireError::Truncated));
        assert!(bitcoin::consensus::deserialize::<bitcoin::Block>(&bytes[..cut]).is_err());
    }
}

#[test]
fn the_block_arrives_through_a_stream_of_packets() {
    let frame = Message::Block(ours()).encode(MAGIC);
    let mut decoder = Decoder::new(MAGIC);
    let mut arrived = None;
    for packet in frame.chunks(1_460) {
        decoder.extend(packet);
        if let Some(decoded) = decoder.next().unwrap() {
            arrived = Some(decoded);
        }
    }
    let arrived = arrived.unwrap();
    assert_eq!(arrived.size as usize, frame.len());
    assert_eq!(arrived.content, Ok(Message::Block(ours())));
}

#[test]
fn targets_and_work_are_those_of_the_bitcoin_crate() {
    for exponent in 0..=0x22_u32 {
        for mantissa in
            [1, 0x7f, 0x80, 0xff, 0x100, 0x1234, 0x7fff, 0x8000, 0xffff, 0x10000, 0x12_3456, 0x7f_ffff]
        {
            let bits = exponent << 24 | mantissa;
            let theirs = bitcoin::Target::from_compact(bitcoin::CompactTarget::from_consensus(bits));
            let Some(ours) = Target::from_bits(bits) else {
                // Zero, or what the crate truncates to 256 bits.
                assert!(theirs == bitcoin::Target::ZERO || exponent > 0x20, "{bits:08x}");
                continue;
            };
            let work = theirs.to_work().to_be_bytes();
            let expected = if work[..16] == [0; 16] {
                u128::from_be_bytes(work[16..].try_into().unwrap())
            } else {
                u128::MAX
            };
            assert_eq!(ours.work(), expected, "{bits:08x}");
        }
    }
}
