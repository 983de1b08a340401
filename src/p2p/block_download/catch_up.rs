//! The blocks since an earlier run: which ones they are, and whether all were reported.

use super::backfill::Backfill;
use super::header_chain::HeaderChain;
use crate::chain::limits::MAX_FUTURE_BLOCK_TIME;
use crate::event::{CatchUp, CatchUpFailure, CatchUpFrom, Tip};
use crate::wire::BlockHash;
use std::collections::HashSet;

/// The most blocks fetched to catch up, unless the backfill is deeper: about a day's worth. Pruned peers
/// serve twice as many (BIP159).
const MIN_LIMIT: usize = 144;

/// Follows the blocks of the best chain since an earlier run, until each was reported.
///
/// Blocks mined before the request are fetched as past blocks even if they were already reported, because the
/// earlier run's mempool was not loaded then. Later blocks are reported anyway.
#[derive(Debug)]
pub struct CatchUpBlocks {
    /// The most blocks that are fetched.
    limit: usize,
    state: State,
    /// The last report.
    reported: Option<CatchUp>,
}

#[derive(Debug)]
enum State {
    Idle,
    /// The best chain is not known yet.
    Requested(CatchUpFrom),
    /// These blocks were not reported yet.
    Missing(HashSet<BlockHash>),
    Failed(CatchUpFailure),
}

impl CatchUpBlocks {
    /// Nothing to catch up on yet. A request will fetch up to `backfill` blocks, or 144 if that is more.
    pub fn new(backfill: usize) -> Self {
        Self { limit: backfill.max(MIN_LIMIT), state: State::Idle, reported: None }
    }

    /// Requests the blocks since an earlier run.
    pub fn request(&mut self, from: CatchUpFrom) {
        *self = Self { state: State::Requested(from), reported: None, ..*self };
    }

    /// Determines the requested blocks now that `chain` is known, and fetches those that, according to
    /// `is_needed`, do not arrive as new ones.
    pub fn start(
        &mut self,
        chain: &HeaderChain,
        is_needed: impl Fn(BlockHash) -> bool,
        backfill: &mut Backfill,
    ) {
        let State::Requested(from) = &self.state else { return };
        self.state = match missing(from, chain, self.limit) {
            Ok(blocks) => {
                let hashes = blocks.iter().map(|(_, hash)| *hash).collect();
                backfill.need_again(blocks.into_iter().filter(|(_, hash)| !is_needed(*hash)));
                State::Missing(hashes)
            }
            Err(failure) => State::Failed(failure),
        };
    }

    /// Notes a change of the best chain: `past` and `new` blocks joined it, others left it according to
    /// `is_active`.
    pub fn changed(
        &mut self,
        past: &[Tip],
        new: &[Tip],
        is_active: impl Fn(BlockHash) -> bool,
        backfill: &mut Backfill,
    ) {
        let State::Missing(hashes) = &mut self.state else { return };
        hashes.retain(|hash| is_active(*hash));
        hashes.extend(past.iter().map(|block| block.hash));
        backfill.need_again(past.iter().map(|block| (block.height, block.hash)));
        // New blocks are reported anyway: they matter only while something is missing.
        if !hashes.is_empty() {
            hashes.extend(new.iter().map(|block| block.hash));
        }
        if hashes.len() > self.limit {
            let blocks = u32::try_from(hashes.len()).unwrap_or(u32::MAX);
            self.state = State::Failed(CatchUpFailure::TooMany { blocks });
        }
    }

    /// Notes that a block was reported, as past or new.
    pub fn reported(&mut self, hash: BlockHash) {
        if let State::Missing(hashes) = &mut self.state {
            hashes.remove(&hash);
        }
    }

    /// Notes that a block will not be fetched.
    pub fn given_up(&mut self, hash: BlockHash) {
        if let State::Missing(hashes) = &self.state
            && hashes.contains(&hash)
        {
            self.state = State::Failed(CatchUpFailure::NotServed);
        }
    }

    /// Returns the progress if it changed.
    pub fn report(&mut self) -> Option<CatchUp> {
        let progress = match &self.state {
            State::Idle | State::Requested(_) => return None,
            State::Missing(hashes) if hashes.is_empty() => CatchUp::Complete,
            State::Missing(hashes) => CatchUp::Missing(u32::try_from(hashes.len()).unwrap_or(u32::MAX)),
            State::Failed(failure) => CatchUp::Failed(*failure),
        };
        let has_changed = self.reported != Some(progress);
        self.reported = Some(progress);
        has_changed.then_some(progress)
    }
}

/// Heights and hashes of the best chain's blocks since `from`, oldest first, unless there are more than
/// `limit`.
fn missing(
    from: &CatchUpFrom,
    chain: &HeaderChain,
    limit: usize,
) -> Result<Vec<(u32, BlockHash)>, CatchUpFailure> {
    let count = match from {
        CatchUpFrom::Blocks(saved) => {
            let behind = chain.newest().position(|block| saved.contains(&block));
            // The chain is kept for weeks: an older block is too far behind, a newer one is not on it.
            let lowest = chain.newest().last().map_or(0, |(height, _)| height);
            let tip = chain.tip().map_or(0, |tip| tip.height);
            let newest_saved = saved.first().map_or(0, |(height, _)| *height);
            match behind {
                Some(count) => count,
                None if newest_saved < lowest => {
                    return Err(CatchUpFailure::TooMany { blocks: tip.saturating_sub(newest_saved) });
                }
                None => return Err(CatchUpFailure::OtherChain),
            }
        }
        CatchUpFrom::Time(time) => {
            let margin = u32::try_from(MAX_FUTURE_BLOCK_TIME.as_secs()).unwrap_or(u32::MAX);
            chain.count_since(time.saturating_sub(margin))
        }
    };
    if count > limit {
        return Err(CatchUpFailure::TooMany { blocks: u32::try_from(count).unwrap_or(u32::MAX) });
    }
    // The genesis block has no spendable outputs, and not every node serves it.
    let mut blocks: Vec<_> = chain.newest().take(count).filter(|(height, _)| *height > 0).collect();
    blocks.reverse();
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Network;
    use crate::p2p::block_download::tests::scene::{chain_at, mine};
    use crate::p2p::starting_point::StartingPoint;
    use crate::util::time::Timestamp;
    use crate::wire::Block;
    use std::time::Duration;

    const START: Timestamp = Timestamp::from_secs(1_700_000_000);

    fn header_chain(blocks: &[Block]) -> HeaderChain {
        let mut chain = HeaderChain::new(Network::Regtest, StartingPoint::of(Network::Regtest));
        let headers: Vec<_> = blocks.iter().map(|block| (block.hash, block.header)).collect();
        chain.add(&headers).unwrap();
        chain
    }

    fn heights(from: &CatchUpFrom, chain: &HeaderChain) -> Result<Vec<u32>, CatchUpFailure> {
        missing(from, chain, 144).map(|blocks| blocks.into_iter().map(|(height, _)| height).collect())
    }

    #[test]
    fn the_blocks_after_the_newest_saved_one_that_is_on_the_best_chain_are_missing() {
        let blocks = chain_at(START, 10);
        let chain = header_chain(&blocks);
        let saved = |heights: &[u16]| {
            let block = |&height: &u16| (u32::from(height), blocks[usize::from(height) - 1].hash);
            CatchUpFrom::Blocks(heights.iter().map(block).collect())
        };
        assert_eq!(heights(&saved(&[8, 7, 6]), &chain), Ok(vec![9, 10]));
        assert_eq!(heights(&saved(&[10]), &chain), Ok(vec![]));
        let reorg =
            CatchUpFrom::Blocks(vec![(9, BlockHash([1; 32])), (8, BlockHash([2; 32])), (7, blocks[6].hash)]);
        assert_eq!(heights(&reorg, &chain), Ok(vec![8, 9, 10]));
        let other = CatchUpFrom::Blocks(vec![(9, BlockHash([1; 32]))]);
        assert_eq!(heights(&other, &chain), Err(CatchUpFailure::OtherChain));
    }

    #[test]
    fn more_blocks_than_may_be_fetched_are_not_fetched() {
        let blocks = chain_at(START, 146);
        let chain = header_chain(&blocks);
        let saved =
            |height: u16| CatchUpFrom::Blocks(vec![(height.into(), blocks[usize::from(height) - 1].hash)]);
        assert_eq!(heights(&saved(2), &chain).map(|heights| heights.len()), Ok(144));
        assert_eq!(heights(&saved(1), &chain), Err(CatchUpFailure::TooMany { blocks: 145 }));
    }

    #[test]
    fn blocks_since_a_time_include_those_of_a_slow_clock() {
        let mut blocks = chain_at(START, 3);
        for hours in [0, 1, 3, 4] {
            let previous = blocks.last().unwrap().hash;
            let time = START + Duration::from_hours(hours);
            let height = u16::try_from(blocks.len()).unwrap() + 1;
            blocks.push(mine(time, previous, height, vec![]));
        }
        let chain = header_chain(&blocks);
        let since = CatchUpFrom::Time(1_700_000_000 + 3 * 3_600);
        assert_eq!(heights(&since, &chain), Ok(vec![5, 6, 7]));
    }
}
