//! Consensus and relay-policy limits, named as in Bitcoin Core.

use std::time::Duration;

/// One bitcoin, in sat (Core: `COIN`).
pub const COIN: u64 = 100_000_000;

/// No amount is larger, in sat (Core: `MAX_MONEY`).
pub const MAX_MONEY: u64 = 21_000_000 * COIN;

/// The largest weight of a block, in weight units (Core: `MAX_BLOCK_WEIGHT`).
pub const MAX_BLOCK_WEIGHT: u32 = 4_000_000;

/// Weight units for each byte outside the witness (Core: `WITNESS_SCALE_FACTOR`).
pub const WITNESS_SCALE_FACTOR: u32 = 4;

/// What miners reserve for the header and the coinbase, in weight units (Core:
/// `DEFAULT_BLOCK_RESERVED_WEIGHT`).
const BLOCK_RESERVED_WEIGHT: u32 = 8_000;

/// What miners fill a block with, in weight units: all but the reserve.
pub const BLOCK_TEMPLATE_WEIGHT: u32 = MAX_BLOCK_WEIGHT - BLOCK_RESERVED_WEIGHT;

/// Blocks after which a coinbase may be spent (Core: `COINBASE_MATURITY`).
pub const COINBASE_MATURITY: u32 = 100;

/// How far in the future the time of a block may lie (Core: `MAX_FUTURE_BLOCK_TIME`).
pub const MAX_FUTURE_BLOCK_TIME: Duration = Duration::from_hours(2);

/// Lock times below are block heights, all others UNIX times (Core: `LOCKTIME_THRESHOLD`).
pub const LOCKTIME_THRESHOLD: u32 = 500_000_000;

/// The longest script that can be executed, in bytes (Core: `MAX_SCRIPT_SIZE`).
pub const MAX_SCRIPT_SIZE: usize = 10_000;

/// The longest push onto the stack, in bytes (Core: `MAX_SCRIPT_ELEMENT_SIZE`).
pub const MAX_SCRIPT_ELEMENT_SIZE: usize = 520;

/// The sigops of a bare `OP_CHECKMULTISIG`, whatever its number of keys (Core: `MAX_PUBKEYS_PER_MULTISIG`).
pub const MAX_PUBKEYS_PER_MULTISIG: usize = 20;

/// The weight units that one signature operation counts as, since blocks are limited in both (Core:
/// `DEFAULT_BYTES_PER_SIGOP`).
pub const BYTES_PER_SIGOP: usize = 20;

/// The fee rate by which dust is defined, in sat/kvB (Core: `DUST_RELAY_TX_FEE`).
pub const DUST_RELAY_FEE_RATE: u64 = 3_000;

/// The version of transactions that are topologically restricted until confirmation (BIP431; Core:
/// `TRUC_VERSION`).
pub const TRUC_VERSION: u32 = 3;

/// The largest such transaction, in vB (Core: `TRUC_MAX_VSIZE`).
pub const TRUC_MAX_VSIZE: u32 = 10_000;

/// The largest such transaction with an unconfirmed parent, in vB (Core: `TRUC_CHILD_MAX_VSIZE`).
pub const TRUC_CHILD_MAX_VSIZE: u32 = 1_000;

/// The most transactions of a cluster (Core: `DEFAULT_CLUSTER_LIMIT`).
pub const CLUSTER_LIMIT: usize = 64;

/// The largest weight of a cluster, in weight units (Core: `DEFAULT_CLUSTER_SIZE_LIMIT_KVB`, 101 kvB).
pub const CLUSTER_WEIGHT_LIMIT: u32 = 101_000 * WITNESS_SCALE_FACTOR;

/// How long a transaction stays in the mempool without being confirmed (Core:
/// `DEFAULT_MEMPOOL_EXPIRY_HOURS`).
pub const MEMPOOL_EXPIRY: Duration = Duration::from_hours(336);

/// Whether a fee filter, in sat/kvB, is the one of a node in its initial block download.
///
/// Core then asks for no transactions at all by sending [`MAX_MONEY`], which its `FeeFilterRounder`
/// turns into 9,936,506, or 9,170,997 in older versions.
pub const fn is_ibd_fee_filter(sat_per_kvb: u64) -> bool {
    sat_per_kvb >= 9_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_highest_fee_filters_mean_initial_block_download() {
        assert!(is_ibd_fee_filter(9_936_506));
        assert!(is_ibd_fee_filter(9_170_997));
        assert!(!is_ibd_fee_filter(1_000_000), "a day of high fees");
    }
}
