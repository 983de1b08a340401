//! Files of Bitcoin Core, whole, obfuscated, cut off, damaged and hostile.

use super::*;
use crate::wire::transaction::{InputParts, OutputParts, TxParts};
use crate::wire::{OutPoint, Txid};
use proptest::prelude::*;

/// Two files that once broke Bitcoin Core.
const HOSTILE: [&str; 2] = [
    "01000000000000003f2d3f3f21f8000000000000000000000000000000006d697464657363656e64616e00000001000000ec000000003d\
     6a6c000000000000000000ec9bf601000000000000000000ec9b0001000000000001fffffef900000001000000ec0000000000ec9b00\
     000100000000010100010000000001000000ec000000003d6a6a000000000000000020ec9b000000fa00",
    "0100000000000000002e000000005d2d000d020000000000000000000000200000000000000000000080fc0000002d",
];

fn tx(number: u8) -> Transaction {
    let prevout = OutPoint { txid: Txid([number; 32]), vout: 0 };
    let input = InputParts { prevout, script_sig: vec![], sequence: 0, witness: vec![vec![number; 9]] };
    let output = OutputParts { value: 1, script_pubkey: vec![0x51] };
    TxParts { version: 2, inputs: vec![input], outputs: vec![output], lock_time: 0 }.build().unwrap()
}

fn file(numbers: std::ops::Range<u8>) -> Vec<u8> {
    let mut content = start(numbers.len() as u64);
    numbers.for_each(|number| content.extend(entry(tx(number).raw(), 1_700_000_000 + u64::from(number))));
    content.extend(END);
    content
}

/// The same content as version 2.
fn obfuscated(plain: &[u8], key: [u8; 8]) -> Vec<u8> {
    let mut content = [&OBFUSCATED.to_le_bytes()[..], &[8], &key].concat();
    for byte in &plain[8..] {
        content.push(byte ^ key[content.len() % 8]);
    }
    content
}

fn read(content: Vec<u8>) -> (Vec<(Txid, i64)>, Option<MempoolDatError>) {
    let mut found = Vec::new();
    let mut dat = match MempoolDat::new(content) {
        Ok(dat) => dat,
        Err(error) => return (found, Some(error)),
    };
    loop {
        match dat.next() {
            Ok(Some((tx, time))) => found.push((tx.txid(), time)),
            Ok(None) => return (found, None),
            Err(error) => return (found, Some(error)),
        }
    }
}

#[test]
fn both_versions_are_read() {
    let expected: Vec<_> =
        (0..5).map(|number| (tx(number).txid(), 1_700_000_000 + i64::from(number))).collect();
    assert_eq!(read(file(0..5)), (expected.clone(), None));
    assert_eq!(read(obfuscated(&file(0..5), [1, 2, 3, 4, 5, 6, 7, 250])), (expected, None));
    assert_eq!(read(file(0..0)), (vec![], None));
}

#[test]
fn what_is_something_else_is_refused_for_a_reason() {
    assert_eq!(read(b"{\"a\": 1, \"b\": 2}".to_vec()).1, Some(MempoolDatError::Foreign));
    assert_eq!(read(vec![]).1, Some(MempoolDatError::Foreign));
    assert_eq!(read(vec![3, 0, 0, 0, 0, 0, 0, 0, 9]).1, Some(MempoolDatError::Version(3)));
    let mut short_key = obfuscated(&file(0..1), [9; 8]);
    short_key[8] = 7;
    assert_eq!(read(short_key).1, Some(MempoolDatError::Foreign));
}

#[test]
fn the_error_for_a_truncated_file_says_where() {
    let (whole, one) = (file(0..3), entry(tx(0).raw(), 0).len());
    for length in 8..whole.len() - 2 {
        let complete = length.saturating_sub(16) / one;
        let (found, error) = read(whole[..length].to_vec());
        assert_eq!(found.len(), complete);
        let count = if length < 16 { 0 } else { 3 };
        let expected = MempoolDatError::Truncated { complete: complete as u64, count };
        assert_eq!(error, Some(expected), "of {length} bytes");
    }
}

#[test]
fn a_count_beyond_all_bytes_allocates_nothing() {
    let content = [1_u64, u64::MAX].map(u64::to_le_bytes).concat();
    assert_eq!(read(content).1, Some(MempoolDatError::Truncated { complete: 0, count: u64::MAX }));
}

#[test]
fn hostile_files_are_refused() {
    for sample in HOSTILE {
        let digits: Vec<u8> = sample.bytes().filter(u8::is_ascii_hexdigit).collect();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        let (_, error) = read(digits.chunks(2).map(byte).collect());
        assert!(error.is_some());
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, version in 1_u64..3) {
        read(bytes.clone());
        read([&version.to_le_bytes()[..], &bytes].concat());
    }

    #[test]
    fn no_damage_makes_it_panic(at: prop::sample::Index, flip in 1_u8.., key: [u8; 8]) {
        let mut content = obfuscated(&file(0..3), key);
        let at = at.index(content.len());
        content[at] ^= flip;
        read(content);
    }
}

#[test]
fn fuzz_mempool_dat() {
    crate::util::fuzz::target("mempool_dat", |content| {
        let Ok(mut file) = MempoolDat::new(content.to_vec()) else { return };
        let mut size = 0;
        while let Ok(Some((tx, _))) = file.next() {
            size += tx.raw().len() + 16;
            assert!(size <= content.len());
        }
    });
}
