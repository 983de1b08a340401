//! Conflicts: two transactions that spend the same output.
//!
//! Nodes relay a second spend only as a replacement, so a newcomer replaces the transactions that it
//! conflicts with and all their descendants ([`decide`]). It is rejected if it demonstrably pays no more,
//! for no node would have accepted it: then it is the original, arriving late from a slow peer. Replaced
//! and rejected transactions are remembered for a while, so that slow peers bring back neither them nor
//! their children ([`replaced`]).
//!
//! Nothing that is relayed is verified here: a made-up spend of the same outputs that promises a higher
//! fee counts as a replacement, until a block decides.

pub(super) mod decide;
pub(crate) mod double_spend;
pub(crate) mod replaced;
pub(super) mod signalling;
mod truc;
