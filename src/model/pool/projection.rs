//! The next blocks, as miners would fill them by what we know.

use super::buckets::Buckets;
use crate::snapshot::ProjectedBlock;

/// What a block has room for, in vB: 4 MWU less what miners reserve for the header and the coinbase
/// (Core: `DEFAULT_BLOCK_RESERVED_WEIGHT`, 8,000 WU).
pub(super) const ROOM: u64 = (4_000_000 - 8_000) / 4;

/// How many blocks are projected.
const BLOCKS: usize = 8;

/// The blocks, the next one first: filled with those that pay most, and with those whose rate is not
/// certain where nothing certain is left.
pub(super) fn project(buckets: &Buckets) -> Vec<ProjectedBlock> {
    let mut blocks = vec![Filling::default()];
    for (rate, lot) in buckets.descending() {
        let (mut count, mut vsize, mut fees) = (lot.count, lot.vsize, lot.fees);
        while vsize > 0 {
            let Some(block) = blocks.last_mut() else { break };
            let part = vsize.min(ROOM - block.vsize);
            // The parts of a step that lies across two blocks are alike.
            let [counted, paid] = [count, fees].map(|whole| proportion(whole, part, vsize));
            block.take(rate, part, counted, paid);
            (count, vsize, fees) = (count - counted, vsize - part, fees - paid);
            if block.vsize == ROOM {
                if blocks.len() == BLOCKS {
                    return blocks.into_iter().map(Filling::finish).collect();
                }
                blocks.push(Filling::default());
            }
        }
    }
    let mut unknown = buckets.unknown.vsize;
    while unknown > 0 {
        let Some(block) = blocks.last_mut() else { break };
        let part = unknown.min(ROOM - block.vsize - block.uncertain);
        block.uncertain += part;
        unknown -= part;
        if unknown > 0 {
            if blocks.len() == BLOCKS {
                break;
            }
            blocks.push(Filling::default());
        }
    }
    let is_empty = |block: &Filling| block.vsize + block.uncertain == 0;
    blocks.into_iter().filter(|block| !is_empty(block)).map(Filling::finish).collect()
}

/// The rate that it takes to be within the next so many blocks, in sat/vB: that of the last one's
/// cheapest part if something is left out, else the lowest that is relayed.
pub(super) fn estimate(blocks: &[ProjectedBlock], within: usize, floor: f64) -> f64 {
    let beyond = blocks.len() > within;
    let cheapest = blocks.get(within - 1).filter(|_| beyond).and_then(|block| block.rates);
    cheapest.map_or(floor, |[lowest, ..]| lowest.max(floor))
}

#[derive(Debug, Default)]
struct Filling {
    /// Rates with the sizes that pay them, the highest first.
    parts: Vec<(f64, u64)>,
    vsize: u64,
    uncertain: u64,
    count: u64,
    fees: u64,
}

impl Filling {
    fn take(&mut self, rate: f64, vsize: u64, count: u64, fees: u64) {
        self.parts.push((rate, vsize));
        self.vsize += vsize;
        self.count += count;
        self.fees += fees;
    }

    fn finish(self) -> ProjectedBlock {
        let mut below = self.vsize / 2;
        let median = self.parts.iter().find(|&&(_, vsize)| {
            let found = below < vsize;
            below = below.saturating_sub(vsize);
            found
        });
        let rates = match (self.parts.last(), median, self.parts.first()) {
            (Some(low), Some(median), Some(high)) => Some([low.0, median.0, high.0]),
            _ => None,
        };
        let Self { vsize, uncertain, count, fees, .. } = self;
        ProjectedBlock { vsize, uncertain, count, fees, rates }
    }
}

/// So many as `part` is of `whole`.
fn proportion(number: u64, part: u64, whole: u64) -> u64 {
    let product = u128::from(number) * u128::from(part) / u128::from(whole.max(1));
    u64::try_from(product).unwrap_or(number)
}
