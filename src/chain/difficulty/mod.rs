//! The difficulty rule: which `nBits` a header must have at its height.
//!
//! Blocks come in periods of 2,016. `nBits` are the same throughout a period; the next period scales
//! the target by the time that the last one took relative to two weeks, by at most a factor of four
//! (Core: `pow.cpp`, `GetNextWorkRequired` and `CalculateNextWorkRequired`). Exceptions:
//!
//! - Regtest never changes `nBits`.
//! - On testnet3, testnet4 and simnet (btcd: `ReduceMinDifficulty`), a block more than 20 minutes
//!   younger than its parent has the easiest `nBits`, except for the first block of a period. The
//!   next block that is on time has the period's own `nBits` again.
//! - Testnet4 scales the target of the period's first block, not of its last (BIP94). The timewarp
//!   rule of BIP94 is not checked.
//!
//! Unknown ancestors (before the starting point, or pruned) never make a header invalid: without the
//! first block of a period only the factor of four is checked.

use crate::chain::Network;
use crate::chain::target::Target;

/// Blocks in a period (Core: `DifficultyAdjustmentInterval`).
const PERIOD: u32 = 2016;

/// The intended duration of a period, in s (Core: `nPowTargetTimespan`).
const TIMESPAN: u32 = PERIOD * 600;

/// The gap after which an easy block may follow on test networks, in s.
const LATE: u32 = 2 * 600;

/// The fields of a header that the difficulty rule reads.
#[derive(Clone, Copy, Debug)]
pub struct PowHeader {
    /// Height in the chain.
    pub height: u32,
    /// The miner's clock, in s since the UNIX epoch.
    pub time: u32,
    /// The compact target (`nBits`).
    pub bits: u32,
}

impl PowHeader {
    fn begins_period(&self) -> bool {
        self.height.is_multiple_of(PERIOD)
    }
}

/// Whether `header` has the `nBits` demanded at its height. `ancestors` are the known ones, parent first; at
/// most 2,016 are read.
pub fn has_valid_bits(
    network: Network,
    header: PowHeader,
    ancestors: impl Iterator<Item = PowHeader> + Clone,
) -> bool {
    let limit = network.limit_bits();
    if network == Network::Regtest {
        return header.bits == limit;
    }
    let Some(parent) = ancestors.clone().next() else { return true };
    let allows_late = matches!(network, Network::Testnet3 | Network::Testnet4 | Network::Simnet);
    // The last ancestor with the period's own `nBits` rather than a late block's easy ones.
    let on_time = || {
        let is_on_time =
            |ancestor: &PowHeader| !allows_late || ancestor.bits != limit || ancestor.begins_period();
        ancestors.clone().find(is_on_time)
    };
    if !header.begins_period() {
        if allows_late && header.time > parent.time.saturating_add(LATE) {
            return header.bits == limit;
        }
        return on_time().is_none_or(|ancestor| ancestor.bits == header.bits);
    }
    // On testnet4, every block on time has the `nBits` of the period's first block, so this works even if
    // that block is unknown.
    let base = if network == Network::Testnet4 { on_time() } else { Some(parent) };
    let Some(PowHeader { bits: base, .. }) = base else { return true };
    let first_height = header.height.saturating_sub(PERIOD);
    let mut period = ancestors.take_while(|ancestor| ancestor.height >= first_height);
    match period.find(|ancestor| ancestor.height == first_height) {
        // A last block with an earlier time than the first one counts as the shortest period.
        Some(first) => header.bits == retarget(base, parent.time.saturating_sub(first.time), limit),
        None => is_within_reach(header.bits, base, limit),
    }
}

/// Whether `bits` may begin the period after one with `base`, whatever its duration (Core:
/// `PermittedDifficultyTransition`).
fn is_within_reach(bits: u32, base: u32, limit: u32) -> bool {
    let [hardest, easiest] = [0, u32::MAX].map(|time| Target::from_bits(retarget(base, time, limit)));
    (hardest..=easiest).contains(&Target::from_bits(bits))
}

/// Returns the `nBits` after a period with `bits` that took `timespan` seconds.
fn retarget(bits: u32, timespan: u32, limit: u32) -> u32 {
    let timespan = timespan.clamp(TIMESPAN / 4, TIMESPAN * 4);
    let (exponent, mantissa) = (bits >> 24, bits & 0x007f_ffff);
    let mantissa = mantissa >> (8 * 3_u32.saturating_sub(exponent));
    // The target is the mantissa followed by `zeros` zero bytes. Eight of them suffice for the
    // division, because the compact form keeps only the first three bytes of the result.
    let zeros = exponent.saturating_sub(3);
    let divided = zeros.min(8);
    let product = (u128::from(mantissa) * u128::from(timespan)) << (8 * divided);
    // Compact numbers in this form sort like the numbers they encode.
    compact(product / u128::from(TIMESPAN), zeros - divided).min(limit)
}

/// Encodes `number` followed by `zeros` zero bytes in compact form, rounded down (Core:
/// `arith_uint256::GetCompact`).
fn compact(number: u128, zeros: u32) -> u32 {
    const SIGN: u32 = 0x0080_0000;
    let size = (u128::BITS - number.leading_zeros()).div_ceil(8);
    let mantissa = if size <= 3 { number << (8 * (3 - size)) } else { number >> (8 * (size - 3)) };
    #[expect(clippy::cast_possible_truncation, reason = "three bytes are left")]
    let mantissa = mantissa as u32;
    if mantissa & SIGN == 0 {
        (size + zeros) << 24 | mantissa
    } else {
        (size + zeros + 1) << 24 | mantissa >> 8
    }
}

#[cfg(test)]
mod real_headers;
#[cfg(test)]
mod tests;
