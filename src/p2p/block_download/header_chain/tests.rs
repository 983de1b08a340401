//! Growth, forks and floods, with headers whose proof of work was never done.

mod difficulty;
mod real;

use crate::chain::Network;
use crate::p2p::block_download::header_chain::*;

type Named = (BlockHash, BlockHeader);

const EASY: u32 = 0x207f_ffff;
/// The difficulty of mainnet at block 840,000.
const BITS: u32 = 0x1703_4219;
/// A quarter of that, and four times as much: as far as it may move from one period to the next.
const QUARTER: u32 = 0x170d_0864;
const FOURFOLD: u32 = 0x1700_d086;

fn start() -> StartingPoint {
    StartingPoint::of(Network::Regtest)
}

fn chain() -> HeaderChain {
    HeaderChain::new(Network::Regtest, start())
}

/// A mainnet chain that begins `blocks` before a new period.
fn chain_before_a_period(blocks: u32) -> HeaderChain {
    let start = StartingPoint { height: 500 * 2016 - blocks, ..StartingPoint::of(Network::Mainnet) };
    HeaderChain::new(Network::Mainnet, start)
}

/// `count` headers after `previous`; another `salt` gives other headers.
fn branch(previous: BlockHash, count: usize, bits: u32, salt: u32) -> Vec<Named> {
    branch_at(1_700_000_000, previous, count, bits, salt)
}

/// Like [`branch`], all with the same time.
fn branch_at(time: u32, mut previous: BlockHash, count: usize, bits: u32, salt: u32) -> Vec<Named> {
    let next = |_| {
        let header = BlockHeader { version: 1, previous, merkle_root: [0; 32], time, bits, nonce: salt };
        previous = header.hash();
        (previous, header)
    };
    (0..count).map(next).collect()
}

fn last(headers: &[Named]) -> BlockHash {
    headers.last().unwrap().0
}

fn tip(chain: &HeaderChain) -> (u32, BlockHash) {
    let tip = chain.tip().unwrap();
    (tip.height, tip.hash)
}

fn heights(new: &NewTip) -> Vec<(u32, BlockHash)> {
    new.connected.iter().map(|block| (block.height, block.hash)).collect()
}

#[test]
fn a_chain_grows_from_the_starting_point() {
    let mut chain = chain();
    assert_eq!(tip(&chain), (0, start().hash));
    let headers = branch(start().hash, 3, EASY, 0);
    let new = chain.add(&headers).unwrap().unwrap();
    assert_eq!(heights(&new), [(1, headers[0].0), (2, headers[1].0), (3, headers[2].0)]);
    assert_eq!(new.disconnected, []);
    assert_eq!(tip(&chain), (3, last(&headers)));
    assert_eq!(chain.add(&headers), Ok(None), "nothing new");
    assert_eq!(chain.add(&[]), Ok(None));
}

#[test]
fn a_public_chain_has_no_tip_before_its_first_header() {
    let start = StartingPoint::of(Network::Mainnet);
    let mut chain = HeaderChain::new(Network::Mainnet, start);
    assert_eq!(chain.tip(), None);
    chain.add(&branch(start.hash, 1, EASY, 0)).unwrap();
    assert_eq!(chain.tip().unwrap().height, start.height + 1);
}

#[test]
fn headers_that_do_not_connect_change_nothing() {
    let mut chain = chain();
    let elsewhere = branch(BlockHash([7; 32]), 2, EASY, 0);
    assert_eq!(chain.add(&elsewhere), Err(HeadersError::Unconnecting));
    let mut broken = branch(start().hash, 3, EASY, 0);
    broken.remove(1);
    assert_eq!(chain.add(&broken), Err(HeadersError::Invalid(BlockFault::BrokenChain)));
    assert_eq!(tip(&chain), (0, start().hash));
    assert_eq!(chain.nodes.len(), 1);
}

#[test]
fn the_most_work_wins_not_the_most_headers() {
    let mut chain = chain_before_a_period(3);
    let start = chain.start;
    let at = |blocks| start.height + blocks;
    let mut long = branch(start.hash, 2, BITS, 0);
    long.extend(branch(last(&long), 7, QUARTER, 0));
    chain.add(&long).unwrap();
    let heavy = branch(long[1].0, 2, BITS, 1);
    let new = chain.add(&heavy).unwrap().unwrap();
    assert_eq!(heights(&new), [(at(3), heavy[0].0), (at(4), heavy[1].0)]);
    let left: Vec<_> = (at(3)..).zip(&long[2..]).map(|(height, (hash, _))| (height, *hash)).collect();
    assert!(new.disconnected.iter().rev().eq(&left), "newest first");
    let newest: Vec<_> = chain.newest().collect();
    assert_eq!(newest[..2], [(at(4), heavy[1].0), (at(3), heavy[0].0)]);
    assert_eq!(newest[4], (start.height, start.hash));
    assert_eq!(tip(&chain), (at(4), last(&heavy)));
    assert!(chain.is_active(long[1].0));
    assert!(chain.nodes.contains_key(&long[2].0) && !chain.is_active(long[2].0));
}

#[test]
fn the_first_of_equal_branches_stays_until_the_other_grows() {
    let mut chain = chain();
    let first = branch(start().hash, 2, EASY, 0);
    let second = branch(start().hash, 3, EASY, 1);
    chain.add(&first).unwrap();
    assert_eq!(chain.add(&second[..2]), Ok(None));
    assert_eq!(tip(&chain).1, last(&first));
    let new = chain.add(&second[2..]).unwrap().unwrap();
    assert_eq!(new.connected.len(), 3, "the whole branch is connected");
    assert_eq!(tip(&chain), (3, last(&second)));
}

#[test]
fn the_locator_goes_back_ever_faster_and_ends_at_the_start() {
    let mut chain = chain();
    assert_eq!(chain.locator(), [start().hash]);
    let headers = branch(start().hash, 5_000, EASY, 0);
    for part in headers.chunks(2_000) {
        chain.add(part).unwrap();
    }
    let locator = chain.locator();
    assert!(locator.len() < 30);
    assert_eq!(locator[0], last(&headers));
    assert_eq!(locator[9], headers[4_990].0);
    assert_eq!(locator[10], headers[4_988].0);
    assert_eq!(locator.last(), Some(&start().hash));
}

#[test]
fn a_long_chain_forgets_its_beginning() {
    let mut chain = chain();
    let headers = branch(start().hash, MAX_ACTIVE + 2_500, EASY, 0);
    for part in headers.chunks(2_000) {
        chain.add(part).unwrap();
    }
    assert_eq!(chain.nodes.len(), MAX_ACTIVE);
    assert_eq!(tip(&chain), (22_500, last(&headers)));
    assert!(!chain.is_active(headers[2_400].0));
    assert!(chain.is_active(headers[2_500].0));
    let next = branch(last(&headers), 1, EASY, 0);
    assert_eq!(heights(&chain.add(&next).unwrap().unwrap()), [(22_501, next[0].0)]);
}

#[test]
fn a_flood_of_side_branches_stays_bounded_and_a_better_branch_still_wins() {
    let mut chain = chain();
    let honest = branch(start().hash, 2_000, EASY, 0);
    chain.add(&honest).unwrap();
    for salt in 1..15 {
        assert_eq!(chain.add(&branch(start().hash, 1_900, EASY, salt)), Ok(None));
        assert!(chain.nodes.len() <= 2_001 + MAX_SIDE);
    }
    assert_eq!(tip(&chain).1, last(&honest));
    let better = branch(honest[1_990].0, 11, EASY, 99);
    assert!(chain.add(&better).unwrap().is_some());
    assert_eq!(tip(&chain).1, last(&better));
}
