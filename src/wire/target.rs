//! Proof of work: what a header's `nBits` demand, and how much work that stands for.

use super::BlockHash;

/// The largest hash that a block may have, as a number of 256 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Target {
    high: u128,
    low: u128,
}

impl Target {
    /// What compact `nBits` stand for: a byte of exponent, a sign, 23 bits of mantissa.
    ///
    /// `None` if no hash could be below it: it is negative, zero, or of more than 256 bits.
    pub fn from_bits(bits: u32) -> Option<Self> {
        const SIGN: u32 = 0x0080_0000;
        let exponent = bits >> 24;
        let mantissa = u128::from(bits & (SIGN - 1));
        let (mantissa, shift) = match exponent {
            0..=3 => (mantissa >> (8 * (3 - exponent)), 0),
            _ => (mantissa, 8 * (exponent - 3)),
        };
        let needed = u128::BITS - mantissa.leading_zeros();
        if mantissa == 0 || bits & SIGN != 0 || needed + shift > 256 {
            return None;
        }
        Some(match shift.checked_sub(u128::BITS) {
            Some(shift) => Self { high: mantissa << shift, low: 0 },
            None if shift == 0 => Self { high: 0, low: mantissa },
            None => Self { high: mantissa >> (u128::BITS - shift), low: mantissa << shift },
        })
    }

    /// Whether a block of this name has done the work.
    pub fn is_met_by(self, hash: BlockHash) -> bool {
        let (mut low, mut high) = ([0; 16], [0; 16]);
        low.copy_from_slice(&hash.0[..16]);
        high.copy_from_slice(&hash.0[16..]);
        Self { high: u128::from_le_bytes(high), low: u128::from_le_bytes(low) } <= self
    }

    /// How many hashes it takes to meet it, on average: 2²⁵⁶ / (target + 1), rounded down (Core:
    /// `GetBlockProof`). [`u128::MAX`] for what is more than that, which nobody can do.
    pub fn work(self) -> u128 {
        let (low, carry) = self.low.overflowing_add(1);
        // Compact targets end with zeros: adding one never overflows.
        let divisor = Self { high: self.high + u128::from(carry), low };
        if divisor.high == 0 {
            return u128::MAX;
        }
        // Long division, bit by bit: the dividend is a one and 256 zeros.
        let mut rest = Self { high: 0, low: 1 };
        let mut quotient = 0_u128;
        for _ in 0..256 {
            let overflow = rest.high >> 127 == 1;
            rest = Self { high: rest.high << 1 | rest.low >> 127, low: rest.low << 1 };
            quotient <<= 1;
            if overflow || rest >= divisor {
                let (low, borrow) = rest.low.overflowing_sub(divisor.low);
                let high = rest.high.wrapping_sub(divisor.high).wrapping_sub(u128::from(borrow));
                rest = Self { high, low };
                quotient |= 1;
            }
        }
        quotient
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Network;

    #[test]
    fn targets_that_nothing_can_meet_are_refused() {
        for bits in
            [0, 0x1d00_0000, 0x0100_12ff, 0x1d80_ffff, 0x0180_0000, 0x2101_0000, 0x2200_0100, 0xff00_0001]
        {
            assert_eq!(Target::from_bits(bits), None, "{bits:08x}");
        }
        for bits in [0x0101_0000, 0x0300_0001, 0x2100_ffff, 0x2200_00ff, 0x207f_ffff] {
            assert!(Target::from_bits(bits).is_some(), "{bits:08x}");
        }
    }

    #[test]
    fn the_target_is_the_largest_hash_that_meets_it() {
        let target = Target::from_bits(0x1d00_ffff).unwrap();
        let mut hash = BlockHash([0; 32]);
        hash.0[26..28].copy_from_slice(&[0xff, 0xff]);
        assert!(target.is_met_by(hash));
        hash.0[0] = 1;
        assert!(!target.is_met_by(hash));
        hash.0[26] = 0xfe;
        assert!(target.is_met_by(hash));
    }

    #[test]
    fn work_counts_hashes() {
        let work = |bits| Target::from_bits(bits).unwrap().work();
        assert_eq!(work(0x207f_ffff), 2);
        assert_eq!(work(0x1d00_ffff), 0x1_0001_0001);
        assert_eq!(work(0x2100_ffff), 1);
        assert_eq!(work(0x0300_0001), u128::MAX);
        assert!(work(Network::Mainnet.easiest_bits()) > 1 << 72);
    }
}
