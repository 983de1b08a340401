use super::*;
use crate::chain::limits::MAX_MONEY;

fn input(byte: u8) -> InputParts {
    InputParts {
        prevout: OutPoint { txid: Txid([byte; 32]), vout: 7 },
        script_sig: vec![byte; 3],
        sequence: 0xffff_ffff,
        witness: Vec::new(),
    }
}

fn legacy() -> TxParts {
    let outputs = vec![OutputParts { value: 1_000, script_pubkey: vec![0x51] }];
    TxParts { version: 2, inputs: vec![input(1), input(2)], outputs, lock_time: 99 }
}

fn segwit() -> TxParts {
    let mut parts = legacy();
    parts.inputs[1].witness = vec![vec![], vec![9; 300]];
    parts
}

#[test]
fn inputs_outputs_and_witnesses_are_read_from_the_bytes() {
    let tx = segwit().build().unwrap();
    assert_eq!((tx.version(), tx.lock_time()), (2, 99));
    assert_eq!((tx.input_count(), tx.output_count(), tx.output_value()), (2, 1, 1_000));
    let inputs: Vec<_> = tx.inputs().collect();
    assert_eq!(inputs[1].prevout, OutPoint { txid: Txid([2; 32]), vout: 7 });
    assert_eq!(inputs[1].script_sig, [2; 3]);
    assert_eq!(inputs[0].witness.len(), 0);
    assert_eq!(inputs[1].witness.clone().collect::<Vec<_>>(), [&[][..], &[9; 300]]);
    assert_eq!(tx.outputs().collect::<Vec<_>>(), [Output { value: 1_000, script_pubkey: &[0x51] }]);
}

#[test]
fn the_txid_leaves_the_witness_out() {
    let (plain, witness) = (legacy().build().unwrap(), segwit().build().unwrap());
    assert_eq!(plain.txid(), witness.txid());
    assert_eq!(plain.txid().0, plain.wtxid().0);
    assert_ne!(witness.txid().0, witness.wtxid().0);
    assert_eq!(plain.weight() as usize, 4 * plain.raw().len());
    assert_eq!(witness.weight() as usize, 3 * plain.raw().len() + witness.raw().len());
    assert_eq!(witness.vsize(), witness.weight().div_ceil(4));
}

#[test]
fn a_transaction_without_inputs_and_outputs_is_read() {
    let tx = Transaction::parse([1, 0, 0, 0, 0, 0, 5, 0, 0, 0]).unwrap();
    assert_eq!((tx.inputs().count(), tx.outputs().count(), tx.lock_time()), (0, 0, 5));
    assert_eq!((tx.weight(), tx.has_witness()), (40, false));
    assert_eq!(tx.check(), Err(TransactionError::NoInputs));
}

#[test]
fn the_witness_format_needs_a_witness_and_no_unknown_flags() {
    let mut bytes = segwit().encode();
    bytes[5] = 2;
    assert_eq!(Transaction::parse(bytes), Err(WireError::UnknownFlags(2)));

    let mut empty = legacy().encode();
    empty.splice(4..4, [0, 1]);
    let lock_time = empty.len() - 4;
    empty.splice(lock_time..lock_time, [0, 0]);
    assert_eq!(Transaction::parse(empty), Err(WireError::SuperfluousWitness));
}

#[test]
fn bytes_after_the_end_are_not_part_of_a_transaction() {
    let mut bytes = segwit().encode();
    bytes.push(0);
    assert_eq!(Transaction::parse(bytes), Err(WireError::TrailingBytes(1)));
}

#[test]
fn each_broken_rule_has_its_own_error() {
    let check = |change: &dyn Fn(&mut TxParts)| {
        let mut parts = segwit();
        change(&mut parts);
        parts.build().unwrap().check()
    };
    assert_eq!(check(&|_| ()), Ok(()));
    assert_eq!(check(&|tx| tx.outputs.clear()), Err(TransactionError::NoOutputs));
    assert_eq!(check(&|tx| tx.outputs[0].value = MAX_MONEY), Ok(()));
    let too_large = TransactionError::OutputTooLarge(MAX_MONEY + 1);
    assert_eq!(check(&|tx| tx.outputs[0].value = MAX_MONEY + 1), Err(too_large));
    let two =
        |tx: &mut TxParts| tx.outputs = vec![OutputParts { value: MAX_MONEY, script_pubkey: vec![] }; 2];
    assert_eq!(check(&two), Err(TransactionError::TotalTooLarge));
    let twice = TransactionError::DuplicateInput(input(1).prevout);
    assert_eq!(check(&|tx| tx.inputs[1].prevout = input(1).prevout), Err(twice));
    assert_eq!(check(&|tx| tx.inputs[1].prevout = OutPoint::NULL), Err(TransactionError::NullPrevout));
    let oversize = TransactionError::Oversize(legacy().encode().len() - 2 + 5 + 1_000_000);
    assert_eq!(check(&|tx| tx.outputs[0].script_pubkey = vec![0; 1_000_000]), Err(oversize));
    assert_eq!(check(&|tx| tx.inputs[1].witness[1] = vec![0; 1_000_000]), Ok(()));
}

#[test]
fn a_coinbase_belongs_in_a_block() {
    let coinbase = |script: usize| {
        let mut parts = legacy();
        parts.inputs.truncate(1);
        parts.inputs[0].prevout = OutPoint::NULL;
        parts.inputs[0].script_sig = vec![0; script];
        parts.build().unwrap()
    };
    assert_eq!(coinbase(2).check(), Ok(()));
    assert_eq!(coinbase(100).check(), Ok(()));
    assert_eq!(coinbase(1).check(), Err(TransactionError::CoinbaseScript(1)));
    assert_eq!(coinbase(101).check(), Err(TransactionError::CoinbaseScript(101)));
    assert_eq!(coinbase(2).check_loose(), Err(TransactionError::LooseCoinbase));
    assert_eq!(legacy().build().unwrap().check_loose(), Ok(()));
    assert!(!legacy().build().unwrap().is_coinbase());
}

#[test]
fn any_low_sequence_number_signals_replacement() {
    let with = |sequence| {
        let mut parts = legacy();
        parts.inputs[1].sequence = sequence;
        parts.build().unwrap().signals_replacement()
    };
    assert!(with(0xffff_fffd));
    assert!(!with(0xffff_fffe));
}

#[test]
fn a_transaction_of_a_block_ends_where_the_next_one_begins() {
    let block = [vec![0; 10], segwit().encode(), vec![0; 10]].concat();
    let mut reader = Reader::new(&block[10..]);
    let tx = Transaction::parse_next(&mut reader).unwrap();
    assert_eq!(reader.remaining(), 10);
    assert_eq!(tx, segwit().build().unwrap());
}
