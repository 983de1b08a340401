//! Projected blocks: how miners would fill the next blocks.

use crate::chain::limits::BLOCK_TEMPLATE_WEIGHT;
use crate::model::fees::histogram::{FeeHistogram, Step, Volume};

/// A projected block. Blocks are filled in the order in which miners would take transactions. One whose chunk
/// fee rate is known within 10 % is placed by the middle. One with only a lower bound is placed by that
/// bound, after those with known rates.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ProjectedBlock {
    /// The size of the transactions whose chunk fee rate is exact, in vB.
    pub exact: u64,
    /// The size of the transactions whose chunk fee rate is known within 10 %, in vB.
    pub within: u64,
    /// The size of the transactions placed by a lower bound, in vB.
    pub bounded: u64,
    /// The size of the transactions with unknown rates that fill the block, in vB.
    pub unknown: u64,
    /// The number of transactions of all four sorts.
    pub count: u64,
    /// The fees of the transactions with known rates, in sat; for those known within 10 %, by the middle.
    pub fees: u64,
    /// The serialized size of all its transactions, in bytes.
    pub size: u64,
    /// The known rates at 0, 10, 25, 50, 75, 90 and 100 % of the size, in sat/vB, lowest first; for rates
    /// known within 10 %, the middles.
    pub fee_range: Option<[f64; 7]>,
}

impl ProjectedBlock {
    /// The size available to transactions, in vB: 4 MWU minus what miners reserve for the header and the
    /// coinbase (Core: `DEFAULT_BLOCK_RESERVED_WEIGHT`, 8,000 WU).
    pub const ROOM: u64 = BLOCK_TEMPLATE_WEIGHT as u64 / 4;

    /// The size of all its transactions, in vB.
    pub fn filled(&self) -> u64 {
        self.exact + self.within + self.bounded + self.unknown
    }

    /// The lowest, the median (by size) and the highest known rate, in sat/vB.
    pub fn rates(&self) -> Option<[f64; 3]> {
        self.fee_range.map(|[low, _, _, median, _, _, high]| [low, median, high])
    }
}

/// The number of projected blocks.
const MAX_BLOCKS: usize = 8;

/// Returns the projected blocks, next one first, filled by descending chunk fee rate. Transactions with only
/// a lower bound are placed by that bound, after those with known rates; those with unknown rates come last.
pub(crate) fn project(histogram: &FeeHistogram) -> Vec<ProjectedBlock> {
    let mut blocks = Vec::new();
    for (_, step) in histogram.descending() {
        fill(&mut blocks, step.exact, |block, part| block.step.exact.add(part));
        fill(&mut blocks, step.within, |block, part| block.step.within.add(part));
        fill(&mut blocks, step.bounded, |block, part| block.step.bounded.add(part));
    }
    fill(&mut blocks, histogram.unknown(), |block, part| block.unknown.add(part));
    let mut before = 0;
    let finish = |block: Filling| {
        let known = block.step.known().vsize;
        let range = fee_range(histogram, before, known);
        before += known;
        block.finish(range)
    };
    blocks.into_iter().map(finish).collect()
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

/// Returns the rates (sat/vB) of [`ProjectedBlock::fee_range`] for the known ones that fill `vsize` vB, with
/// `before` vB at higher rates before them.
fn fee_range(histogram: &FeeHistogram, before: u64, vsize: u64) -> Option<[f64; 7]> {
    let last = vsize.checked_sub(1)?;
    // In percent of the size, from the highest rate down.
    let places = [100, 90, 75, 50, 25, 10, 0].map(|share| (share * vsize / 100).min(last));
    let mut rates = [0.0; 7];
    for (rate, at) in rates.iter_mut().zip(places) {
        *rate = histogram.rate_at(before + at)?;
    }
    Some(rates)
}

/// A projected block being filled.
#[derive(Debug, Default)]
struct Filling {
    step: Step,
    unknown: Volume,
}

impl Filling {
    fn room(&self) -> u64 {
        let Step { exact, within, bounded } = self.step;
        ProjectedBlock::ROOM - exact.vsize - within.vsize - bounded.vsize - self.unknown.vsize
    }

    fn finish(self, fee_range: Option<[f64; 7]>) -> ProjectedBlock {
        let known = self.step.known();
        ProjectedBlock {
            exact: self.step.exact.vsize,
            within: self.step.within.vsize,
            bounded: self.step.bounded.vsize,
            unknown: self.unknown.vsize,
            count: known.count + self.step.bounded.count + self.unknown.count,
            fees: u64::try_from(known.fees).unwrap_or(u64::MAX),
            size: known.size + self.step.bounded.size + self.unknown.size,
            fee_range,
        }
    }
}
