//! Which peers to dial, and which of them are useful.

pub(crate) mod backoff;
pub(crate) mod dialer;
pub(crate) mod usefulness;
