//! Conflicts: two transactions that spend the same output.
//!
//! Nodes relay a second spend only as a replacement, so a newcomer replaces the transactions that it
//! conflicts with and all their descendants ([`decide`]). It is rejected if it demonstrably pays no more: no
//! node would have accepted such a replacement, so it must be the original, arriving late from a slow peer.
//! Replaced and rejected transactions are remembered for a while, so that slow peers cannot bring back them
//! or their children ([`replaced`]).
//!
//! Scripts and signatures are not verified: a made-up spend of the same outputs that claims a higher fee
//! counts as a replacement, until a block decides.

pub(super) mod decide;
pub(crate) mod double_spend;
pub(crate) mod replaced;
pub(super) mod signalling;
mod truc;
