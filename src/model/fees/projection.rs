//! Projected blocks: how miners would fill the next blocks.

use crate::chain::limits::BLOCK_TEMPLATE_WEIGHT;
use crate::model::fees::histogram::{FeeHistogram, Volume};

/// A projected block: the mempool in the order in which miners would take it. A transaction with only
/// a lower bound of its chunk fee rate is placed by that bound, behind those whose rate is certain.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ProjectedBlock {
    /// The size of the transactions whose chunk fee rate is certain, in vB.
    pub vsize: u64,
    /// The size of the transactions placed by a lower bound, in vB.
    pub bounded: u64,
    /// The size of the transactions of unknown rate that fill the block, in vB.
    pub unknown: u64,
    /// The number of transactions of all three sorts.
    pub count: u64,
    /// The fees of the transactions whose rate is certain, in sat.
    pub fees: u64,
    /// The lowest, the median and the highest certain rate, in sat/vB, within 1 %.
    pub rates: Option<[f64; 3]>,
}

impl ProjectedBlock {
    /// The size available to transactions, in vB: 4 MWU less what miners reserve for the header and
    /// the coinbase (Core: `DEFAULT_BLOCK_RESERVED_WEIGHT`, 8,000 WU).
    pub const ROOM: u64 = BLOCK_TEMPLATE_WEIGHT as u64 / 4;
}

/// The number of projected blocks.
const MAX_BLOCKS: usize = 8;

/// Returns the projected blocks, the next one first, filled by falling chunk fee rate. Transactions with
/// only a lower bound take the place of that bound, behind those of a certain rate; transactions of
/// unknown rate come last.
pub(crate) fn project(histogram: &FeeHistogram) -> Vec<ProjectedBlock> {
    let mut blocks = Vec::new();
    for (rate, certain, bounded) in histogram.descending() {
        fill(&mut blocks, certain, |block, part| block.take(rate, part));
        fill(&mut blocks, bounded, |block, part| block.bounded.add(part));
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
    certain: Volume,
    bounded: Volume,
    unknown: Volume,
}

impl Filling {
    fn room(&self) -> u64 {
        ProjectedBlock::ROOM - self.certain.vsize - self.bounded.vsize - self.unknown.vsize
    }

    fn take(&mut self, rate: f64, part: Volume) {
        self.parts.push((rate, part.vsize));
        self.certain.add(part);
    }

    fn finish(self) -> ProjectedBlock {
        let mut below = self.certain.vsize / 2;
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
            vsize: self.certain.vsize,
            bounded: self.bounded.vsize,
            unknown: self.unknown.vsize,
            count: self.certain.count + self.bounded.count + self.unknown.count,
            fees: u64::try_from(self.certain.fees).unwrap_or(u64::MAX),
            rates,
        }
    }
}
