//! Projected blocks: how miners would fill the next blocks.

use crate::chain::limits::BLOCK_TEMPLATE_WEIGHT;
use crate::model::fees::histogram::{FeeHistogram, Step, Volume};

/// A projected block: the mempool in the order in which miners would take it. A transaction whose chunk
/// fee rate is known within 10 % is placed by its middle. One with only a lower bound is placed by that
/// bound, behind those whose rate is known.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ProjectedBlock {
    /// The size of the transactions whose chunk fee rate is exact, in vB.
    pub exact: u64,
    /// The size of the transactions whose chunk fee rate is known within 10 %, in vB.
    pub within: u64,
    /// The size of the transactions placed by a lower bound, in vB.
    pub bounded: u64,
    /// The size of the transactions of unknown rate that fill the block, in vB.
    pub unknown: u64,
    /// The number of transactions of all four sorts.
    pub count: u64,
    /// The fees of the transactions whose rate is known, in sat; those known within 10 % at their middle.
    pub fees: u64,
    /// The lowest, the median and the highest known rate, in sat/vB, within 1 % of exact rates and middles.
    pub rates: Option<[f64; 3]>,
}

impl ProjectedBlock {
    /// The size available to transactions, in vB: 4 MWU less what miners reserve for the header and
    /// the coinbase (Core: `DEFAULT_BLOCK_RESERVED_WEIGHT`, 8,000 WU).
    pub const ROOM: u64 = BLOCK_TEMPLATE_WEIGHT as u64 / 4;

    /// The size of all its transactions, in vB.
    pub fn filled(&self) -> u64 {
        self.exact + self.within + self.bounded + self.unknown
    }
}

/// The number of projected blocks.
const MAX_BLOCKS: usize = 8;

/// Returns the projected blocks, the next one first, filled by falling chunk fee rate. Transactions with
/// only a lower bound take the place of that bound, behind those of a known rate; transactions of
/// unknown rate come last.
pub(crate) fn project(histogram: &FeeHistogram) -> Vec<ProjectedBlock> {
    let mut blocks = Vec::new();
    for (rate, step) in histogram.descending() {
        fill(&mut blocks, step.exact, |block, part| block.take(rate, part, |parts| &mut parts.exact));
        fill(&mut blocks, step.within, |block, part| block.take(rate, part, |parts| &mut parts.within));
        fill(&mut blocks, step.bounded, |block, part| block.step.bounded.add(part));
    }
    fill(&mut blocks, histogram.unknown(), |block, part| block.unknown.add(part));
    blocks.into_iter().map(Filling::finish).collect()
}

/// Fills blocks with as much of `volume` as fits.
fn fill(blocks: &mut Vec<Filling>, mut volume: Volume, take: impl Fn(&mut Filling, Volume)) {
    while volume.vsize > 0 {
        if blocks.last().is_none_or(|block| block.room() == 0) {
            if blocks.len() == MAX_BLOCKS {
                return;
            }
            blocks.push(Filling::default());
        }
        let Some(block) = blocks.last_mut() else { return };
        let part = volume.part(volume.vsize.min(block.room()));
        volume.subtract(part);
        take(block, part);
    }
}

/// A projected block that is being filled.
#[derive(Debug, Default)]
struct Filling {
    /// Rates (sat/vB) with the size (vB) that pays each, the highest first.
    parts: Vec<(f64, u64)>,
    step: Step,
    unknown: Volume,
}

impl Filling {
    fn room(&self) -> u64 {
        let Step { exact, within, bounded } = self.step;
        ProjectedBlock::ROOM - exact.vsize - within.vsize - bounded.vsize - self.unknown.vsize
    }

    fn take(&mut self, rate: f64, part: Volume, sort: impl Fn(&mut Step) -> &mut Volume) {
        self.parts.push((rate, part.vsize));
        sort(&mut self.step).add(part);
    }

    fn finish(self) -> ProjectedBlock {
        let known = self.step.known();
        let mut below = known.vsize / 2;
        let median = self.parts.iter().find(|&&(_, vsize)| {
            let found = below < vsize;
            below = below.saturating_sub(vsize);
            found
        });
        let rates = match (self.parts.last(), median, self.parts.first()) {
            (Some(low), Some(median), Some(high)) => Some([low.0, median.0, high.0]),
            _ => None,
        };
        ProjectedBlock {
            exact: self.step.exact.vsize,
            within: self.step.within.vsize,
            bounded: self.step.bounded.vsize,
            unknown: self.unknown.vsize,
            count: known.count + self.step.bounded.count + self.unknown.count,
            fees: u64::try_from(known.fees).unwrap_or(u64::MAX),
            rates,
        }
    }
}
