//! What is held, in fine steps of the rate by which miners sort it.

use super::super::entry::Entry;

/// The lowest rate that is told apart, in sat/vB: a tenth of the lowest that nodes relay by default.
const LOWEST: f64 = 0.01;

/// Each step is so many times the one before: what is told from steps is right within 1 %.
const STEP: f64 = 1.02;

/// Up to more than 10,000 sat/vB; what pays more is in the last one.
const STEPS: usize = 700;

/// What a transaction counts for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::model) struct Share {
    /// In sat/vB, if it is certain.
    rate: Option<f64>,
    vsize: u64,
    /// In sat, if it is known.
    fee: u64,
}

impl Share {
    pub(in crate::model) fn of(entry: &Entry) -> Self {
        let fee = entry.fee().unwrap_or_default();
        Self { rate: entry.mining_rate(), vsize: entry.tx().vsize().into(), fee }
    }

    #[cfg(test)]
    pub(super) fn test(rate: Option<f64>, vsize: u64, fee: u64) -> Self {
        Self { rate, vsize, fee }
    }
}

/// Some transactions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Lot {
    pub(super) count: u64,
    /// In vB.
    pub(super) vsize: u64,
    /// In sat.
    pub(super) fees: u64,
}

impl Lot {
    pub(super) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.vsize += other.vsize;
        self.fees += other.fees;
    }

    fn subtract(&mut self, other: Self) {
        self.count -= other.count;
        self.vsize -= other.vsize;
        self.fees -= other.fees;
    }
}

/// All that is held.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::model) struct Buckets {
    /// By rate, the lowest first.
    steps: Vec<Lot>,
    /// Those whose rate is not certain.
    pub(super) unknown: Lot,
}

impl Default for Buckets {
    fn default() -> Self {
        Self { steps: vec![Lot::default(); STEPS], unknown: Lot::default() }
    }
}

impl Buckets {
    /// A transaction is held from now on.
    pub(in crate::model) fn add(&mut self, share: Share) {
        let lot = Lot { count: 1, vsize: share.vsize, fees: share.fee };
        self.lot_mut(share.rate).add(lot);
    }

    /// It is no longer held.
    pub(in crate::model) fn subtract(&mut self, share: Share) {
        let lot = Lot { count: 1, vsize: share.vsize, fees: share.fee };
        self.lot_mut(share.rate).subtract(lot);
    }

    /// The rates with what pays them, the highest first; empty steps are left out.
    pub(super) fn descending(&self) -> impl Iterator<Item = (f64, Lot)> {
        let steps = self.steps.iter().enumerate().rev();
        steps.filter(|(_, lot)| lot.count > 0).map(|(step, lot)| (rate(step), *lot))
    }

    /// Those whose rate is certain, all together.
    pub(super) fn known(&self) -> Lot {
        let mut all = Lot::default();
        self.steps.iter().for_each(|lot| all.add(*lot));
        all
    }

    fn lot_mut(&mut self, rate: Option<f64>) -> &mut Lot {
        match rate.and_then(|rate| self.steps.get_mut(step(rate))) {
            Some(lot) => lot,
            None => &mut self.unknown,
        }
    }
}

/// The step that a rate belongs to.
pub(super) fn step(rate: f64) -> usize {
    let steps = (rate.max(LOWEST) / LOWEST).ln() / STEP.ln();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    let step = (steps + 0.5) as usize;
    step.min(STEPS - 1)
}

/// The rate that stands for a step, in sat/vB.
fn rate(step: usize) -> f64 {
    LOWEST * STEP.powi(i32::try_from(step).unwrap_or(i32::MAX))
}
