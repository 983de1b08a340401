//! What every floor may use: time, clock, text, bounded collections and rates.

pub(crate) mod bounded;
pub mod clock;
pub mod percentile;
pub mod rates;
pub mod share;
pub mod text;
pub mod time;
