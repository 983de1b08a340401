//! A mempool for the screens.

use mempulse::snapshot::{Amount, BANDS, Coverage, HistogramBar, MempoolScreen, ProjectedBlock};

pub fn screen(columns: usize) -> MempoolScreen {
    let starts = [0.2, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0];
    let bar = |index: usize| {
        let size = [310_000, 820_000, 2_400_000, 1_900_000, 1_100_000, 640_000, 410_000];
        HistogramBar {
            from: starts[index],
            to: starts.get(index + 1).copied(),
            held: Amount {
                count: 40 + 300 * (index as u64 % 4),
                vsize: size[index % 7] / (1 + index as u64 / 5),
            },
        }
    };
    let block = |index: u32| ProjectedBlock {
        vsize: if index < 5 { 998_000 } else { 212_000 },
        bounded: if index < 5 { 0 } else { 90_000 },
        unknown: if index < 5 { 0 } else { 696_000 },
        count: 2_911 - 200 * u64::from(index),
        fees: 9_812_345 >> index,
        rates: Some([8.1, 12.4, 310.0].map(|rate| rate / f64::from(index + 1))),
    };
    let column = |index: usize| {
        let mut sizes = [0.0; BANDS + 1];
        for (band, size) in sizes.iter_mut().enumerate() {
            *size = 100_000.0 * (1.0 + ((index / 6 + band) % 5) as f32);
        }
        (index % 40 > 4).then_some(sizes)
    };
    MempoolScreen {
        all: Amount { count: 14_211, vsize: 9_812_345 },
        uncertain: Amount { count: 4_212, vsize: 1_812_345 },
        coverage: Some(Coverage { by_count: 0.703, by_vsize: 0.815 }),
        bars: (0..starts.len()).map(bar).collect(),
        column_minutes: 12,
        history: (0..columns.min(100)).map(column).collect(),
        projected: (0..8).map(block).collect(),
        estimates: [(1, Some(8.1)), (3, Some(2.7)), (6, None)],
        kinds: vec![("payment", 212.4), ("consolidation", 31.0), ("inscription", 3.5)],
        coin_blocks: 150,
        coins: 812_345,
    }
}
