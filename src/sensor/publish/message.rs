//! A message waiting to be published.

use crate::sensor::kind::Kind;
use bytes::Bytes;

/// A message waiting to be published.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Outgoing {
    /// Its kind, which determines the subject.
    pub kind: Kind,
    /// Its `Nats-Msg-Id`: the stream keeps only one message with the same id.
    pub id: String,
    /// What it contains.
    pub payload: Bytes,
}

impl Outgoing {
    /// Its approximate size in memory, in bytes.
    pub fn size(&self) -> u64 {
        const FIXED: usize = 120;
        (FIXED + self.id.len() + self.payload.len()) as u64
    }
}
