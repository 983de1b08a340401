//! The difficulty rule: which `nBits` a block must have where it stands.
//!
//! Blocks come in periods of 2016. Within one, `nBits` stay; the next one starts with a target that is
//! changed by as much as the last one took longer or shorter than two weeks, at most by a factor of
//! four (Core: `pow.cpp`, `GetNextWorkRequired` and `CalculateNextWorkRequired`). Other networks differ:
//!
//! - regtest never changes them.
//! - On testnet3, testnet4 and simnet (btcd: `ReduceMinDifficulty`), a block within a period that is
//!   more than 20 minutes younger than its parent has the easiest ones. Whatever is not so late goes on
//!   with those from before.
//! - The period of testnet4 that follows on late blocks is reckoned from what its first block had, not
//!   its last (BIP94). The rule of BIP94 about times is not checked.
//!
//! What is not known, because it is from before the starting point or forgotten, decides nothing: where
//! the first block of a period is missing, only the factor of four remains.

use crate::chain::Network;
use crate::wire::Target;

/// Blocks from one change of the target to the next.
const PERIOD: u32 = 2016;

/// How long they should take, in s.
const TIMESPAN: u32 = PERIOD * 600;

/// After how many s without a block an easy one may follow, where that is so.
const LATE: u32 = 2 * 600;

/// A block, as far as the rule looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Its height.
    pub height: u32,
    /// The miner's clock, in s since the UNIX epoch.
    pub time: u32,
    /// The compact target.
    pub bits: u32,
}

impl Step {
    fn begins_period(&self) -> bool {
        self.height.is_multiple_of(PERIOD)
    }
}

/// Whether `block` has the right `nBits`. `before` are its ancestors, its parent first, as far back as
/// they are known; at most 2016 are looked at.
pub fn is_kept(network: Network, block: Step, before: impl Iterator<Item = Step> + Clone) -> bool {
    let limit = network.limit_bits();
    if network == Network::Regtest {
        return block.bits == limit;
    }
    let Some(parent) = before.clone().next() else { return true };
    let allows_late = matches!(network, Network::Testnet3 | Network::Testnet4 | Network::Simnet);
    // The last block that has its `nBits` from the period, not from being late.
    let on_time = || {
        let is_on_time = |step: &Step| !allows_late || step.bits != limit || step.begins_period();
        before.clone().find(is_on_time)
    };
    if !block.begins_period() {
        if allows_late && block.time > parent.time.saturating_add(LATE) {
            return block.bits == limit;
        }
        return on_time().is_none_or(|step| step.bits == block.bits);
    }
    // On testnet4 whoever is on time has the `nBits` of the first block, even where that is not known.
    let base = if network == Network::Testnet4 { on_time() } else { Some(parent) };
    let Some(Step { bits: base, .. }) = base else { return true };
    let first_height = block.height.saturating_sub(PERIOD);
    let mut period = before.take_while(|step| step.height >= first_height);
    match period.find(|step| step.height == first_height) {
        // A last block that claims to be older than the first is as quick as can be.
        Some(first) => block.bits == retarget(base, parent.time.saturating_sub(first.time), limit),
        None => is_within_reach(block.bits, base, limit),
    }
}

/// Whether a period may begin with `bits` after one with `base`, however long that took (Core:
/// `PermittedDifficultyTransition`).
fn is_within_reach(bits: u32, base: u32, limit: u32) -> bool {
    let [hardest, easiest] = [0, u32::MAX].map(|time| Target::from_bits(retarget(base, time, limit)));
    (hardest..=easiest).contains(&Target::from_bits(bits))
}

/// The `nBits` after a period with `bits` that took `timespan` seconds.
fn retarget(bits: u32, timespan: u32, limit: u32) -> u32 {
    let timespan = timespan.clamp(TIMESPAN / 4, TIMESPAN * 4);
    let (exponent, mantissa) = (bits >> 24, bits & 0x007f_ffff);
    let mantissa = mantissa >> (8 * 3_u32.saturating_sub(exponent));
    // The target is the mantissa and so many bytes of zeros. Eight of them are enough to divide: only
    // the first three bytes of the result are kept, and all others fall away.
    let zeros = exponent.saturating_sub(3);
    let divided = zeros.min(8);
    let product = (u128::from(mantissa) * u128::from(timespan)) << (8 * divided);
    // Compact numbers of this form sort as what they stand for.
    compact(product / u128::from(TIMESPAN), zeros - divided).min(limit)
}

/// `number` and so many bytes of zeros in compact form, rounded down (Core: `arith_uint256::GetCompact`).
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
mod tests;
