//! Which transaction to request from which peer.

pub(crate) mod parent_requests;
pub(crate) mod seen;
pub(crate) mod tx_requests;
