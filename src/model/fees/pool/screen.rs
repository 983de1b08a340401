//! The Mempool screen.

use crate::model::Model;
use crate::model::fees::coverage::{Amount, Coverage};
use crate::model::fees::pool::buckets::Lot;
use crate::model::fees::pool::{bands, projection};
use crate::snapshot::view::MempoolView;
use crate::snapshot::{HistogramBar, MempoolScreen};
use crate::util::time::Timestamp;

/// Estimates are told if at least this share of what is held, by size, has a certain rate: with less,
/// most of what competes is not counted.
const COVERAGE_NEEDED: f32 = 0.5;

/// Blocks for which estimates are told.
const WITHIN: [u32; 3] = [1, 3, 6];

/// The lowest rate that nodes relay by default, in sat/vB (Core 30: `DEFAULT_MIN_RELAY_TX_FEE`), if no
/// peer has told its own.
const USUAL_FLOOR: f64 = 0.1;

impl Model {
    /// What the Mempool screen shows. The cost does not depend on the number of transactions.
    pub(crate) fn mempool_screen(&self, view: MempoolView, now: Timestamp) -> MempoolScreen {
        let pool = &self.mempool.pool;
        let (certain, uncertain) = (amount(pool.certain()), amount(pool.uncertain()));
        let all = Amount { count: certain.count + uncertain.count, vsize: certain.vsize + uncertain.vsize };
        let coverage = Coverage::of(certain, all);
        let projected = projection::project(pool);
        let floor = self.peers.totals().fee_floor.map_or(USUAL_FLOOR, |(lowest, _)| {
            #[expect(clippy::cast_precision_loss, reason = "a rate is shown with three digits")]
            let rate = lowest as f64 / 1_000.0;
            rate
        });
        let covered = coverage.map(|coverage| coverage.by_vsize).filter(|share| *share >= COVERAGE_NEEDED);
        let estimates = WITHIN.map(|within| {
            let rate = covered.map(|share| projection::estimate(pool, within, share, floor));
            (within, rate)
        });
        let (column_minutes, history) = self.history.columns(now, view.columns);
        MempoolScreen {
            all,
            uncertain,
            coverage,
            bars: bands::bars(pool)
                .into_iter()
                .map(|(from, to, lot)| HistogramBar { from, to, held: amount(lot) })
                .collect(),
            column_minutes,
            history,
            projected,
            estimates,
            kinds: self.kinds.per_minute(now),
            coin_blocks: self.mempool.coins.block_count(),
            coins: self.mempool.coins.len(),
        }
    }
}

fn amount(lot: Lot) -> Amount {
    Amount { count: lot.count, vsize: lot.vsize }
}
