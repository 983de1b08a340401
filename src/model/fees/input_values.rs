//! The values of a transaction's inputs, and its fee once all of them are known.

use crate::chain::limits::MAX_MONEY;

/// Marks an input whose value is unknown; no output has this value.
const UNKNOWN: u64 = u64::MAX;

/// The values of a transaction's inputs, in sat, as far as they are known.
#[derive(Clone, Debug)]
pub(in crate::model) struct InputValues {
    /// By input; empty while no value is known.
    values: Box<[u64]>,
    missing: u32,
}

impl InputValues {
    /// The values of `inputs` inputs, all unknown.
    pub(in crate::model) fn unknown(inputs: u32) -> Self {
        Self { values: Box::default(), missing: inputs }
    }

    /// Records the value of input `vin`. The first value stays, as an outpoint has only one.
    pub(in crate::model) fn learn(&mut self, inputs: u32, vin: u32, value: u64) {
        if self.values.is_empty() {
            self.values = vec![UNKNOWN; inputs as usize].into();
        }
        if let Some(slot) = self.values.get_mut(vin as usize)
            && *slot == UNKNOWN
            && value <= MAX_MONEY
        {
            *slot = value;
            self.missing -= 1;
        }
    }

    /// Records the value of input `vin` by the spent transaction itself, which replaces a claimed value.
    pub(in crate::model) fn prove(&mut self, inputs: u32, vin: u32, value: u64) {
        match self.values.get_mut(vin as usize) {
            Some(slot) if *slot != UNKNOWN && value <= MAX_MONEY => *slot = value,
            _ => self.learn(inputs, vin, value),
        }
    }

    /// Records all values that `other` knows about the same transaction.
    pub(in crate::model) fn learn_all(&mut self, inputs: u32, other: &Self) {
        for vin in 0..inputs {
            if let Some(value) = other.value(vin as usize) {
                self.learn(inputs, vin, value);
            }
        }
    }

    /// Returns the value of input `vin`.
    pub(in crate::model) fn value(&self, vin: usize) -> Option<u64> {
        self.values.get(vin).copied().filter(|&value| value != UNKNOWN)
    }

    /// Returns the exact fee in sat, or `None` if a value is unknown or the sums are impossible: a peer may
    /// send any transaction, and nothing here verifies it. `output_value` is called only if all values are
    /// known.
    pub(in crate::model) fn fee(&self, output_value: impl FnOnce() -> u64) -> Option<u64> {
        if self.missing > 0 {
            return None;
        }
        let sum = self.values.iter().fold(0_u64, |sum, value| sum.saturating_add(*value));
        if sum > MAX_MONEY { None } else { sum.checked_sub(output_value()) }
    }

    /// Returns the bytes on the heap.
    pub(in crate::model) fn memory(&self) -> usize {
        size_of_val(&*self.values)
    }
}
