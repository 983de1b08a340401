//! The Mempool screen, as the screen may know it.

/// How many bands of fee rates are told apart over time.
pub const BANDS: usize = 8;

/// Where they begin, in sat/vB.
pub const BAND_STARTS: [f64; BANDS] = [0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];

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

/// How much.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Amount {
    /// Transactions.
    pub count: u64,
    /// In vB.
    pub vsize: u64,
}

/// Of how much something is known, 0–1.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Coverage {
    /// Of the transactions.
    pub by_count: f32,
    /// Of their virtual size.
    pub by_vsize: f32,
}

impl Coverage {
    /// What part of `all` is `known`; `None` of nothing.
    pub fn of(known: Amount, all: Amount) -> Option<Self> {
        #[expect(clippy::cast_precision_loss, reason = "a share is shown with three digits")]
        let share = |part: u64, whole: u64| part as f32 / whole as f32;
        (all.count > 0).then(|| Self {
            by_count: share(known.count, all.count),
            by_vsize: share(known.vsize, all.vsize),
        })
    }
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

/// A block that may come. What pays most comes first; what is only known to pay at least something
/// stands where it would with just that.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ProjectedBlock {
    /// The size of those with a certain rate, in vB.
    pub vsize: u64,
    /// The size of those of which it is known what they pay at least, in vB.
    pub bounded: u64,
    /// The size of others that fill it, in vB.
    pub unknown: u64,
    /// Transactions of all three sorts.
    pub count: u64,
    /// What those with a certain rate pay, in sat.
    pub fees: u64,
    /// The lowest, the median and the highest rate, in sat/vB, within 1 %.
    pub rates: Option<[f64; 3]>,
}

impl ProjectedBlock {
    /// What a block has room for, in vB: 4 MWU less what miners reserve for the header and the coinbase
    /// (Core: `DEFAULT_BLOCK_RESERVED_WEIGHT`, 8,000 WU).
    pub const ROOM: u64 = (4_000_000 - 8_000) / 4;
}
