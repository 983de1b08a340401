//! What is held, in fine steps of the rate by which miners sort it.

use crate::model::mempool::MempoolEntry;

/// The lowest rate that is told apart, in sat/vB: a tenth of the lowest that nodes relay by default.
const LOWEST: f64 = 0.01;

/// Each step is so many times the one before: what is told from steps is right within 1 %.
const STEP: f64 = 1.02;

/// Up to more than 10,000 sat/vB; what pays more is in the last one.
const STEPS: usize = 700;

/// What is known of the rate by which miners sort a transaction, in sat/vB.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Pays {
    Exactly(f64),
    AtLeast(f64),
    Unknown,
}

/// What a transaction counts for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Share {
    pays: Pays,
    vsize: u64,
    /// In sat, if it is known.
    fee: u64,
}

impl Share {
    pub(crate) fn of(entry: &MempoolEntry) -> Self {
        let at_least = || entry.chunk_fee_rate_lower().map_or(Pays::Unknown, Pays::AtLeast);
        Self {
            pays: entry.chunk_fee_rate().map_or_else(at_least, Pays::Exactly),
            vsize: entry.tx().vsize().into(),
            fee: entry.fee().unwrap_or_default(),
        }
    }

    #[cfg(test)]
    pub(crate) fn test(pays: Pays, vsize: u64, fee: u64) -> Self {
        Self { pays, vsize, fee }
    }
}

/// Some transactions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Lot {
    pub(crate) count: u64,
    /// In vB.
    pub(crate) vsize: u64,
    /// In sat. Nobody has verified what strangers claim to own.
    pub(crate) fees: u128,
}

impl Lot {
    pub(crate) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.vsize += other.vsize;
        self.fees += other.fees;
    }

    pub(crate) fn subtract(&mut self, other: Self) {
        self.count -= other.count;
        self.vsize -= other.vsize;
        self.fees -= other.fees;
    }

    /// A part of it that has this size, in vB: the parts of a lot are alike.
    pub(crate) fn part(self, vsize: u64) -> Self {
        let proportion = |whole: u128| whole * u128::from(vsize) / u128::from(self.vsize.max(1));
        let count = u64::try_from(proportion(self.count.into())).unwrap_or(self.count);
        Self { count, vsize, fees: proportion(self.fees) }
    }
}

/// The lots of a step.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Step {
    certain: Lot,
    /// Those that pay at least this.
    bounded: Lot,
}

/// All that is held.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Buckets {
    /// By rate, the lowest first.
    steps: Vec<Step>,
    /// Those of whose rate nothing is known.
    pub(crate) unknown: Lot,
}

impl Default for Buckets {
    fn default() -> Self {
        Self { steps: vec![Step::default(); STEPS], unknown: Lot::default() }
    }
}

impl Buckets {
    /// A transaction is held from now on.
    pub(crate) fn add(&mut self, share: Share) {
        let lot = Lot { count: 1, vsize: share.vsize, fees: share.fee.into() };
        self.lot_mut(share.pays).add(lot);
    }

    /// It is no longer held.
    pub(crate) fn subtract(&mut self, share: Share) {
        let lot = Lot { count: 1, vsize: share.vsize, fees: share.fee.into() };
        self.lot_mut(share.pays).subtract(lot);
    }

    /// The rates with what pays them, and what pays at least them, the highest first; empty steps are
    /// left out.
    pub(crate) fn descending(&self) -> impl Iterator<Item = (f64, Lot, Lot)> {
        let steps = self.steps.iter().enumerate().rev();
        steps
            .filter(|(_, step)| **step != Step::default())
            .map(|(number, step)| (rate(number), step.certain, step.bounded))
    }

    /// Those whose rate is certain, all together.
    pub(crate) fn certain(&self) -> Lot {
        self.sum(Lot::default(), |step| step.certain)
    }

    /// The others.
    pub(crate) fn uncertain(&self) -> Lot {
        self.sum(self.unknown, |step| step.bounded)
    }

    fn sum(&self, mut sum: Lot, of: impl Fn(&Step) -> Lot) -> Lot {
        self.steps.iter().for_each(|step| sum.add(of(step)));
        sum
    }

    fn lot_mut(&mut self, pays: Pays) -> &mut Lot {
        match pays {
            Pays::Exactly(rate) => self.steps.get_mut(step(rate)).map(|step| &mut step.certain),
            Pays::AtLeast(rate) => self.steps.get_mut(step(rate)).map(|step| &mut step.bounded),
            Pays::Unknown => None,
        }
        .unwrap_or(&mut self.unknown)
    }
}

/// The step that a rate belongs to.
pub(crate) fn step(rate: f64) -> usize {
    let steps = (rate.max(LOWEST) / LOWEST).ln() / STEP.ln();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    let step = (steps + 0.5) as usize;
    step.min(STEPS - 1)
}

/// The rate that stands for a step, in sat/vB.
fn rate(step: usize) -> f64 {
    LOWEST * STEP.powi(i32::try_from(step).unwrap_or(i32::MAX))
}
