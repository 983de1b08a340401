//! The mempool by chunk fee rate, in fine steps. Updated with every change, so that the cost of reading it
//! does not depend on the size of the mempool.

use crate::model::fees::density::Density;
use std::collections::BTreeMap;

/// The lowest rate with its own step, in sat/vB: a tenth of the lowest that nodes relay by default.
const LOWEST: f64 = 0.01;

/// The ratio of neighbouring steps: a rate read from a step is accurate to 1 %.
const STEP: f64 = 1.02;

/// The number of steps, reaching beyond 10,000 sat/vB; higher rates are in the last one.
pub(in crate::model) const STEPS: usize = 700;

/// What is known about a transaction's chunk fee rate, in sat/vB.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::model) enum KnownRate {
    /// The rate is certain.
    Exact(f64),
    /// The middle of bounds within 10 %.
    Within(f64),
    /// A lower bound.
    AtLeast(f64),
    Unknown,
}

impl KnownRate {
    /// The rate, if it is certain or the middle of narrow bounds.
    pub(super) fn known(self) -> Option<f64> {
        match self {
            Self::Exact(rate) | Self::Within(rate) => Some(rate),
            Self::AtLeast(_) | Self::Unknown => None,
        }
    }
}

/// A transaction as the histogram counts it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::model) struct Item {
    pub(in crate::model) rate: KnownRate,
    /// In vB.
    pub(in crate::model) vsize: u64,
    /// The serialized size, in bytes.
    pub(in crate::model) size: u64,
    /// In sat; for the middle of narrow bounds, or 0 if unknown.
    pub(in crate::model) fee: u64,
}

impl Item {
    fn volume(self) -> Volume {
        Volume { count: 1, vsize: self.vsize, size: self.size, fees: self.fee.into() }
    }
}

/// A number of transactions with their size and fees.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Volume {
    pub(crate) count: u64,
    /// In vB.
    pub(crate) vsize: u64,
    /// Serialized, in bytes.
    pub(super) size: u64,
    /// In sat. Wide enough for whatever unverified transactions claim.
    pub(crate) fees: u128,
}

impl Volume {
    pub(crate) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.vsize += other.vsize;
        self.size += other.size;
        self.fees += other.fees;
    }

    pub(super) fn subtract(&mut self, other: Self) {
        self.count -= other.count;
        self.vsize -= other.vsize;
        self.size -= other.size;
        self.fees -= other.fees;
    }

    /// Returns a part of this size in vB, with a proportional share of count, bytes and fees.
    pub(super) fn part(self, vsize: u64) -> Self {
        let share = |whole: u128| whole * u128::from(vsize) / u128::from(self.vsize.max(1));
        let narrow = |whole: u64| u64::try_from(share(whole.into())).unwrap_or(whole);
        Self { count: narrow(self.count), vsize, size: narrow(self.size), fees: share(self.fees) }
    }
}

/// The transactions whose chunk fee rate is nearest to one rate, or unknown.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Step {
    /// Those whose rate is certain.
    pub(crate) exact: Volume,
    /// Those whose bounds are within 10 %, by their middle.
    pub(crate) within: Volume,
    /// Those with only a lower bound, by that bound.
    pub(super) bounded: Volume,
}

impl Step {
    /// The transactions whose rate is known: exactly, or within 10 %.
    pub(crate) fn known(&self) -> Volume {
        let mut known = self.exact;
        known.add(self.within);
        known
    }
}

/// All transactions of the mempool by chunk fee rate.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct FeeHistogram {
    /// Lowest rate first.
    steps: Vec<Step>,
    /// The known rates within each step, as bits (which sort like the rates), each with the size in vB that
    /// pays it.
    rates: Vec<BTreeMap<u64, u64>>,
    unknown: Volume,
    density: Density,
}

impl Default for FeeHistogram {
    fn default() -> Self {
        Self {
            steps: vec![Step::default(); STEPS],
            rates: vec![BTreeMap::new(); STEPS],
            unknown: Volume::default(),
            density: Density::default(),
        }
    }
}

impl FeeHistogram {
    pub(in crate::model) fn add(&mut self, item: Item) {
        self.volume_mut(item.rate).add(item.volume());
        let Some(rate) = item.rate.known() else { return };
        self.density.add(item.vsize, rate);
        if let Some(rates) = self.rates.get_mut(step(rate)) {
            *rates.entry(rate.to_bits()).or_default() += item.vsize;
        }
    }

    pub(in crate::model) fn subtract(&mut self, item: Item) {
        self.volume_mut(item.rate).subtract(item.volume());
        let Some(rate) = item.rate.known() else { return };
        self.density.subtract(item.vsize, rate);
        if let Some(rates) = self.rates.get_mut(step(rate))
            && let Some(vsize) = rates.get_mut(&rate.to_bits())
        {
            *vsize -= item.vsize;
            if *vsize == 0 {
                rates.remove(&rate.to_bits());
            }
        }
    }

    /// Returns the known rate in sat/vB at `before` vB from the start, with all transactions of known rate
    /// laid out by descending rate.
    pub(super) fn rate_at(&self, mut before: u64) -> Option<f64> {
        for (step, rates) in self.steps.iter().zip(&self.rates).rev() {
            let known = step.known().vsize;
            if before < known {
                let found = rates.iter().rev().find(|&(_, &vsize)| {
                    let found = before < vsize;
                    before = before.saturating_sub(vsize);
                    found
                });
                return found.map(|(&bits, _)| f64::from_bits(bits));
            }
            before -= known;
        }
        None
    }

    /// Returns the transactions of known rate by size and rate.
    pub(crate) fn density(&self) -> &Density {
        &self.density
    }

    /// Returns each non-empty step with its rate in sat/vB, highest first.
    pub(super) fn descending(&self) -> impl Iterator<Item = (f64, &Step)> {
        let steps = self.steps.iter().enumerate().rev();
        steps.filter(|(_, step)| **step != Step::default()).map(|(number, step)| (rate(number), step))
    }

    /// Returns the transactions whose rate is certain.
    pub(crate) fn exact(&self) -> Volume {
        self.sum(Volume::default(), |step| step.exact)
    }

    /// Returns the transactions whose rate is known within 10 %, but not exactly.
    pub(crate) fn within(&self) -> Volume {
        self.sum(Volume::default(), |step| step.within)
    }

    /// Returns the transactions whose rate is unknown.
    pub(crate) fn open(&self) -> Volume {
        self.sum(self.unknown, |step| step.bounded)
    }

    /// Returns the transactions without even a lower bound.
    pub(super) fn unknown(&self) -> Volume {
        self.unknown
    }

    fn sum(&self, mut sum: Volume, of: impl Fn(&Step) -> Volume) -> Volume {
        self.steps.iter().for_each(|step| sum.add(of(step)));
        sum
    }

    fn volume_mut(&mut self, rate: KnownRate) -> &mut Volume {
        match rate {
            KnownRate::Exact(rate) => self.steps.get_mut(step(rate)).map(|step| &mut step.exact),
            KnownRate::Within(rate) => self.steps.get_mut(step(rate)).map(|step| &mut step.within),
            KnownRate::AtLeast(rate) => self.steps.get_mut(step(rate)).map(|step| &mut step.bounded),
            KnownRate::Unknown => None,
        }
        .unwrap_or(&mut self.unknown)
    }
}

/// Returns the number of the step nearest to a rate.
pub(in crate::model) fn step(rate: f64) -> usize {
    let steps = (rate.max(LOWEST) / LOWEST).ln() / STEP.ln();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    let step = (steps + 0.5) as usize;
    step.min(STEPS - 1)
}

/// Returns the rate represented by a step, in sat/vB.
fn rate(step: usize) -> f64 {
    LOWEST * STEP.powi(i32::try_from(step).unwrap_or(i32::MAX))
}
