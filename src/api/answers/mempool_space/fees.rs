//! The mempool and its fees.

use crate::api::answers::figures::Figures;
use crate::snapshot::{Estimate, ProjectedBlock};
use serde::Serialize;

/// The share of the mempool, by size, whose fee rates must be known to answer questions about fees.
const MIN_COVERAGE: f32 = 0.5;

/// Why questions about fees cannot be answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::api) struct Unknown(pub(in crate::api) String);

/// Checks that enough is known to answer questions about fees.
pub(in crate::api) fn known(figures: &Figures) -> Result<(), Unknown> {
    match figures.coverage() {
        None => Err(Unknown("the mempool is empty so far: nothing is known about fees".to_owned())),
        Some(share) if share < MIN_COVERAGE => Err(Unknown(format!(
            "the fee rates of only {:.0} % of the mempool are known, by size; an answer needs {:.0} %",
            100.0 * share.min(MIN_COVERAGE - 0.01),
            100.0 * MIN_COVERAGE
        ))),
        Some(_) => Ok(()),
    }
}

/// `/api/mempool`. Rates are in sat/vB.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::api) struct Mempool {
    count: u64,
    vsize: u64,
    /// In sat, as far as fees are known; `None` if most are unknown.
    total_fee: Option<u64>,
    /// The lowest rate of a step, and the size in vB of transactions paying at least that but less than the
    /// previous step; highest step first. Unknown rates are in none.
    fee_histogram: Vec<(f64, u64)>,
}

impl Mempool {
    pub(in crate::api) fn of(figures: &Figures) -> Self {
        let mempool = &figures.mempool;
        let bars = mempool.bars.iter().rev().filter(|bar| bar.amount.vsize > 0);
        Self {
            count: mempool.all.count,
            vsize: mempool.all.vsize,
            total_fee: known(figures).ok().map(|()| mempool.known_fees),
            fee_histogram: bars.map(|bar| (bar.from, bar.amount.vsize)).collect(),
        }
    }
}

/// `/api/v1/fees/recommended`, in sat/vB; or `precise`, with decimals.
#[expect(clippy::struct_field_names, reason = "the names are mempool.space's")]
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Recommended<T> {
    /// For the next block.
    fastest_fee: Option<T>,
    /// For one of the next three blocks.
    half_hour_fee: Option<T>,
    /// For one of the next six blocks.
    hour_fee: Option<T>,
    /// Without urgency: twice the lowest relayed rate, or the rate for an hour if that is less.
    economy_fee: Option<T>,
    /// The lowest rate that most peers relay.
    minimum_fee: Option<T>,
}

impl Recommended<f64> {
    pub(in crate::api) fn precise(figures: &Figures) -> Result<Self, Unknown> {
        known(figures)?;
        let estimates = &figures.snapshot.estimates;
        let minimum = estimates.minimum;
        let [fastest, half_hour, hour] = estimates.targets.map(|target| target.estimate.map(Estimate::rate));
        let economy = hour.map(|hour| hour.min(2.0 * minimum).max(minimum));
        Ok(Self {
            fastest_fee: fastest.map(rounded),
            half_hour_fee: half_hour.map(rounded),
            hour_fee: hour.map(rounded),
            economy_fee: economy.map(rounded),
            minimum_fee: Some(rounded(minimum)),
        })
    }
}

impl Recommended<u64> {
    /// In whole sat/vB, rounded up, like mempool.space: many wallets cannot read decimals.
    pub(in crate::api) fn of(figures: &Figures) -> Result<Self, Unknown> {
        let precise = Recommended::precise(figures)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is not negative")]
        let whole = |rate: f64| (rate.ceil() as u64).max(1);
        Ok(Self {
            fastest_fee: precise.fastest_fee.map(whole),
            half_hour_fee: precise.half_hour_fee.map(whole),
            hour_fee: precise.hour_fee.map(whole),
            economy_fee: precise.economy_fee.map(whole),
            minimum_fee: precise.minimum_fee.map(whole),
        })
    }
}

/// A block of `/api/v1/fees/mempool-blocks`. Rates are in sat/vB.
#[expect(clippy::struct_field_names, reason = "the names are mempool.space's")]
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::api) struct Block {
    /// In bytes.
    block_size: u64,
    /// In vB.
    #[serde(rename = "blockVSize")]
    block_vsize: u64,
    n_tx: u64,
    /// In sat, as far as fees are known.
    total_fees: u64,
    median_fee: Option<f64>,
    /// The rates at 0, 10, 25, 50, 75, 90 and 100 % of the size, the lowest first; empty if none is known.
    fee_range: Vec<f64>,
}

impl Block {
    /// The projected blocks, the next one first.
    pub(in crate::api) fn all(figures: &Figures) -> Result<Vec<Self>, Unknown> {
        known(figures)?;
        Ok(figures.mempool.projected.iter().map(Self::of).collect())
    }

    fn of(block: &ProjectedBlock) -> Self {
        Self {
            block_size: block.size,
            block_vsize: block.filled(),
            n_tx: block.count,
            total_fees: block.fees,
            median_fee: block.rates().map(|[_, median, _]| rounded(median)),
            fee_range: block.fee_range.iter().flatten().copied().map(rounded).collect(),
        }
    }
}

/// Rounds to at most three decimals: no rate is known more precisely.
fn rounded(rate: f64) -> f64 {
    (rate * 1e3).round() / 1e3
}
