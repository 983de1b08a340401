//! What is known of the rate that a transaction pays.

/// A rate in sat/vB, and how sure it is. Never a guess.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum FeeRate {
    /// The values of all that it spends are known.
    Exact(f64),
    /// They are not.
    Within(Bounds),
}

impl FeeRate {
    /// Of what pays `fee` sat for `vsize` vB.
    pub fn of(fee: u64, vsize: u32) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "all the money there is has 51 bits")]
        let fee = fee as f64;
        Self::Exact(fee / f64::from(vsize))
    }

    /// In sat/vB, if it is known exactly.
    pub fn exact(self) -> Option<f64> {
        match self {
            Self::Exact(rate) => Some(rate),
            Self::Within(_) => None,
        }
    }

    /// It is no less, in sat/vB.
    pub fn min(self) -> Option<f64> {
        match self {
            Self::Exact(rate) => Some(rate),
            Self::Within(bounds) => bounds.min(),
        }
    }

    /// It is no more, in sat/vB.
    pub fn max(self) -> Option<f64> {
        match self {
            Self::Exact(rate) => Some(rate),
            Self::Within(bounds) => bounds.max(),
        }
    }
}

impl Default for FeeRate {
    /// Nothing is known.
    fn default() -> Self {
        Self::Within(Bounds::default())
    }
}

/// What peers give away of a rate, in sat/vB.
#[derive(Clone, Copy, Default, PartialEq, Debug)]
pub struct Bounds {
    /// Those who announced it take nothing below, but for what a child pays for (BIP133).
    pub floor: Option<f64>,
    /// It was announced before one that pays this.
    pub low: Option<f64>,
    /// It was announced after one that pays this.
    pub high: Option<f64>,
}

impl Bounds {
    /// It pays no less, alone or with a child.
    pub fn min(&self) -> Option<f64> {
        [self.floor, self.low].into_iter().flatten().reduce(f64::max)
    }

    /// It pays no more.
    pub fn max(&self) -> Option<f64> {
        self.high
    }
}
