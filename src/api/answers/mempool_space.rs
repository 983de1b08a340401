//! The shapes of mempool.space's API, which wallets and dashboards already read.

use crate::api::answers::figures::Figures;
use serde::Serialize;

/// `/api/mempool`. Rates are in sat/vB.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::api) struct Mempool {
    count: u64,
    vsize: u64,
    /// In sat, as far as fees are known; `None` if most are not.
    total_fee: Option<u64>,
    /// The lowest rate of a step and the size in vB of what pays at least that, up to the step before.
    fee_histogram: Vec<(f64, u64)>,
}

impl Mempool {
    pub(in crate::api) fn of(figures: &Figures) -> Self {
        let bars = figures.mempool.bars.iter().rev().filter(|bar| bar.amount.vsize > 0);
        Self {
            count: figures.mempool.all.count,
            vsize: figures.mempool.all.vsize,
            total_fee: None,
            fee_histogram: bars.map(|bar| (bar.from, bar.amount.vsize)).collect(),
        }
    }
}
