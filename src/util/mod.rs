//! What every floor may use: time, clocks, text, bounded collections and rates.

pub(crate) mod bounded;
pub mod clock;
pub mod files;
#[cfg(test)]
pub mod footprint;
#[cfg(test)]
pub mod fuzz;
pub mod log_lines;
pub mod peer_clocks;
pub mod percentile;
pub mod platform;
pub mod program;
pub mod rates;
pub mod share;
pub mod text;
pub mod time;
