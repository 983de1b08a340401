//! The history of mainnet and signet: every header is valid, and invalid with any single bit of its `nBits`
//! changed.

use super::{PERIOD, PowHeader, has_valid_bits};
use crate::chain::Network;
use std::path::Path;

/// The periods of mainnet up to 832,607, one a line: the times of their first and last blocks, and their `nBits`. The
/// last line is the beginning of the one after them.
const RETARGETS: &str = include_str!("../../../tests/data/mainnet-retargets.txt");

/// Asserts that `header` is valid, and invalid with any single bit of its `nBits` changed.
fn assert_exact<'a>(
    network: Network,
    header: PowHeader,
    ancestors: &(impl Iterator<Item = &'a PowHeader> + Clone),
) {
    let is_valid = |bits| has_valid_bits(network, PowHeader { bits, ..header }, ancestors.clone().copied());
    assert!(is_valid(header.bits), "{network}, {header:?}");
    for bit in 0..u32::BITS {
        assert!(!is_valid(header.bits ^ 1 << bit), "{network}, {header:?} without bit {bit}");
    }
}

#[test]
fn mainnet_changed_its_difficulty_413_times_by_this_rule_and_by_no_other_bits() {
    let period = |line: &str| {
        let mut words = line.split(' ');
        let mut word = || words.next().expect("a line has three words");
        let (first, last, bits) = (word().parse().unwrap(), word().parse().ok(), word());
        (first, last, u32::from_str_radix(bits, 16).unwrap())
    };
    let periods: Vec<(u32, Option<u32>, u32)> = RETARGETS.lines().map(period).collect();
    for (number, pair) in (1..).zip(periods.windows(2)) {
        let [(first, last, bits), (time, _, next_bits)] = pair else { unreachable!("they are pairs") };
        let height = number * PERIOD;
        let last = PowHeader { height: height - 1, time: last.expect("it has an end"), bits: *bits };
        let first = PowHeader { height: height - PERIOD, time: *first, bits: *bits };
        let header = PowHeader { height, time: *time, bits: *next_bits };
        assert_exact(Network::Mainnet, header, &[last, first].iter());
    }
    assert_eq!(periods.len(), 414);
}

/// The headers in a file of the folder that `MEMPULSE_CHAIN_DATA` names, from `height` on.
fn headers(name: &str, height: u32) -> Vec<PowHeader> {
    let folder = std::env::var("MEMPULSE_CHAIN_DATA")
        .expect("MEMPULSE_CHAIN_DATA must name the folder of the headers");
    let path = Path::new(&folder).join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let field = |header: &[u8], at: usize| u32::from_le_bytes(header[at..at + 4].try_into().unwrap());
    let header = |(header, height): (&[u8], u32)| PowHeader {
        height,
        time: field(header, 68),
        bits: field(header, 72),
    };
    bytes.chunks_exact(80).zip(height..).map(header).collect()
}

#[test]
#[ignore = "needs headers that are not part of the project"]
fn chain_data_of_mainnet_and_signet_fits_the_rule_and_no_other_bits_do() {
    for (network, name, first, count) in [
        (Network::Mainnet, "mainnet-headers-822528-830592.bin", 822_528, 8_065),
        (Network::Signet, "signet-headers.bin", 0, 2_016),
    ] {
        let headers = headers(name, first);
        assert_eq!(headers.len(), count);
        for (index, header) in headers.iter().enumerate().skip(1) {
            assert_exact(network, *header, &headers[..index].iter().rev());
        }
        println!("{count} headers of {network}, with {} changed bits refused", (count - 1) * 32);
    }
}
