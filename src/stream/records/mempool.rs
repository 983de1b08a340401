//! Records about the mempool as a whole.

use super::estimates::EstimateFields;
use super::values::PeerFields;
use super::words::Kind;
use crate::event::PeerId;
use crate::model::{Amount, BAND_STARTS, Basis, ListComparison, Model, band_sizes, classify};
use crate::util::time::Rfc3339;
use serde::Serialize;

/// The mempool, not including transactions that don't count. Rates are in sat/vB.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct MempoolRecord {
    pub(in crate::stream) tx_count: u64,
    pub(in crate::stream) vsize_vb: u64,
    pub(in crate::stream) memory_bytes: u64,
    pub(in crate::stream) by_one_netgroup_count: u64,
    pub(in crate::stream) exact_vsize_vb: u64,
    pub(in crate::stream) within_vsize_vb: u64,
    pub(in crate::stream) open_vsize_vb: u64,
    pub(in crate::stream) bands: Vec<BandFields>,
    pub(in crate::stream) minimum_fee_rate: f64,
    pub(in crate::stream) estimates: Vec<EstimateFields>,
}

/// A band of fee rates; it ends where the next one begins.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct BandFields {
    pub(in crate::stream) fee_rate_from: f64,
    pub(in crate::stream) vsize_vb: u64,
}

impl MempoolRecord {
    pub(in crate::stream) fn new(model: &Model) -> Self {
        let (sums, histogram) = (model.mempool().sums(), model.mempool().histogram());
        let (basis, estimates) = (Basis::of(histogram), model.estimates());
        let bands = BAND_STARTS.into_iter().zip(band_sizes(histogram));
        let bands = bands.map(|(fee_rate_from, vsize_vb)| BandFields { fee_rate_from, vsize_vb });
        Self {
            tx_count: sums.counted.count,
            vsize_vb: sums.counted.vsize,
            memory_bytes: sums.memory,
            by_one_netgroup_count: sums.unproven.count,
            exact_vsize_vb: basis.exact.vsize,
            within_vsize_vb: basis.within.vsize,
            open_vsize_vb: basis.open.vsize,
            bands: bands.collect(),
            minimum_fee_rate: estimates.minimum,
            estimates: estimates.targets.into_iter().map(EstimateFields::new).collect(),
        }
    }
}

/// The difference between our mempool and a peer's list of its own.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct ListDifferenceRecord {
    #[serde(flatten)]
    pub(in crate::stream) peer: PeerFields,
    pub(in crate::stream) listed_at: Rfc3339,
    pub(in crate::stream) listed_count: u64,
    pub(in crate::stream) here_count: u64,
    pub(in crate::stream) by_one_netgroup_count: u64,
    pub(in crate::stream) missing_count: u64,
    pub(in crate::stream) extra_count: u64,
    pub(in crate::stream) extra_vsize_vb: u64,
    pub(in crate::stream) extra_kinds: Vec<ExtraKind>,
}

/// The transactions of one kind that are missing from the list.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub(in crate::stream) struct ExtraKind {
    pub(in crate::stream) kind: Option<Kind>,
    pub(in crate::stream) tx_count: u64,
    pub(in crate::stream) vsize_vb: u64,
}

impl ListDifferenceRecord {
    pub(in crate::stream) fn new(peer: PeerId, compared: &ListComparison, model: &Model) -> Self {
        Self {
            peer: PeerFields::new(peer, model),
            listed_at: model.wall_offset().wall(compared.taken).rfc3339(),
            listed_count: compared.listed,
            here_count: compared.here,
            by_one_netgroup_count: compared.unproven,
            missing_count: compared.missing(),
            extra_count: compared.extra.count,
            extra_vsize_vb: compared.extra.vsize,
            extra_kinds: compared.extra_kinds.iter().map(ExtraKind::new).collect(),
        }
    }
}

impl ExtraKind {
    fn new(&(kind, Amount { count, vsize }): &(Option<classify::Kind>, Amount)) -> Self {
        Self { kind: kind.map(Kind::from), tx_count: count, vsize_vb: vsize }
    }
}
