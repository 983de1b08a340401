//! The mempool as a whole: by fee rate, over time, as the next blocks. Counted as it changes, so that
//! telling it costs the same whatever it holds.

pub(crate) mod bands;
pub(crate) mod buckets;
mod history;
mod kinds;
pub(crate) mod projection;
#[cfg(test)]
mod tests;

pub(crate) use buckets::{Buckets, Share};
pub use history::History;
pub(crate) use kinds::KindRates;
