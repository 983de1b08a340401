//! What transactions pay: exact fees, bounds where the fee is unknown, and the mempool by fee rate.
//!
//! A fee is exact once the values of all spent outputs are known ([`input_values`]), from parents in the
//! mempool or from recent blocks ([`prevouts`]). Until then, peers reveal [`bounds`], through their fee
//! filters and through a transaction's position in an announcement or a whole-mempool list. Nothing in this
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
