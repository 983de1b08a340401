//! The share of the mempool whose fees are known.

use crate::util::share::share;

/// A number of transactions and their size.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Amount {
    /// The number of transactions.
    pub count: u64,
    /// Their virtual size, in vB.
    pub vsize: u64,
}

impl Amount {
    /// Adds a transaction of this size, in vB.
    pub(in crate::model) fn add(&mut self, vsize: u64) {
        self.count += 1;
        self.vsize += vsize;
    }
}

/// A part of the mempool, as shares of the whole (0–1).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Coverage {
    /// The share by number of transactions.
    pub by_count: f32,
    /// The share by virtual size.
    pub by_vsize: f32,
}

impl Coverage {
    /// The share of `known` in `all`, or `None` if `all` is empty.
    pub fn of(known: Amount, all: Amount) -> Option<Self> {
        Some(Self { by_count: share(known.count, all.count)?, by_vsize: share(known.vsize, all.vsize)? })
    }
}
