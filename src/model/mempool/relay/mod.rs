//! The relay of transactions: which peers announced them, and which of them have not arrived.

pub(in crate::model) mod announcements;
pub(in crate::model) mod credit;
mod packed;
pub(super) mod pending;
