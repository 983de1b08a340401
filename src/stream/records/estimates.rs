//! Records about estimates.

use crate::model::{Estimate, ListComparison, Model, Target};
use serde::Serialize;

/// The fee estimates after a block, and the accuracy of past ones. Rates are in sat/vB.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct EstimatesRecord {
    pub(in crate::stream) height: u32,
    pub(in crate::stream) minimum_fee_rate: f64,
    pub(in crate::stream) estimates: Vec<EstimateFields>,
    pub(in crate::stream) full_block_count: usize,
    pub(in crate::stream) known_block_count: usize,
    pub(in crate::stream) blocks_seen_share: Option<f32>,
    pub(in crate::stream) list_share: Option<f32>,
}

/// The estimate for a number of blocks.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct EstimateFields {
    pub(in crate::stream) block_count: u32,
    pub(in crate::stream) fee_rate: Option<f64>,
    pub(in crate::stream) is_lower_bound: bool,
    pub(in crate::stream) hit_count: usize,
    pub(in crate::stream) judged_count: usize,
}

impl EstimatesRecord {
    /// The estimates after the block of this height.
    pub(in crate::stream) fn new(height: u32, model: &Model) -> Self {
        let estimates = model.estimates();
        let (full_block_count, known_block_count) = estimates.full_blocks;
        Self {
            height,
            minimum_fee_rate: estimates.minimum,
            estimates: estimates.targets.into_iter().map(EstimateFields::new).collect(),
            full_block_count,
            known_block_count,
            blocks_seen_share: model.seen_in_blocks().and_then(|seen| seen.share),
            list_share: model.completeness().best().and_then(ListComparison::share),
        }
    }
}

impl EstimateFields {
    pub(in crate::stream) fn new(target: Target) -> Self {
        Self {
            block_count: target.within,
            fee_rate: target.estimate.map(Estimate::rate),
            is_lower_bound: matches!(target.estimate, Some(Estimate::AtLeast(_))),
            hit_count: target.hit_rate.hits,
            judged_count: target.hit_rate.judged,
        }
    }
}
