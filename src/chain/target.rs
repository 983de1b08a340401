//! Proof of work: the target encoded by `nBits`, and the expected number of hashes to meet it.

/// The largest hash that a block may have, as a 256-bit number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Target {
    high: u128,
    low: u128,
}

impl Target {
    /// Decodes compact `nBits`: a byte of exponent, a sign bit, 23 bits of mantissa.
    ///
    /// `None` if the target is negative, zero, or longer than 256 bits.
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

    /// Whether a block with this hash, in the byte order of sha256d, meets the target.
    pub fn is_met_by(self, hash: [u8; 32]) -> bool {
        let (mut low, mut high) = ([0; 16], [0; 16]);
        low.copy_from_slice(&hash[..16]);
        high.copy_from_slice(&hash[16..]);
        Self { high: u128::from_le_bytes(high), low: u128::from_le_bytes(low) } <= self
    }

    /// Returns the expected number of hashes to meet the target: 2²⁵⁶ / (target + 1), rounded down
    /// (Core: `GetBlockProof`), capped at [`u128::MAX`].
    pub fn work(self) -> u128 {
        let (low, carry) = self.low.overflowing_add(1);
        // Compact targets end with zeros, so adding one never overflows.
        let divisor = Self { high: self.high + u128::from(carry), low };
        if divisor.high == 0 {
            return u128::MAX;
        }
        // Long division, bit by bit, of a one followed by 256 zeros.
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
    fn targets_that_no_hash_can_meet_are_refused() {
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
        let mut hash = [0; 32];
        hash[26..28].copy_from_slice(&[0xff, 0xff]);
        assert!(target.is_met_by(hash));
        hash[0] = 1;
        assert!(!target.is_met_by(hash));
        hash[26] = 0xfe;
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
