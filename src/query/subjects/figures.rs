//! Queries about the overview's figures, for alerts.

use crate::model::{Coverage, Estimate, Model};
use crate::query::field::{Field, Subject};
use crate::query::unit::Unit;
use crate::query::value::Range;
use crate::util::time::Timestamp;

/// The time over which rates are averaged, in s.
const RATE_OVER: u64 = 60;

/// The figures of the overview.
#[derive(Clone, Copy, Debug)]
pub struct Figures;

/// The figures of a moment.
#[derive(Clone, Copy, Debug)]
pub struct FiguresItem<'a> {
    /// The model.
    pub model: &'a Model,
    /// The present time.
    pub now: Timestamp,
}

impl Subject for Figures {
    type Item<'a> = FiguresItem<'a>;

    const NAME: &'static str = "figures";

    const FIELDS: &'static [Field<Self>] = &[
        Field::number("next_block", Unit::FeeRate, "estimate for the next block", |item| {
            estimate(item.model, 0)
        }),
        Field::number("within_3", Unit::FeeRate, "estimate for 3 blocks", |item| estimate(item.model, 1)),
        Field::number("within_6", Unit::FeeRate, "estimate for 6 blocks", |item| estimate(item.model, 2)),
        Field::number("live_peers", Unit::Count, "peers whose handshake is done", |item| {
            item.model.peers().totals().live.into()
        }),
        Field::number("median_ping", Unit::Time, "median of the live peers' last pings", |item| {
            item.model.peers().totals().median_ping.into()
        }),
        Field::number("tip_height", Unit::Count, "height of the best chain", |item| {
            item.model.tip().map(|tip| tip.height).into()
        }),
        Field::number("tip_age", Unit::Time, "time since the miner's clock in the last block", |item| {
            tip_age(item.model, item.now)
        }),
        Field::number(
            "missing_blocks",
            Unit::Count,
            "new blocks that have been missing for a while",
            |item| item.model.missing_blocks().map_or(0, |missing| missing.count).into(),
        ),
        Field::number("transactions", Unit::Count, "transactions in the mempool", |item| {
            item.model.mempool().sums().counted.count.into()
        }),
        Field::number("size", Unit::VirtualSize, "size of the mempool", |item| {
            item.model.mempool().sums().counted.vsize.into()
        }),
        Field::number("memory", Unit::Bytes, "memory for transactions", |item| {
            item.model.mempool().sums().memory.into()
        }),
        Field::number("fees_known", Unit::Share, "share of the transactions whose fee is exact", |item| {
            let sums = item.model.mempool().sums();
            let coverage = Coverage::of(sums.fees_known, sums.counted);
            coverage.map_or(Range::UNKNOWN, |coverage| Range::share(coverage.by_count))
        }),
        Field::number("arrivals", Unit::Count, "transactions per s, over the last minute", |item| {
            average(&item.model.tx_rate(item.now, RATE_OVER))
        }),
        Field::number("download", Unit::ByteRate, "received, over the last minute", |item| {
            average(&item.model.download_rate(item.now, RATE_OVER))
        }),
        Field::number("upload", Unit::ByteRate, "sent, over the last minute", |item| {
            average(&item.model.upload_rate(item.now, RATE_OVER))
        }),
    ];

    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("next_block < 3", "the next block is cheaper than 3 sat/vB"),
        ("live_peers < 5", "fewer than 5 live peers"),
        ("tip_age > 60m", "no block for an hour"),
    ];
}

/// The estimate at `index`; a mere lower bound has no upper end.
fn estimate(model: &Model, index: usize) -> Range {
    match model.estimates().targets[index].estimate {
        Some(Estimate::About(rate)) => Range::exactly(rate),
        Some(Estimate::AtLeast(rate)) => Range { low: rate, high: f64::INFINITY },
        None => Range::UNKNOWN,
    }
}

/// The age is 0 if the miner's clock is ahead of ours.
fn tip_age(model: &Model, now: Timestamp) -> Range {
    let wall = model.wall_offset().wall(now);
    model.tip().map(|tip| wall.since(Timestamp::from_secs(tip.time.into()))).into()
}

fn average(values: &[Option<f32>]) -> Range {
    let values: Vec<f32> = values.iter().copied().flatten().collect();
    let sum: f64 = values.iter().copied().map(f64::from).sum();
    #[expect(clippy::cast_precision_loss, reason = "a count of seconds")]
    let count = values.len() as f64;
    if values.is_empty() { Range::UNKNOWN } else { Range::exactly(sum / count) }
}
