//! Core's examples, the `bitcoin` crate as a second opinion, and the differences between networks.

use crate::chain::difficulty::*;
use bitcoin::params::Params;
use bitcoin::{CompactTarget, Network as Theirs};
use proptest::prelude::*;

const MAINNET_LIMIT: u32 = 0x1d00_ffff;
const SIGNET_LIMIT: u32 = 0x1e03_77ae;
const BITS: u32 = 0x1703_4219;
const EASIER: u32 = 0x1704_0000;

/// The last height of an arbitrary period.
const LAST: u32 = 100 * PERIOD - 1;

/// Headers below `height`, newest first, ten minutes apart.
fn before(height: u32, bits: &[u32]) -> Vec<PowHeader> {
    let header = |(height, &bits)| PowHeader { height, time: 600 * height, bits };
    (0..height).rev().zip(bits).map(header).collect()
}

/// Returns whether a block on time at `height` may have `bits` after `earlier`, newest first.
fn follows(network: Network, height: u32, bits: u32, earlier: &[u32]) -> bool {
    let block = PowHeader { height, time: 600 * height, bits };
    has_valid_bits(network, block, before(height, earlier).into_iter())
}

/// Like [`follows`], for a block 20 minutes and one second younger than its parent.
fn follows_late(network: Network, height: u32, bits: u32, earlier: &[u32]) -> bool {
    let block = PowHeader { height, time: 600 * (height - 1) + 1_201, bits };
    has_valid_bits(network, block, before(height, earlier).into_iter())
}

/// Core: `pow_tests.cpp`, `get_next_work` and those after it.
#[test]
fn mainnet_changed_its_difficulty_as_it_did() {
    for (first, last, bits, expected) in [
        (1_261_130_161, 1_262_152_739, 0x1d00_ffff, 0x1d00_d86a),
        (1_231_006_505, 1_233_061_996, 0x1d00_ffff, 0x1d00_ffff),
        (1_279_008_237, 1_279_297_671, 0x1c05_a3f4, 0x1c01_68fd),
        (1_263_163_443, 1_269_211_443, 0x1c38_7f6f, 0x1d00_e1fd),
    ] {
        assert_eq!(retarget(bits, last - first, MAINNET_LIMIT), expected, "{bits:08x}");
        let [first, last] =
            [(LAST + 1 - PERIOD, first), (LAST, last)].map(|(height, time)| PowHeader { height, time, bits });
        for bits in [expected - 1, expected, expected + 1] {
            let block = PowHeader { height: LAST + 1, time: last.time, bits };
            let is_right = has_valid_bits(Network::Mainnet, block, [last, first].into_iter());
            assert_eq!(is_right, bits == expected, "{bits:08x}");
        }
    }
}

proptest! {
    #[test]
    fn a_new_target_matches_another_implementation(
        size in 1..=0x1e_u32, mantissa in 1..=0x007f_ffff_u32, timespan in 0..=2 * 4 * TIMESPAN,
    ) {
        let bits = size << 24 | mantissa;
        for (network, limit) in [(Theirs::Bitcoin, MAINNET_LIMIT), (Theirs::Signet, SIGNET_LIMIT)] {
            if Target::from_bits(bits).is_none_or(|target| Some(target) > Target::from_bits(limit)) {
                continue;
            }
            let old = CompactTarget::from_consensus(bits);
            let new = CompactTarget::from_next_work_required(old, timespan.into(), Params::new(network));
            let ours = retarget(bits, timespan, limit);
            prop_assert_eq!(ours, new.to_consensus(), "{:08x}", bits);
            prop_assert!(is_within_reach(ours, bits, limit), "{:08x} after {:08x}", ours, bits);
        }
    }
}

#[test]
fn the_easiest_target_of_all_does_not_overflow() {
    let limit = Network::Simnet.limit_bits();
    assert_eq!(retarget(limit, TIMESPAN, limit), limit);
    assert_eq!(retarget(limit, u32::MAX, limit), limit);
    assert_eq!(retarget(limit, 0, limit), 0x201f_ffff);
}

#[test]
fn within_a_period_nothing_changes() {
    for network in [Network::Mainnet, Network::Signet] {
        assert!(follows(network, LAST, BITS, &[BITS, EASIER]));
        assert!(!follows(network, LAST, EASIER, &[BITS, EASIER]));
        assert!(!follows(network, LAST, BITS - 1, &[BITS]), "harder is wrong, too");
        assert!(!follows_late(network, LAST, network.limit_bits(), &[BITS]));
        assert!(follows(network, LAST, EASIER, &[]), "its ancestors are unknown");
    }
}

#[test]
fn a_new_period_depends_on_the_time_of_the_last_one() {
    // From the first to the last block there are only 2015 intervals.
    let right = retarget(BITS, 2015 * 600, MAINNET_LIMIT);
    assert!(right < BITS);
    let period = [BITS; 2016];
    assert!(follows(Network::Mainnet, LAST + 1, right, &period));
    assert!(!follows(Network::Mainnet, LAST + 1, BITS, &period));
    assert!(follows(Network::Mainnet, LAST + 1, right, &[BITS; 3000]), "older blocks do not count");
}

#[test]
fn without_the_first_block_of_the_period_a_factor_of_four_remains() {
    let [hardest, easiest] = [0x1700_d086, 0x170d_0864];
    for (bits, expected) in
        [(hardest - 1, false), (hardest, true), (BITS, true), (easiest, true), (easiest + 1, false)]
    {
        assert_eq!(follows(Network::Mainnet, LAST + 1, bits, &[BITS; 2015]), expected, "{bits:08x}");
    }
    assert!(follows(Network::Mainnet, LAST + 1, 1, &[]), "its ancestors are unknown");
}

#[test]
fn clocks_that_run_backwards_make_the_quickest_period() {
    let [first, last] = [(LAST + 1 - PERIOD, 2_000), (LAST, 1_000)].map(|(height, time)| PowHeader {
        height,
        time,
        bits: BITS,
    });
    let block = PowHeader { height: LAST + 1, time: 1_000, bits: retarget(BITS, 0, MAINNET_LIMIT) };
    assert!(has_valid_bits(Network::Mainnet, block, [last, first].into_iter()));
}

#[test]
fn regtest_never_changes() {
    let limit = Network::Regtest.limit_bits();
    for height in [1, LAST, LAST + 1] {
        for earlier in [&[limit; 2016][..], &[]] {
            assert!(follows(Network::Regtest, height, limit, earlier));
            assert!(!follows(Network::Regtest, height, 0x1f7f_ffff, earlier));
        }
    }
}

#[test]
fn late_blocks_of_test_networks_are_easy_and_those_after_them_are_not() {
    for network in [Network::Testnet3, Network::Testnet4, Network::Simnet] {
        let easy = network.limit_bits();
        assert!(follows_late(network, LAST, easy, &[BITS]));
        assert!(!follows_late(network, LAST, BITS, &[BITS]), "a late block must be easy");
        assert!(!follows(network, LAST, easy, &[BITS]));
        assert!(follows(network, LAST, BITS, &[easy, easy, BITS, EASIER]));
        assert!(!follows(network, LAST, easy, &[easy, easy, BITS]));
        assert!(follows(network, LAST, EASIER, &[easy, easy]), "its ancestors are unknown");
        let first = LAST + 1 - PERIOD;
        assert!(follows(network, first + 2, easy, &[easy, easy, BITS]), "the whole period is easy");
        assert!(!follows(network, first + 2, BITS, &[easy, easy, BITS]));
    }
}

#[test]
fn after_a_late_block_only_testnet4_remembers_the_difficulty() {
    let easy = Network::Testnet4.limit_bits();
    let mut period = [BITS; 2016];
    period[0] = easy;
    let [from_first, from_last] = [BITS, easy].map(|bits| retarget(bits, 2015 * 600, easy));
    assert!(follows(Network::Testnet4, LAST + 1, from_first, &period));
    assert!(!follows(Network::Testnet4, LAST + 1, from_last, &period));
    assert!(!follows_late(Network::Testnet4, LAST + 1, easy, &period), "a period starts with its own");
    assert!(follows(Network::Testnet3, LAST + 1, from_last, &period));
    assert!(!follows(Network::Testnet3, LAST + 1, from_first, &period));
    // The first block of the period is unknown.
    assert!(follows(Network::Testnet4, LAST + 1, from_first, &period[..9]));
    assert!(!follows(Network::Testnet4, LAST + 1, from_last, &period[..9]));
    assert!(follows(Network::Testnet4, LAST + 1, from_last, &period[..1]), "its ancestors are unknown");
}
