//! What every floor may use: time, clock, text and rates.

pub mod clock;
pub mod rates;
pub mod share;
pub mod text;
pub mod time;
