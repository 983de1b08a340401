//! The Mempool screen.

use crate::model::classify::Kind;
use crate::model::fees::histogram::{FeeHistogram, Volume};
use crate::model::fees::{bands, projection};
use crate::model::{Amount, Basis, Coverage, Density, HistoryColumns, Model, ProjectedBlock};
use crate::util::time::Timestamp;

/// What the Mempool screen asks for.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct MempoolView {
    /// The number of columns of the chart over time.
    pub columns: usize,
    /// The span of that chart, in minutes: one of [`SPANS`](crate::model::SPANS). `None` for the shortest
    /// that contains everything.
    pub minutes: Option<u32>,
    /// Whether there is room for the density plot.
    pub density: bool,
}

/// The Mempool screen.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct MempoolScreen {
    /// The whole mempool.
    pub all: Amount,
    /// How far chunk fee rates are known: exactly, within 10 %, or not at all.
    pub basis: Basis,
    /// The sum of fees of transactions whose chunk fee rate is known, in sat; for those known within 10 %,
    /// the middle counts.
    pub known_fees: u64,
    /// The part of the mempool whose chunk fee rate is known, exactly or within 10 %; `None` if the
    /// mempool is empty.
    pub coverage: Option<Coverage>,
    /// The mempool by chunk fee rate in fixed bands, lowest first.
    pub bars: Vec<HistogramBar>,
    /// The size by fee band over time.
    pub history: HistoryColumns,
    /// The transactions by size and fee rate, if there is room.
    pub density: Option<Box<Density>>,
    /// The projected blocks, the next one first.
    pub projected: Vec<ProjectedBlock>,
    /// Arrivals per minute by kind of transaction, the most frequent first.
    pub kinds: Vec<(Option<Kind>, f32)>,
    /// The number of past blocks in the prevouts cache.
    pub prevout_blocks: usize,
    /// The number of outputs in the prevouts cache.
    pub prevouts: usize,
}

/// One bar of the fee histogram.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HistogramBar {
    /// The lower limit, in sat/vB, inclusive.
    pub from: f64,
    /// The upper limit, in sat/vB, exclusive; `None` for the last bar.
    pub to: Option<f64>,
    /// The transactions in this range.
    pub amount: Amount,
}

impl MempoolScreen {
    /// Takes the screen. The cost does not depend on the number of transactions.
    pub(super) fn take(model: &Model, view: MempoolView, now: Timestamp) -> Self {
        let histogram = model.mempool().histogram();
        let basis = Basis::of(histogram);
        let (known, all) = (basis.known(), basis.all());
        let coverage = Coverage::of(known, all);
        let bar = |(from, to, volume)| HistogramBar { from, to, amount: amount(volume) };
        Self {
            all,
            basis,
            known_fees: known_fees(histogram),
            coverage,
            bars: bands::bars(histogram).into_iter().map(bar).collect(),
            history: model.history().columns(now, view.minutes, view.columns),
            density: view.density.then(|| Box::new(histogram.density().clone())),
            projected: projection::project(histogram),
            kinds: model.kind_rates().per_minute(now),
            prevout_blocks: model.mempool().prevouts().block_count(),
            prevouts: model.mempool().prevouts().len(),
        }
    }
}

fn known_fees(histogram: &FeeHistogram) -> u64 {
    let fees = histogram.exact().fees.saturating_add(histogram.within().fees);
    u64::try_from(fees).unwrap_or(u64::MAX)
}

fn amount(volume: Volume) -> Amount {
    Amount { count: volume.count, vsize: volume.vsize }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Estimates;
    use crate::model::testing::{Scene, coin, loose, output, spend};

    #[test]
    fn the_figures_are_those_of_the_mempool() {
        let funds = spend(&[coin(1)], &[100_000, 100_000]);
        let [dear, cheap] =
            [0, 1].map(|vout| spend(&[output(&funds, vout)], &[99_000 + u64::from(vout) * 900]));
        let mut scene = Scene::new();
        scene.connect(1).deliver_all(1, [&dear, &cheap]).mine(5, &[&funds]);
        scene.deliver(1, &loose(9)).pass(120);
        let take = |scene: &Scene| {
            MempoolScreen::take(
                &scene.model,
                MempoolView { columns: 50, ..MempoolView::default() },
                scene.now,
            )
        };
        let screen = take(&scene);
        assert_eq!((screen.all.count, screen.basis.open.count, screen.projected.len()), (3, 1, 1));
        assert_eq!(screen.projected[0].fees, 1_100);
        let coverage = screen.coverage.unwrap();
        assert!((coverage.by_count - 2.0 / 3.0).abs() < 1e-6 && coverage.by_vsize > 0.5);
        assert!(scene.model.estimates().targets.iter().all(|target| target.estimate.is_some()));
        assert_eq!(screen.kinds.len(), 1, "{:?}", screen.kinds);
        assert_eq!(Scene::new().model.estimates(), Estimates::default());
    }
}
