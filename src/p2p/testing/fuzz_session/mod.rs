//! Whole sessions as a fuzz target: a script of arbitrary peer behaviour, on its own clock.
//!
//! Each step of a script is a byte for the action and a byte for the peer, followed by numbers of
//! transactions and blocks. Transactions and blocks come from a small world, so that scripts reach the states
//! that honest peers reach.

mod script;
mod world;

use crate::p2p::block_download::tests::scene::{genesis, mine};
use crate::p2p::tx_download::tests::scene::{START, tx};
use crate::util::fuzz;
use crate::wire::{Block, BlockHash, Transaction};
use script::Script;
use std::sync::LazyLock;
use std::time::Duration;
use world::World;

/// The length of the chain before its fork, and of each of its branches.
const TRUNK: u16 = 6;

/// The most steps of a script: more would add nothing but time.
const MAX_STEPS: usize = 400;

/// The most memory that any script may make us use, in the unit of
/// [`footprint`](crate::util::footprint::footprint).
const MEMORY: usize = 8_000_000;

/// The transactions of the world.
static TXS: LazyLock<Vec<Transaction>> = LazyLock::new(|| (0..64).map(|n| (*tx(n)).clone()).collect());

/// The blocks of the world: a trunk and two branches, the second one longer, with transactions from [`TXS`].
static BLOCKS: LazyLock<Vec<Block>> = LazyLock::new(|| {
    let mut blocks: Vec<Block> = Vec::new();
    let mut grow = |mut previous: BlockHash, from: u16, count: u16, salt: u64| {
        for height in from..from + count {
            let first = usize::from(height) * 4 % TXS.len();
            let time = START + Duration::from_secs(salt);
            let block = mine(time, previous, height, TXS[first..first + 4].to_vec());
            previous = block.hash;
            blocks.push(block);
        }
        previous
    };
    let fork = grow(genesis(), 1, TRUNK, 0);
    grow(fork, TRUNK + 1, 2, 1);
    grow(fork, TRUNK + 1, 4, 2);
    blocks
});

#[test]
fn fuzz_session() {
    fuzz::target("session", |input| {
        let mut script = Script::new(input);
        let mut world = World::new(&mut script);
        for _ in 0..MAX_STEPS {
            if script.is_empty() {
                break;
            }
            world.step(&mut script);
        }
        world.assert_bounded(MEMORY);
        // Whatever happened, time goes on.
        world.wait(Duration::from_mins(10));
        world.assert_bounded(MEMORY);
    });
}
