//! Who vouches for an entry, and whether it counts.

use crate::model::mempool::vouch::voucher::Vouchers;

/// A peer announced and sent the transaction, or a descendant, so it counts on its own.
const RELAYED: u16 = 1 << Vouchers::BITS;

/// The entry counts in the figures.
const COUNTS: u16 = RELAYED << 1;

/// Who vouches for an entry, whether it was relayed, and whether it counts. Only two bytes, as there may be
/// hundreds of thousands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model::mempool) struct Vouch(u16);

impl Vouch {
    /// Vouching by announcing, listing or serving.
    pub(in crate::model::mempool) const fn by(vouchers: Vouchers) -> Self {
        Self(vouchers.number())
    }

    /// The same, if a peer announced it and then sent it.
    #[must_use]
    pub(in crate::model::mempool) const fn relayed(self, is_relayed: bool) -> Self {
        if is_relayed { Self(self.0 | RELAYED) } else { self }
    }

    /// Combines what is known about a transaction, or about it and a descendant. It counts if it was relayed,
    /// if several netgroups vouch for it, or if there is only `one_netgroup` to ask.
    #[must_use]
    pub(in crate::model::mempool) const fn with(self, other: Self, one_netgroup: bool) -> Self {
        let vouchers = self.vouchers().with(other.vouchers());
        let proven = Self(vouchers.number() | ((self.0 | other.0) & RELAYED));
        if one_netgroup || proven.is_proven() { Self(proven.0 | COUNTS) } else { proven }
    }

    /// Encodes the value: bits 0 to 13 for the netgroups, bit 14 for relayed, bit 15 for counting.
    pub(in crate::model::mempool) const fn number(self) -> u16 {
        self.0
    }

    /// Decodes the result of [`Vouch::number`].
    pub(in crate::model::mempool) const fn from_number(number: u16) -> Self {
        Self(number)
    }

    const fn vouchers(self) -> Vouchers {
        Vouchers::from_number(self.0 & (RELAYED - 1))
    }

    /// Whether peers of several netgroups vouch for it.
    pub(in crate::model::mempool) const fn is_by_several(self) -> bool {
        self.vouchers().are_several()
    }

    /// Whether it counts whichever peers are connected.
    pub(in crate::model::mempool) const fn is_proven(self) -> bool {
        self.0 & RELAYED != 0 || self.is_by_several()
    }

    /// Whether it currently counts.
    pub(in crate::model::mempool) const fn counts(self) -> bool {
        self.0 & COUNTS != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::PeerId;

    #[test]
    fn a_transaction_counts_if_relayed_or_from_several_peers_or_if_there_is_only_one() {
        let [a, b] = [1, 2].map(|peer| Vouch::by(Vouchers::unknown(PeerId(peer))));
        let counts = |vouch: Vouch| [vouch.counts(), vouch.is_proven(), vouch.is_by_several()];
        assert_eq!(counts(a.with(a, false)), [false; 3]);
        assert_eq!(counts(a.with(a, true)), [true, false, false]);
        assert_eq!(counts(a.with(a, true).with(a, false)), [false; 3], "others came");
        assert_eq!(counts(a.with(b, false)), [true; 3]);
        assert_eq!(counts(a.relayed(true).with(a, false)), [true, true, false]);
        assert_eq!(counts(a.with(a.relayed(true), false).with(a, false)), [true, true, false]);
        assert_eq!(size_of::<Vouch>(), 2);
    }
}
