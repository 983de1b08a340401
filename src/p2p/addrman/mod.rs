//! Which addresses are known, where they come from, and how they are kept.

pub(crate) mod fixed_seeds;
pub(crate) mod gossip;
pub(crate) mod growth;
pub(crate) mod seeds;
pub(crate) mod table;
