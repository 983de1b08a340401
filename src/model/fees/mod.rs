//! What transactions pay: exact fees, bounds where the fee is unknown, and the mempool by fee rate.
//!
//! A fee is exact once the value of every spent output is known ([`input_values`]): from a parent in
//! the mempool or from a recent block ([`prevouts`]). Until then peers reveal [`bounds`]: by their
//! fee filters when they announce the transaction, and by its place in an announcement or in the list of
//! a mempool. Nothing in this
//! folder knows the mempool; `mempool::exact_fees` and `mempool::order_bounds` feed it.

pub(crate) mod bands;
pub(crate) mod basis;
pub(crate) mod bounds;
pub(crate) mod coverage;
pub(crate) mod density;
pub(crate) mod estimates;
pub(crate) mod fee_rate;
pub(crate) mod histogram;
pub(crate) mod history;
pub(in crate::model) mod input_values;
pub(crate) mod prevouts;
pub(crate) mod projection;
#[cfg(test)]
mod tests;
