use super::*;
use crate::chain::Network;
use crate::wire::transaction::{InputParts, OutPoint, OutputParts, TransactionError, TxParts};
use crate::wire::{Command, Message};
use bitcoin_test_data::blocks::mainnet_702861;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;

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

/// A network whose limit block 702,861 of mainnet meets. Mainnet's own is harder than in 2021.
const FLOOR: Network = Network::Testnet3;

/// A block with a valid merkle root and proof of work.
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
    Block::parse(&bytes).unwrap()
}

#[test]
fn a_real_block_is_read_and_believed() {
    let block = Block::parse(mainnet_702861()).unwrap();
    assert_eq!(block.hash.to_string(), "000000000000000000000c835b2adcaedc20fdf6ee440009c249452c726dafae");
    assert_eq!(block.check(FLOOR), Ok(()));
    assert_eq!(block.coinbase_height(), Some(702_861));
    assert_eq!((block.transactions.len(), block.size), (2_500, 1_381_836));
    let mut bytes = Vec::new();
    block.encode(&mut bytes);
    assert_eq!(bytes, mainnet_702861());
}

#[test]
fn bytes_after_a_block_are_not_part_of_it() {
    let bytes = [mainnet_702861(), &[0]].concat();
    assert_eq!(Block::parse(&bytes), Err(WireError::TrailingBytes(1)));
}

#[test]
fn a_count_of_transactions_is_not_believed_beyond_the_bytes() {
    let mut bytes = mainnet_702861()[..200].to_vec();
    bytes[80..83].copy_from_slice(&[0xfd, 0xff, 0xff]);
    assert_eq!(Block::parse(&bytes), Err(WireError::Truncated));
}

#[test]
fn work_that_is_missing_or_too_easy_is_noticed() {
    let block = mined(&[coinbase(&[1, 1])]);
    assert_eq!(block.check(Network::Regtest), Ok(()));
    assert_eq!(block.check(Network::Mainnet), Err(BlockError::TooEasy(0x207f_ffff)));

    let real = Block::parse(mainnet_702861()).unwrap();
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

/// The parts of a block whose second transaction has a witness; `change` is applied to the coinbase after it
/// committed to the witness.
fn with_witness(change: fn(&mut TxParts)) -> Vec<TxParts> {
    let mut segwit = spend(1);
    segwit.inputs[0].witness = vec![vec![7; 64]];
    let mut coinbase = coinbase(&[1, 1]);
    coinbase.inputs[0].witness = vec![vec![9; 32]];
    let others = [segwit.build().unwrap(), spend(2).build().unwrap()];
    let script_pubkey = commitment_script(&others, [9; 32]);
    coinbase.outputs.push(OutputParts { value: 0, script_pubkey });
    change(&mut coinbase);
    vec![coinbase, segwit, spend(2)]
}

#[test]
fn witnesses_are_those_that_the_coinbase_commits_to() {
    let check = |change: fn(&mut TxParts)| mined(&with_witness(change)).check(Network::Regtest);
    assert_eq!(check(|_| {}), Ok(()));
    assert_eq!(check(|coinbase| coinbase.outputs[1].script_pubkey.push(0)), Ok(()), "more may follow");
    let other = |coinbase: &mut TxParts| coinbase.outputs[1].script_pubkey[37] ^= 1;
    assert_eq!(check(other), Err(WitnessError::Commitment.into()));
    assert_eq!(check(|coinbase| coinbase.inputs[0].witness[0][0] ^= 1), Err(WitnessError::Commitment.into()));
    let absent = |coinbase: &mut TxParts| coinbase.outputs.truncate(1);
    assert_eq!(check(absent), Err(WitnessError::Uncommitted.into()));
    let cut = |coinbase: &mut TxParts| coinbase.outputs[1].script_pubkey.truncate(37);
    assert_eq!(check(cut), Err(WitnessError::Uncommitted.into()));
    for reserved in [
        (|coinbase: &mut TxParts| coinbase.inputs[0].witness.clear()) as fn(&mut TxParts),
        |coinbase| coinbase.inputs[0].witness.push(vec![9; 32]),
        |coinbase| coinbase.inputs[0].witness[0].truncate(31),
    ] {
        assert_eq!(check(reserved), Err(WitnessError::ReservedValue.into()));
    }
}

fn add_other_commitment(coinbase: &mut TxParts, place: usize) {
    let mut other = coinbase.outputs[1].clone();
    other.script_pubkey[37] ^= 1;
    coinbase.outputs.insert(place, other);
}

#[test]
fn the_last_of_several_commitments_counts() {
    let check = |change: fn(&mut TxParts)| mined(&with_witness(change)).check(Network::Regtest);
    assert_eq!(check(|coinbase| add_other_commitment(coinbase, 0)), Ok(()));
    let last = check(|coinbase| add_other_commitment(coinbase, 2));
    assert_eq!(last, Err(WitnessError::Commitment.into()));
}

#[test]
fn a_block_without_witnesses_needs_no_commitment() {
    assert_eq!(mined(&[coinbase(&[1, 1]), spend(1)]).check(Network::Regtest), Ok(()));
}

/// The block without witnesses.
fn stripped(block: &Block) -> Block {
    let strip = |tx: &Transaction| {
        let inputs = tx.inputs().map(|input| InputParts {
            prevout: input.prevout,
            script_sig: input.script_sig.to_vec(),
            sequence: input.sequence,
            witness: vec![],
        });
        let outputs = tx
            .outputs()
            .map(|output| OutputParts { value: output.value, script_pubkey: output.script_pubkey.to_vec() });
        let (inputs, outputs) = (inputs.collect(), outputs.collect());
        TxParts { version: tx.version(), inputs, outputs, lock_time: tx.lock_time() }.build().unwrap()
    };
    let mut block = block.clone();
    block.transactions = block.transactions.iter().map(strip).collect();
    block
}

#[test]
fn a_real_block_whose_witnesses_were_stripped_or_changed_is_refused() {
    let block = Block::parse(mainnet_702861()).unwrap();
    let without = stripped(&block);
    assert_eq!(without.merkle_root(), block.merkle_root(), "txids don't cover witnesses");
    assert_eq!(without.check(FLOOR), Err(WitnessError::ReservedValue.into()));
    let mut all_but_coinbase = without.clone();
    all_but_coinbase.transactions[0] = block.transactions[0].clone();
    assert_eq!(all_but_coinbase.check(FLOOR), Err(WitnessError::Commitment.into()));
    for (index, tx) in
        block.transactions.iter().enumerate().skip(1).filter(|(_, tx)| tx.has_witness()).step_by(300)
    {
        let mut changed = block.clone();
        changed.transactions[index] = without.transactions[index].clone();
        assert_ne!(changed.transactions[index].wtxid(), tx.wtxid());
        assert_eq!(changed.check(FLOOR), Err(WitnessError::Commitment.into()));
    }
}

#[test]
fn a_transaction_too_small_for_a_block_is_refused_beside_large_ones_and_before_other_bytes() {
    let tiny = [2, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let header = mined(&[coinbase(&[1, 1])]).header.encode();
    let large = coinbase(&[7; 90]).encode();
    let block = [&header[..], &[2], &large, &tiny].concat();
    assert_eq!(Block::parse(&block), Err(WireError::TransactionTooSmall(10)));
    let answer = [&[9; 32][..], &[1], &tiny, &[0; 60]].concat();
    let compact = [&header[..], &[0; 8], &[0, 1, 0], &tiny, &[0; 60]].concat();
    for (command, payload) in [(Command::BlockTxn, answer), (Command::CmpctBlock, compact)] {
        let read = Message::decode(command, &payload);
        assert_eq!(read, Err(WireError::TransactionTooSmall(10)), "{}", command.name());
    }
}

proptest! {
    #[test]
    fn witnesses_are_judged_as_the_bitcoin_crate_judges_them(
        witnesses in vec(option::of(vec(any::<u8>(), 1..40)), 1..12),
        is_committed in any::<bool>(),
        reserved in prop_oneof![4 => Just(32_usize), 1 => 0..40_usize],
        changed in option::of(any::<Index>()),
    ) {
        let spend = |(number, witness): (u8, &Option<Vec<u8>>)| {
            let mut parts = spend(number);
            parts.inputs[0].witness.extend(witness.clone());
            parts
        };
        let mut others: Vec<_> = (1..).zip(&witnesses).map(spend).collect();
        let built: Vec<_> = others.iter().map(|parts| parts.build().unwrap()).collect();
        let mut first = coinbase(&[1, 1]);
        first.inputs[0].witness = vec![vec![9; reserved]];
        if is_committed {
            let script_pubkey = commitment_script(&built, [9; 32]);
            first.outputs.push(OutputParts { value: 0, script_pubkey });
        }
        if let Some(index) = changed {
            let index = index.index(others.len());
            others[index].inputs[0].witness.push(vec![1]);
        }
        others.insert(0, first);
        let block = mined(&others);
        let mut bytes = Vec::new();
        block.encode(&mut bytes);
        let oracle: bitcoin::Block = bitcoin::consensus::deserialize(&bytes).unwrap();
        prop_assert_eq!(block.check(Network::Regtest).is_ok(), oracle.check_witness_commitment());
    }
}
