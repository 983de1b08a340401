//! A message that waits to be published.

use crate::sensor::kind::Kind;
use bytes::Bytes;

/// A message that waits to be published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Outgoing {
    /// What it contains; the subject follows from it.
    pub kind: Kind,
    /// Its `Nats-Msg-Id`: of several messages with the same one, the stream keeps one.
    pub id: String,
    /// What it contains.
    pub payload: Bytes,
}

impl Outgoing {
    /// What it takes in memory, about, in bytes.
    pub fn size(&self) -> u64 {
        const FIXED: usize = 120;
        (FIXED + self.id.len() + self.payload.len()) as u64
    }
}
