//! Headers that break the difficulty rule. The rule itself is tested in `chain`.

use crate::p2p::block_download::header_chain::tests::*;

/// The blocks of a period.
const PERIOD: usize = 2016;

/// How long they should take, in s.
const TWO_WEEKS: u32 = 1_209_600;

const TIME: u32 = 1_700_000_000;

/// Adds headers as a peer sends them: 2,000 at a time.
fn add(chain: &mut HeaderChain, headers: &[Named]) {
    for part in headers.chunks(2_000) {
        chain.add(part).unwrap();
    }
}

/// Asserts that `headers` are rejected because of the last one, and that nothing changes.
fn assert_refused(chain: &mut HeaderChain, headers: &[Named]) {
    let earlier = headers.len() - 1;
    let parent = chain.nodes[&headers[0].1.previous].height;
    let height = parent + u32::try_from(headers.len()).unwrap();
    let (tip, count) = (chain.tip(), chain.nodes.len());
    let wrong = HeadersError::Invalid(BlockFault::WrongDifficulty { bits: headers[earlier].1.bits, height });
    assert_eq!(chain.add(headers), Err(wrong));
    assert_eq!((chain.tip(), chain.nodes.len()), (tip, count));
}

#[test]
fn in_the_middle_of_a_period_the_difficulty_stays() {
    let mut chain = chain_before_a_period(1_000);
    let honest = branch(chain.start.hash, 10, BITS, 0);
    chain.add(&honest).unwrap();
    for bits in [QUARTER, FOURFOLD] {
        assert_refused(&mut chain, &branch(last(&honest), 1, bits, 1));
        let mut late = branch(last(&honest), 5, BITS, 1);
        late.extend(branch(last(&late), 1, bits, 1));
        assert_refused(&mut chain, &late);
        assert_refused(&mut chain, &branch(honest[4].0, 1, bits, 1));
    }
    chain.add(&branch(last(&honest), 5, BITS, 1)).unwrap();
}

#[test]
fn on_regtest_a_branch_gets_no_heavier_than_it_is_long() {
    let mut chain = chain();
    assert_refused(&mut chain, &branch(start().hash, 1, FOURFOLD, 0));
    let honest = branch(start().hash, PERIOD + 5, EASY, 0);
    add(&mut chain, &honest);
    for fork in [0, PERIOD - 2, PERIOD + 4] {
        assert_refused(&mut chain, &branch(honest[fork].0, 1, 0x201f_ffff, 1));
    }
}

#[test]
fn a_first_period_with_only_a_known_end_bounds_the_next() {
    let mut chain = chain_before_a_period(3);
    let end = branch(chain.start.hash, 2, BITS, 0);
    chain.add(&end).unwrap();
    for bits in [QUARTER + 1, FOURFOLD - 1] {
        assert_refused(&mut chain, &branch(last(&end), 1, bits, 0));
    }
    for bits in [QUARTER, BITS, FOURFOLD] {
        chain.add(&branch(last(&end), 1, bits, 0)).unwrap();
    }
}

#[test]
fn each_branch_takes_its_next_difficulty_from_its_own_period() {
    let mut chain = chain_before_a_period(2);
    let end = branch(chain.start.hash, 1, BITS, 0);
    chain.add(&end).unwrap();
    // All at once, so the next period is four times as hard.
    let quick = branch_at(TIME, last(&end), PERIOD, BITS, 0);
    add(&mut chain, &quick);
    // In time. It forks from before the period, so the first block is another one.
    let mut steady = branch_at(TIME - 1_000, last(&end), 1, BITS, 1);
    steady.extend(branch_at(TIME - 1_000 + TWO_WEEKS, last(&steady), PERIOD - 1, BITS, 1));
    add(&mut chain, &steady);
    assert_eq!(tip(&chain).1, last(&quick), "the other is a side branch");

    assert_refused(&mut chain, &branch(last(&quick), 1, BITS, 0));
    assert_refused(&mut chain, &branch(last(&steady), 1, FOURFOLD, 1));
    // Together with the end of the period in one message.
    let mut message = branch_at(TIME - 1_000 + TWO_WEEKS, steady[1_000].0, PERIOD - 1_001, BITS, 2);
    message.extend(branch(last(&message), 1, FOURFOLD, 2));
    assert_refused(&mut chain, &message);

    let next = branch(last(&steady), 2, BITS, 1);
    assert!(chain.add(&next).unwrap().is_some(), "the side branch grows and wins");
    assert_eq!(tip(&chain).1, last(&next));
    let next = branch(last(&quick), 1, FOURFOLD, 0);
    assert!(chain.add(&next).unwrap().is_some(), "one block is worth four now");
}
