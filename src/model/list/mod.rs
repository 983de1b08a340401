//! The list of all mempool transactions, sorted and filtered. Only the current order is indexed.
//!
//! | file | what it is |
//! |---|---|
//! | [`order`] | what the list can be sorted by |
//! | [`filter`] | which transactions are in the list |
//! | [`sorted`] | sorted values with their ranks |
//! | [`index`] | the list itself: built in slices, then kept up to date |
//! | [`follow`] | how the model maintains it |

pub(crate) mod filter;
mod follow;
pub(crate) mod index;
pub(crate) mod listed;
pub(crate) mod order;
mod sorted;

#[cfg(test)]
mod tests;
