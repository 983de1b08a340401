//! The next blocks, as miners would fill them by what we know.

use crate::chain::limits::BLOCK_TEMPLATE_WEIGHT;
use crate::model::fees::pool::buckets::{Buckets, Lot};

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

/// What one has room for, in vB.
pub(crate) const ROOM: u64 = ProjectedBlock::ROOM;

/// How many blocks are projected.
const BLOCKS: usize = 8;

/// The blocks, the next one first: filled with those that pay most. Those of which only a lower bound
/// is known stand where they would with just that, behind the certain ones, and those of which nothing
/// is known come last.
pub(crate) fn project(buckets: &Buckets) -> Vec<ProjectedBlock> {
    let mut blocks = Vec::new();
    for (rate, certain, bounded) in buckets.descending() {
        fill(&mut blocks, certain, |block, part| block.take(rate, part));
        fill(&mut blocks, bounded, |block, part| block.bounded.add(part));
    }
    fill(&mut blocks, buckets.unknown, |block, part| block.unknown.add(part));
    blocks.into_iter().map(Filling::finish).collect()
}

/// Fills blocks with as much of `lot` as there is room for.
fn fill(blocks: &mut Vec<Filling>, mut lot: Lot, take: impl Fn(&mut Filling, Lot)) {
    while lot.vsize > 0 {
        if blocks.last().is_none_or(|block| block.room() == 0) {
            if blocks.len() == BLOCKS {
                return;
            }
            blocks.push(Filling::default());
        }
        let Some(block) = blocks.last_mut() else { return };
        let part = lot.part(lot.vsize.min(block.room()));
        lot.subtract(part);
        take(block, part);
    }
}

/// The rate that it takes to be within the next so many blocks, in sat/vB, if what is not certain pays
/// like what is: `coverage` of the room (0–1) is for that. The lowest that is relayed if all of it fits.
pub(crate) fn estimate(buckets: &Buckets, within: u32, coverage: f32, floor: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a few million vB")]
    let mut room = f64::from(within) * f64::from(coverage) * ROOM as f64;
    for (rate, certain, _) in buckets.descending() {
        #[expect(clippy::cast_precision_loss, reason = "below all the room there is")]
        let vsize = certain.vsize as f64;
        room -= vsize;
        if room < 0.0 {
            return rate.max(floor);
        }
    }
    floor
}

#[derive(Debug, Default)]
struct Filling {
    /// Rates with the sizes that pay them, the highest first.
    parts: Vec<(f64, u64)>,
    certain: Lot,
    bounded: Lot,
    unknown: Lot,
}

impl Filling {
    fn room(&self) -> u64 {
        ROOM - self.certain.vsize - self.bounded.vsize - self.unknown.vsize
    }

    fn take(&mut self, rate: f64, part: Lot) {
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
