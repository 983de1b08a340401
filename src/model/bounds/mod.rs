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

pub(super) mod order;
#[cfg(test)]
mod tests;

use crate::snapshot::Bounds;

/// The least that nodes relay by default, in sat/kvB: since Bitcoin Core 30, and before (Core:
/// `DEFAULT_MIN_RELAY_TX_FEE`).
const USUAL_FLOORS: [u64; 2] = [100, 1_000];

/// The tightest bounds that peers gave, in sat/vB. The larger one is the tighter one: upper bounds are
/// kept with the opposite sign. Single precision, as there are hundreds of thousands.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Vouched {
    tightest: f32,
    second: f32,
}

impl Default for Vouched {
    fn default() -> Self {
        Self { tightest: f32::NEG_INFINITY, second: f32::NEG_INFINITY }
    }
}

impl Vouched {
    /// One more peer gives a bound. A peer must not do so twice.
    pub(super) fn add(&mut self, bound: f64) {
        let bound = at_most(bound);
        if bound > self.tightest {
            *self = Self { tightest: bound, second: self.tightest };
        } else {
            self.second = self.second.max(bound);
        }
    }

    /// What other peers gave is added.
    pub(super) fn merge(&mut self, other: Self) {
        for bound in [other.tightest, other.second] {
            self.add(bound.into());
        }
    }

    /// The bound that is believed.
    fn get(self) -> Option<f64> {
        let believed = if self.second.is_finite() { self.second } else { self.tightest };
        believed.is_finite().then_some(believed.into())
    }
}

/// The nearest number of single precision that is not more: a bound must not become tighter.
fn at_most(bound: f64) -> f32 {
    #[expect(clippy::cast_possible_truncation, reason = "it is rounded")]
    let nearest = bound as f32;
    if f64::from(nearest) > bound { nearest.next_down() } else { nearest }
}

/// What the places of a transaction in announcements tell of its rate.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub(super) struct Bracket {
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

    /// All that is known, with the floors of those who announced it.
    pub(super) fn bounds(&self, floors: Vouched) -> Bounds {
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
pub(super) fn floor(fee_filter: u64) -> f64 {
    let rate = fee_filter as f64 / 1_000.0;
    if USUAL_FLOORS.contains(&fee_filter) { rate } else { rate * 2.0 / 3.0 }
}
