//! The list of all transactions in the mempool, sorted and filtered: only the one order that is in use is indexed.
//!
//! | file | what it is |
//! |---|---|
//! | [`order`] | what the list can be sorted by |
//! | [`filter`] | which transactions are in the list |
//! | [`sorted`] | values in their order, with their ranks |
//! | [`index`] | the list itself: built in slices, then kept up to date |
//! | [`follow`] | how the model keeps it |

pub(crate) mod filter;
mod follow;
pub(crate) mod index;
pub(crate) mod listed;
pub(crate) mod order;
mod sorted;

#[cfg(test)]
mod tests;
