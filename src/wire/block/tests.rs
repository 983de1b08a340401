use super::*;
use crate::chain::Network;
use crate::wire::transaction::{InputParts, OutPoint, OutputParts, TransactionError, TxParts};
use bitcoin_test_data::blocks::mainnet_702861;

fn coinbase(script_sig: &[u8]) -> TxParts {
    let input = InputParts {
        prevout: OutPoint::NULL,
        script_sig: script_sig.to_vec(),
        sequence: u32::MAX,
        witness: Vec::new(),
    };
    let outputs = vec![OutputParts { value: 5_000_000_000, script_pubkey: vec![0x51] }];
    TxParts { version: 2, inputs: vec![input], outputs, lock_time: 0 }
}

fn spend(byte: u8) -> TxParts {
    let mut parts = coinbase(&[]);
    parts.inputs[0].prevout = OutPoint { txid: crate::wire::Txid([byte; 32]), vout: 0 };
    parts
}

/// The floor that block 702,861 of mainnet meets. Mainnet's own is harder than it was in 2021.
const FLOOR: Network = Network::Testnet3;

/// A block with its merkle root and its work done.
fn mined(parts: &[TxParts]) -> Block {
    let transactions: Vec<_> = parts.iter().map(|parts| parts.build().unwrap()).collect();
    let header = BlockHeader {
        version: 0x2000_0000,
        previous: BlockHash::default(),
        merkle_root: [0; 32],
        time: 1_700_000_000,
        bits: Network::Regtest.easiest_bits(),
        nonce: 0,
    };
    let mut block = Block { header, hash: BlockHash::default(), size: 0, transactions };
    block.header.merkle_root = block.merkle_root();
    while block.header.check(Network::Regtest).is_err() {
        block.header.nonce += 1;
    }
    let mut bytes = Vec::new();
    block.encode(&mut bytes);
    Block::parse(&bytes.into()).unwrap()
}

#[test]
fn a_real_block_is_read_and_believed() {
    let block = Block::parse(&Bytes::from_static(mainnet_702861())).unwrap();
    assert_eq!(block.hash.to_string(), "000000000000000000000c835b2adcaedc20fdf6ee440009c249452c726dafae");
    assert_eq!(block.check(FLOOR), Ok(()));
    assert_eq!(block.coinbase_height(), Some(702_861));
    assert_eq!((block.transactions.len(), block.size), (2_500, 1_381_836));
    let mut bytes = Vec::new();
    block.encode(&mut bytes);
    assert_eq!(bytes, mainnet_702861());
}

#[test]
fn bytes_behind_a_block_are_not_part_of_it() {
    let bytes = [mainnet_702861(), &[0]].concat();
    assert_eq!(Block::parse(&bytes.into()), Err(WireError::TrailingBytes(1)));
}

#[test]
fn a_count_of_transactions_is_not_believed_beyond_the_bytes() {
    let mut bytes = mainnet_702861()[..200].to_vec();
    bytes[80..83].copy_from_slice(&[0xfd, 0xff, 0xff]);
    assert_eq!(Block::parse(&bytes.into()), Err(WireError::Truncated));
}

#[test]
fn work_that_is_missing_or_too_easy_is_noticed() {
    let block = mined(&[coinbase(&[1, 1])]);
    assert_eq!(block.check(Network::Regtest), Ok(()));
    assert_eq!(block.check(Network::Mainnet), Err(BlockError::TooEasy(0x207f_ffff)));

    let real = Block::parse(&Bytes::from_static(mainnet_702861())).unwrap();
    let changed = |change: fn(&mut BlockHeader)| {
        let mut header = real.header;
        change(&mut header);
        header.check(FLOOR)
    };
    assert_eq!(changed(|header| header.nonce ^= 1), Err(BlockError::NoWork));
    assert_eq!(changed(|header| header.bits = 0), Err(BlockError::BadBits(0)));
    assert_eq!(changed(|header| header.bits = 0x1d01_0000), Err(BlockError::TooEasy(0x1d01_0000)));
    assert_eq!(real.header.check(Network::Mainnet), Err(BlockError::TooEasy(0x170e_d0eb)));
}

#[test]
fn other_transactions_than_the_headers_are_noticed() {
    let mut block = mined(&[coinbase(&[1, 1]), spend(1), spend(2)]);
    let repeated = block.transactions[2].clone();
    block.transactions.push(repeated);
    assert_eq!(block.check(Network::Regtest), Err(BlockError::RepeatedTransactions));
    block.transactions.truncate(2);
    assert_eq!(block.check(Network::Regtest), Err(BlockError::MerkleRoot));
}

#[test]
fn the_first_transaction_and_no_other_is_a_coinbase() {
    let check = |parts: &[TxParts]| mined(parts).check(Network::Regtest);
    assert_eq!(check(&[]), Err(BlockError::NoCoinbase));
    assert_eq!(check(&[spend(1)]), Err(BlockError::NoCoinbase));
    assert_eq!(check(&[coinbase(&[1, 1]), coinbase(&[1, 2])]), Err(BlockError::ExtraCoinbase));
    let short = coinbase(&[1]);
    let error = TransactionError::CoinbaseScript(1);
    let txid = short.build().unwrap().txid();
    assert_eq!(check(&[short]), Err(BlockError::Transaction(txid, error)));
}

#[test]
fn a_block_above_the_weight_limit_is_noticed() {
    let mut large = spend(1);
    large.inputs[0].witness = vec![vec![0; 4_000_000]];
    assert!(matches!(
        mined(&[coinbase(&[1, 1]), large]).check(Network::Regtest),
        Err(BlockError::Overweight(_))
    ));
}

#[test]
fn the_coinbase_names_the_height() {
    let height = |script: &[u8]| mined(&[coinbase(script)]).coinbase_height();
    assert_eq!(height(&[0x00, 0x51]), Some(0));
    assert_eq!(height(&[0x51, 0x00]), Some(1));
    assert_eq!(height(&[0x60, 0x00]), Some(16));
    assert_eq!(height(&[1, 17]), Some(17));
    assert_eq!(height(&[2, 0x80, 0x00]), Some(128));
    assert_eq!(height(&[3, 0x8d, 0xb9, 0x0a, 0xff]), Some(702_861));
    for script in [&[1, 0x80][..], &[4, 1, 1], &[5, 0, 0, 0, 0, 1], &[6, 0, 0, 0, 0, 0, 0], &[0x6a, 1]] {
        assert_eq!(height(script), None, "{script:?}");
    }
}
