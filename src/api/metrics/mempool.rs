//! Metrics of the mempool, of fees and of estimates.

use super::family::Family;
use crate::api::answers::figures::Figures;

/// The metrics of the mempool.
pub(super) fn families(figures: &Figures) -> Vec<Family> {
    let mempool = &figures.mempool;
    vec![
        Family::gauge("mempulse_mempool_transactions", "Transactions in the mempool, as far as they count")
            .is(number(mempool.all.count)),
        Family::gauge("mempulse_mempool_vbytes", "Virtual size of the mempool, in vB")
            .is(number(mempool.all.vsize)),
    ]
}

/// A count as a number of Prometheus, which are all floating-point numbers.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}
