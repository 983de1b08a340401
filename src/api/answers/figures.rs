//! The figures of a moment, which most answers are based on.

use crate::api::events::Readers;
use crate::api::tally::Tally;
use crate::model::Model;
use crate::snapshot::{
    ListComparison, MempoolScreen, Screen, SensorRow, SensorsScreen, SensorsView, Snapshot, View,
};
use crate::util::time::{Rfc3339, Timestamp};

/// The figures of the mempool and the network at one moment. Their size does not depend on that of the
/// mempool.
#[derive(Clone, Debug)]
pub(in crate::api) struct Figures {
    /// What the screens show too.
    pub(in crate::api) snapshot: Snapshot,
    /// The mempool as a whole.
    pub(in crate::api) mempool: MempoolScreen,
    /// The sensors, if events come from sensors.
    pub(in crate::api) sensors: Vec<SensorRow>,
    /// What was counted since startup.
    pub(in crate::api) tally: Tally,
    /// Announcements that repeated one by the same peer, since startup.
    pub(in crate::api) repeated: u64,
    /// The number of readers of events, and how many were dropped since startup.
    pub(in crate::api) readers: (usize, u64),
}

impl Figures {
    /// Takes the figures at `now`. The cost does not depend on the number of transactions.
    pub(in crate::api) fn take(model: &Model, now: Timestamp, tally: Tally, readers: &Readers) -> Self {
        let mut snapshot = Snapshot::take(model, &View { screen: Screen::Mempool, ..View::default() }, now);
        let mempool = snapshot.mempool.take().map(|screen| *screen).unwrap_or_default();
        let repeated = model.peers().repeated();
        let every = SensorsView { height: snapshot.sensor_count, ..SensorsView::default() };
        let sensors = SensorsScreen::take(model, &every, now).sensors.rows;
        Self { snapshot, mempool, sensors, tally, repeated, readers: (readers.len(), readers.dropped()) }
    }

    /// When they were taken, by the wall clock.
    pub(in crate::api) fn time(&self) -> Rfc3339 {
        self.snapshot.wall_offset.wall(self.snapshot.time).rfc3339()
    }

    /// The share (0–1) of the mempool by size whose chunk fee rate is known, exactly or within 10 %; `None` if the
    /// mempool is empty.
    pub(in crate::api) fn coverage(&self) -> Option<f32> {
        self.mempool.coverage.map(|coverage| coverage.by_vsize)
    }

    /// The share (0–1) of the last blocks, by size, that was already in the mempool.
    pub(in crate::api) fn seen_in_blocks(&self) -> Option<f32> {
        self.snapshot.completeness.blocks.and_then(|seen| seen.share)
    }

    /// The share (0–1) of a peer's whole-mempool list that is in our mempool.
    pub(in crate::api) fn share_of_list(&self) -> Option<f32> {
        self.snapshot.completeness.list.as_ref().and_then(ListComparison::share)
    }

    /// The basis of the figures, for the header of an answer.
    pub(in crate::api) fn basis(&self) -> String {
        let share = |share: Option<f32>| share.map_or("unknown".to_owned(), |share| format!("{share:.3}"));
        let tip = self.snapshot.totals.tip.map_or("unknown".to_owned(), |tip| tip.height.to_string());
        format!(
            "coverage={}; seen-in-blocks={}; share-of-list={}; peers={}; tip={tip}; time={}",
            share(self.coverage()),
            share(self.seen_in_blocks()),
            share(self.share_of_list()),
            self.snapshot.totals.peers_live,
            self.time(),
        )
    }
}
