//! What is known about the fee rate of a transaction.

/// A fee rate in sat/vB: exact, or within proven bounds. Never an estimate.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum FeeRate {
    /// All prevouts are known.
    Exact(f64),
    /// Some prevout is unknown; the announcements limit the rate.
    Within(Bounds),
}

impl FeeRate {
    /// The rate of `fee` sat for `vsize` vB.
    pub fn of(fee: u64, vsize: u32) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "all the money there is has 51 bits")]
        let fee = fee as f64;
        Self::Exact(fee / f64::from(vsize))
    }

    /// The exact rate in sat/vB, or `None` if only bounds are known.
    pub fn exact(self) -> Option<f64> {
        match self {
            Self::Exact(rate) => Some(rate),
            Self::Within(_) => None,
        }
    }

    /// The greatest known lower bound in sat/vB.
    pub fn min(self) -> Option<f64> {
        match self {
            Self::Exact(rate) => Some(rate),
            Self::Within(bounds) => bounds.min(),
        }
    }

    /// The least known upper bound in sat/vB.
    pub fn max(self) -> Option<f64> {
        match self {
            Self::Exact(rate) => Some(rate),
            Self::Within(bounds) => bounds.max(),
        }
    }
}

impl Default for FeeRate {
    /// A rate about which nothing is known.
    fn default() -> Self {
        Self::Within(Bounds::default())
    }
}

/// Bounds of a fee rate, in sat/vB, that follow from who announced the transaction and when.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct Bounds {
    /// The highest fee filter among its announcers (BIP133). A child may pay the difference.
    pub floor: Option<f64>,
    /// The rate of a transaction that the same peer announced after it, highest rate first.
    pub low: Option<f64>,
    /// The rate of a transaction that the same peer announced before it, highest rate first.
    pub high: Option<f64>,
}

impl Bounds {
    /// The greatest lower bound. It holds for the transaction alone or with a child.
    pub fn min(&self) -> Option<f64> {
        [self.floor, self.low].into_iter().flatten().reduce(f64::max)
    }

    /// The least upper bound.
    pub fn max(&self) -> Option<f64> {
        self.high
    }
}
