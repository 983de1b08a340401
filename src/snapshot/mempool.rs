//! The Mempool screen, as the screen may know it.

use crate::model::{Amount, BANDS, Coverage, ProjectedBlock};

/// The mempool as a whole.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct MempoolScreen {
    /// All that is held.
    pub all: Amount,
    /// Those whose rate is not certain.
    pub uncertain: Amount,
    /// How much of it the figures that are made of fees speak of; `None` if nothing is held.
    pub coverage: Option<Coverage>,
    /// What is held by the rate by which miners sort it, the lowest first.
    pub bars: Vec<HistogramBar>,
    /// The minutes of a column of the history.
    pub column_minutes: u32,
    /// The size over the last hours by fee band, in vB, oldest first; the last band is of those whose
    /// rate is not certain. `None`: nothing was measured.
    pub history: Vec<Option<[f32; BANDS + 1]>>,
    /// The next blocks, as miners would fill them by what we know.
    pub projected: Vec<ProjectedBlock>,
    /// The rate that it takes to be within so many blocks, in sat/vB, if what is not certain pays like
    /// what is; `None`: too little is known.
    pub estimates: [(u32, Option<f64>); 3],
    /// Transactions that arrive per minute, by kind, the most frequent first.
    pub kinds: Vec<(&'static str, f32)>,
    /// Of how many past blocks the outputs are known.
    pub coin_blocks: usize,
    /// How many outputs those are.
    pub coins: usize,
}

/// One bar of the histogram.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HistogramBar {
    /// In sat/vB, included.
    pub from: f64,
    /// In sat/vB, not included; `None`: no limit.
    pub to: Option<f64>,
    /// What pays so much.
    pub held: Amount,
}
