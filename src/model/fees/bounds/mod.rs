//! Between which rates a transaction pays whose fee is not known.
//!
//! Peers give it away in two ways. Each tells below which rate it takes nothing (BIP133), so that
//! what it announces pays at least that, alone or with a child that pays for it. And nodes announce in
//! the order in which miners would take transactions: what stands between two that are known pays
//! between them ([`order`]).
//!
//! Strangers say so, and nobody can check it. Of the bounds that several peers give, the second
//! tightest is told: one liar cannot make it too tight. One that a single peer gives is told for want
//! of another.

pub(crate) mod order;
#[cfg(test)]
mod tests;

use crate::model::fees::fee_rate::{Bounds, FeeRate};

/// The least that nodes relay by default, in sat/kvB: since Bitcoin Core 30, and before (Core:
/// `DEFAULT_MIN_RELAY_TX_FEE`).
const USUAL_FLOORS: [u64; 2] = [100, 1_000];

/// The parts of 1 sat/vB that bounds are kept in.
const PARTS: f64 = 10_000.0;

/// The tightest bounds that peers gave, in parts of 1 sat/vB. The larger one is the tighter one: upper
/// bounds are kept with the opposite sign. In half the bytes, as there are hundreds of thousands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Vouched {
    tightest: i32,
    second: i32,
}

impl Vouched {
    /// No bound.
    const NONE: i32 = i32::MIN;

    /// One more peer gives a bound. A peer must not do so twice.
    pub(crate) fn add(&mut self, bound: f64) {
        self.add_parts(at_most(bound));
    }

    /// What other peers gave is added.
    pub(crate) fn merge(&mut self, other: Self) {
        self.add_parts(other.tightest);
        self.add_parts(other.second);
    }

    fn add_parts(&mut self, bound: i32) {
        if bound > self.tightest {
            *self = Self { tightest: bound, second: self.tightest };
        } else {
            self.second = self.second.max(bound);
        }
    }

    /// The bound that is believed.
    fn get(self) -> Option<f64> {
        let believed = if self.second == Self::NONE { self.tightest } else { self.second };
        (believed != Self::NONE).then(|| f64::from(believed) / PARTS)
    }
}

impl Default for Vouched {
    fn default() -> Self {
        Self { tightest: Self::NONE, second: Self::NONE }
    }
}

/// The number of parts that is not more: a bound must not become tighter by being kept. What is as good
/// as whole is.
fn at_most(bound: f64) -> i32 {
    let parts = bound * PARTS;
    let nearest = parts.round();
    let kept = if (parts - nearest).abs() < 1e-6 { nearest } else { parts.floor() };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "saturates: a lower bound is less, an upper one none"
    )]
    let kept = kept as i32;
    kept
}

/// What the places of a transaction in announcements tell of its rate.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub(crate) struct Bracket {
    low: Vouched,
    /// With the opposite sign.
    high: Vouched,
}

impl Bracket {
    /// A peer announced it before one of this rate (sat/vB).
    fn pays_at_least(&mut self, rate: f64) {
        self.low.add(rate);
    }

    /// A peer announced it after one of this rate (sat/vB).
    fn pays_at_most(&mut self, rate: f64) {
        self.high.add(-rate);
    }

    /// What is known of the rate of a transaction: exactly by its `fee` (sat), or else within bounds.
    pub(crate) fn fee_rate(&self, fee: Option<u64>, vsize: u32, floors: Vouched) -> FeeRate {
        fee.map_or_else(|| FeeRate::Within(self.bounds(floors)), |fee| FeeRate::of(fee, vsize))
    }

    /// All that is known, with the floors of those who announced it.
    fn bounds(&self, floors: Vouched) -> Bounds {
        let [floor, low, high] = [floors, self.low, self.high].map(Vouched::get);
        let bounds = Bounds { floor, low, high: high.map(|high| -high) };
        // Somebody lies, or was mistaken about what it announced.
        if bounds.min() > bounds.max().or(Some(f64::INFINITY)) { Bounds::default() } else { bounds }
    }
}

/// The rate below which a node holds nothing, in sat/vB, by its fee filter in sat/kvB.
///
/// A node whose mempool is not full tells the least that it relays, which does not change. A full one
/// tells a floor that it has rounded up by as much as a tenth, and tells it anew no more than five
/// minutes after it has fallen by a quarter (Core: `FeeFilterRounder`, `MaybeSendFeefilter`): a third
/// is taken off.
#[expect(clippy::cast_precision_loss, reason = "what would lose any is not told")]
pub(crate) fn floor(fee_filter: u64) -> f64 {
    let rate = fee_filter as f64 / 1_000.0;
    if USUAL_FLOORS.contains(&fee_filter) { rate } else { rate * 2.0 / 3.0 }
}
