//! The prices of the last blocks.

use crate::model::fees::estimates::block_prices::BlockPrice::{FullUnknown, HadRoom, Rate};
use std::collections::BTreeMap;

/// A block of this weight counts as full, in WU: miners leave room for the coinbase, and the last gaps stay
/// empty.
const FULL: u64 = 3_900_000;

/// A block with less weight than this, in WU, may have been empty because its miner knew no transactions yet.
const NEARLY_EMPTY: u64 = 400_000;

/// A block that was not full but left behind more than this, in vB, was not filled by its miner. Arrivals
/// since the miner's template, usually half a minute old, are less.
const LITTLE: u64 = 250_000;

/// The cheapest part of a full block, in percent, which does not set the price: it fills the last gaps, or
/// was paid for out of band.
const CHEAPEST: usize = 10;

/// How many blocks count.
const LAST: usize = 6;

/// How many blocks are kept: a few more, as a reorg may disconnect the last ones.
const KEPT: usize = 12;

/// The fee rate needed to be in a block.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum BlockPrice {
    /// There was room left: any relayed rate was enough.
    HadRoom,
    /// This chunk fee rate, in sat/vB.
    Rate(f64),
    /// The block was full, but no rate in it is certain.
    FullUnknown,
    /// The block was not full, but perhaps not for lack of transactions.
    Unknown,
}

impl BlockPrice {
    /// Returns the price of a block of this weight (WU) whose [`cheapest`] part paid this rate (sat/vB), and
    /// which left transactions of `left` vB in the mempool.
    pub(in crate::model) fn of(cheapest: Option<f64>, weight: u64, left: u64) -> Self {
        match cheapest {
            _ if weight < FULL && left <= LITTLE => HadRoom,
            Some(rate) => Rate(rate),
            None if weight >= FULL => FullUnknown,
            None => Self::Unknown,
        }
    }

    /// Returns the price of a block from before startup, of which only the weight is known.
    pub(super) fn of_past(weight: u64) -> Self {
        match weight {
            FULL.. => FullUnknown,
            NEARLY_EMPTY..FULL => HadRoom,
            _ => Self::Unknown,
        }
    }

    /// The price in sat/vB, given the lowest relayed rate `floor`; `None` if unknown.
    pub(super) fn rate(self, floor: f64) -> Option<f64> {
        match self {
            HadRoom => Some(floor),
            Rate(rate) => Some(rate),
            FullUnknown | Self::Unknown => None,
        }
    }
}

/// Returns the lowest certain chunk fee rate (sat/vB) in a block of this weight (WU), without its cheapest
/// part, or `None` if none is known.
pub(in crate::model) fn cheapest(mut chunk_fee_rates: Vec<f64>, weight: u64) -> Option<f64> {
    chunk_fee_rates.sort_by(f64::total_cmp);
    let cheapest = if weight >= FULL { chunk_fee_rates.len() * CHEAPEST / 100 } else { 0 };
    chunk_fee_rates.get(cheapest).copied()
}

/// The prices of the last blocks, by height, and whether each was full.
#[derive(Debug, Default)]
pub(crate) struct BlockPrices(BTreeMap<u32, (BlockPrice, bool)>);

impl BlockPrices {
    /// Sets the price of a block of this weight, in WU.
    pub(super) fn set(&mut self, height: u32, price: BlockPrice, weight: u64) {
        self.0.insert(height, (price, weight >= FULL));
        if self.0.len() > KEPT {
            self.0.pop_first();
        }
    }

    /// Sets the price of a block from before startup.
    pub(super) fn set_past(&mut self, height: u32, weight: u64) {
        if !self.0.contains_key(&height) {
            self.set(height, BlockPrice::of_past(weight), weight);
        }
    }

    pub(super) fn disconnect(&mut self, from_height: u32) {
        self.0.split_off(&from_height);
    }

    pub(super) fn get(&self, height: u32) -> Option<BlockPrice> {
        self.0.get(&height).map(|(price, _)| *price)
    }

    /// The last blocks with a meaningful price, newest first.
    fn last(&self) -> impl Iterator<Item = (BlockPrice, bool)> {
        self.0.values().rev().copied().filter(|(price, _)| *price != BlockPrice::Unknown).take(LAST)
    }

    /// Returns how many of the last blocks were full, and how many there are.
    pub(super) fn full(&self) -> (usize, usize) {
        self.last().fold((0, 0), |(full, all), (_, is_full)| (full + usize::from(is_full), all + 1))
    }

    /// Returns the recently usual rate for being within `within` blocks, in sat/vB: for each run of that many
    /// blocks among the last six, the lowest price, and the median of these (the higher one of two). `None`
    /// if there are too few blocks, or a price is unknown.
    pub(super) fn usual(&self, within: u32, floor: f64) -> Option<f64> {
        let rates: Vec<f64> = self.last().map(|(price, _)| price.rate(floor)).collect::<Option<_>>()?;
        let least = |window: &[f64]| window.iter().copied().fold(f64::INFINITY, f64::min);
        let mut least: Vec<f64> = rates.windows(usize::try_from(within).ok()?).map(least).collect();
        least.sort_by(f64::total_cmp);
        least.get(least.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_price_of_a_full_block_is_not_set_by_its_cheapest_part() {
        let rates: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(cheapest(rates.clone(), FULL), Some(11.0));
        assert_eq!(cheapest(rates, FULL - 1), Some(1.0));
        assert_eq!(cheapest(vec![], FULL), None);
    }

    #[test]
    fn a_block_had_room_if_it_was_not_full_and_left_little_behind() {
        assert_eq!(BlockPrice::of(Some(11.0), FULL, 0), Rate(11.0));
        assert_eq!(BlockPrice::of(None, FULL, 0), FullUnknown);
        assert_eq!(BlockPrice::of(Some(1.0), FULL - 1, LITTLE), HadRoom);
        assert_eq!(
            BlockPrice::of(Some(1.0), FULL - 1, LITTLE + 1),
            Rate(1.0),
            "its miner left the room empty"
        );
        assert_eq!(BlockPrice::of(None, 1_000, LITTLE + 1), BlockPrice::Unknown, "an empty block");
    }

    #[test]
    fn only_the_room_is_known_of_a_block_from_before_startup() {
        let past = [1_000, 2_000_000, FULL].map(BlockPrice::of_past);
        assert_eq!(past, [BlockPrice::Unknown, HadRoom, FullUnknown]);
        let mut prices = BlockPrices::default();
        prices.set(7, Rate(2.0), FULL);
        prices.set_past(7, FULL);
        assert_eq!(prices.get(7), Some(Rate(2.0)));
    }

    #[test]
    fn a_block_that_its_miner_did_not_fill_has_a_price_and_is_not_full() {
        let mut prices = BlockPrices::default();
        prices.set(7, BlockPrice::of(Some(9.0), FULL / 10, LITTLE + 1), FULL / 10);
        prices.set(8, Rate(2.0), FULL);
        assert_eq!((prices.get(7), prices.full()), (Some(Rate(9.0)), (1, 2)));
    }

    #[test]
    fn the_usual_price_is_the_median_of_the_least() {
        let mut prices = BlockPrices::default();
        assert_eq!(prices.usual(1, 1.0), None);
        for (height, rate) in (10..).zip([9.0, 4.0, 8.0, 2.0, 7.0, 6.0, 5.0]) {
            prices.set(height, Rate(rate), FULL);
        }
        assert_eq!(prices.usual(1, 1.0), Some(6.0), "of 4, 8, 2, 7, 6 and 5");
        assert_eq!(prices.usual(3, 1.0), Some(2.0), "of 2, 2, 2 and 5");
        assert_eq!(prices.usual(6, 1.0), Some(2.0));
        prices.set(17, FullUnknown, FULL);
        assert_eq!((prices.usual(1, 1.0), prices.full()), (None, (6, 6)));
        prices.disconnect(12);
        assert_eq!((prices.usual(1, 1.0), prices.usual(3, 1.0)), (Some(9.0), None));
    }
}
