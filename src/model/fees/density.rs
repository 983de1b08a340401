//! The mempool by size and chunk fee rate: the number of transactions in each class.

/// The number of size classes, each 2^(1/4) times the previous one.
pub const SIZE_CLASSES: usize = 44;

/// The number of fee-rate classes, each 5/4 of the previous one.
pub const RATE_CLASSES: usize = 40;

/// Where the size classes begin: relayed transactions have from 65 vB (Core:
/// `MIN_STANDARD_TX_NONWITNESS_SIZE`) to 100,000 vB (`MAX_STANDARD_TX_WEIGHT`).
const LEAST_VSIZE: f64 = 64.0;

/// Where the rate classes begin, in sat/vB: the lowest rate that nodes relay by default (Core:
/// `DEFAULT_MIN_RELAY_TX_FEE`).
const LEAST_RATE: f64 = 0.1;

/// The number of transactions by size and known chunk fee rate. Values outside the classes count in the
/// outermost ones.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Density(Vec<u32>);

impl Default for Density {
    fn default() -> Self {
        Self(vec![0; SIZE_CLASSES * RATE_CLASSES])
    }
}

impl Density {
    /// Adds a transaction of this size (vB) that pays this rate (sat/vB).
    pub(super) fn add(&mut self, vsize: u64, rate: f64) {
        if let Some(count) = self.count_mut(vsize, rate) {
            *count += 1;
        }
    }

    /// Removes a transaction that was added.
    pub(super) fn subtract(&mut self, vsize: u64, rate: f64) {
        if let Some(count) = self.count_mut(vsize, rate) {
            *count -= 1;
        }
    }

    /// Returns the number of transactions in a size class and a rate class, both numbered from the lowest.
    pub fn count(&self, size: usize, rate: usize) -> u32 {
        self.0.get(rate * SIZE_CLASSES + size).copied().unwrap_or_default()
    }

    /// Returns where a class of sizes begins, in vB.
    pub fn vsize(class: usize) -> f64 {
        LEAST_VSIZE * 2_f64.powf(as_f64(class) / 4.0)
    }

    /// Returns where a class of rates begins, in sat/vB.
    pub fn rate(class: usize) -> f64 {
        LEAST_RATE * 1.25_f64.powf(as_f64(class))
    }

    fn count_mut(&mut self, vsize: u64, rate: f64) -> Option<&mut u32> {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let size = (vsize as f64 / LEAST_VSIZE).log2() * 4.0;
        let rate = (rate / LEAST_RATE).ln() / 1.25_f64.ln();
        self.0.get_mut(class(rate, RATE_CLASSES) * SIZE_CLASSES + class(size, SIZE_CLASSES))
    }
}

/// The class at a position; below the first one, the first.
fn class(position: f64, classes: usize) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates at both ends")]
    let class = position as usize;
    class.min(classes - 1)
}

#[expect(clippy::cast_precision_loss, reason = "a few dozen classes")]
fn as_f64(class: usize) -> f64 {
    class as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_counts_in_the_class_of_its_size_and_rate() {
        let mut density = Density::default();
        let items = [(64, 0.1), (1, 0.01), (1_000_000, 1e9), (140, 1.0)];
        for (vsize, rate) in items {
            density.add(vsize, rate);
        }
        assert_eq!(density.count(0, 0), 2);
        assert_eq!(density.count(SIZE_CLASSES - 1, RATE_CLASSES - 1), 1);
        let places = (1..SIZE_CLASSES).flat_map(|size| (1..RATE_CLASSES - 1).map(move |rate| (size, rate)));
        let inner: Vec<_> = places.filter(|&(size, rate)| density.count(size, rate) > 0).collect();
        let &[(size, rate)] = &inner[..] else { panic!("{inner:?}") };
        assert!(Density::vsize(size) <= 140.0 && 140.0 < Density::vsize(size + 1));
        assert!(Density::rate(rate) <= 1.0 && 1.0 < Density::rate(rate + 1));
        for (vsize, rate) in items {
            density.subtract(vsize, rate);
        }
        assert_eq!(density, Density::default());
    }
}
