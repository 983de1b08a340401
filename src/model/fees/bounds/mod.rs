//! Bounds of a fee rate while the fee is unknown.
//!
//! Peers reveal bounds in two ways. Each one sends the rate below which it accepts nothing (BIP133), so
//! whatever it announces pays at least that, alone or with a child that pays for it. And nodes announce in
//! one of two orders by fee rate: a transaction between two of known rates pays a rate between theirs
//! ([`order`]), provided the peer's earlier announcements agree with that order ([`tally`]).
//!
//! None of this can be verified. If several peers give bounds, the second tightest counts, so that a single
//! liar cannot make it too tight. If only one peer gives a bound, that one counts and is marked as such
//! ([`by_order`]).

pub(in crate::model) mod announcements;
pub(in crate::model) mod by_order;
pub(in crate::model) mod order;
pub(in crate::model) mod tally;

/// The default minimum relay fee rates of nodes, in sat/kvB: since Bitcoin Core 30, and before (Core:
/// `DEFAULT_MIN_RELAY_TX_FEE`).
const DEFAULT_FLOORS: [u64; 2] = [100, 1_000];

/// The resolution of a bound: parts of 1 sat/vB.
const PARTS: f64 = 10_000.0;

/// The two highest fee filters of the peers that announced a transaction, in parts of 1 sat/vB. `i32`, as
/// there are hundreds of thousands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model) struct PeerBound {
    tightest: i32,
    second: i32,
}

impl PeerBound {
    const NONE: i32 = i32::MIN;

    /// Adds one more peer's bound. Each peer may give only one.
    pub(in crate::model) fn add(&mut self, bound: f64) {
        self.add_parts(round_down(bound));
    }

    /// Adds the bounds that other peers gave.
    pub(in crate::model) fn merge(&mut self, other: Self) {
        self.add_parts(other.tightest);
        self.add_parts(other.second);
    }

    fn add_parts(&mut self, bound: i32) {
        if bound > self.tightest {
            *self = Self { tightest: bound, second: self.tightest };
        } else {
            self.second = self.second.max(bound);
        }
    }

    /// Returns both bounds in 10⁻⁴ sat/vB, tightest first.
    pub(in crate::model) fn parts(self) -> [Option<i32>; 2] {
        [self.tightest, self.second].map(|bound| Some(bound).filter(|bound| *bound != Self::NONE))
    }

    /// Restores a value from [`PeerBound::parts`].
    pub(in crate::model) fn from_parts(parts: [Option<i32>; 2]) -> Self {
        let mut bound = Self::default();
        parts.into_iter().flatten().for_each(|part| bound.add_parts(part));
        bound
    }

    /// Returns the second tightest bound, or else the only one.
    pub(in crate::model) fn get(self) -> Option<f64> {
        let bound = if self.second == Self::NONE { self.tightest } else { self.second };
        (bound != Self::NONE).then(|| f64::from(bound) / PARTS)
    }
}

impl Default for PeerBound {
    fn default() -> Self {
        Self { tightest: Self::NONE, second: Self::NONE }
    }
}

/// Rounds down to whole parts, so that no bound becomes tighter, with tolerance for floating-point error.
fn round_down(bound: f64) -> i32 {
    let parts = bound * PARTS;
    let nearest = parts.round();
    let rounded = if (parts - nearest).abs() < 1e-6 { nearest } else { parts.floor() };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "saturates: a lower bound becomes lower, an upper one none"
    )]
    let rounded = rounded as i32;
    rounded
}

/// Returns the rate below which a node keeps nothing, in sat/vB, from its fee filter in sat/kvB.
///
/// A node whose mempool is not full sends its constant minimum relay fee rate. A full one sends a rate
/// rounded up by up to a tenth, and updates it at most five minutes after it has fallen by a quarter (Core:
/// `FeeFilterRounder`, `MaybeSendFeefilter`). A third is therefore taken off.
#[expect(clippy::cast_precision_loss, reason = "no fee filter has more than 53 bits")]
pub(in crate::model) fn floor(fee_filter: u64) -> f64 {
    let rate = fee_filter as f64 / 1_000.0;
    if DEFAULT_FLOORS.contains(&fee_filter) { rate } else { rate * 2.0 / 3.0 }
}

#[cfg(test)]
mod tests;
