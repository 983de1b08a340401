//! Which addresses are known, where they come from, and how they are kept.

pub(crate) mod address_book;
pub(crate) mod fixed_seeds;
pub(crate) mod gossip;
pub(crate) mod keeper;
pub(crate) mod seeds;
