//! Queries about blocks.

use crate::model::{BlockFigures, Spread};
use crate::query::field::{Field, Subject};
use crate::query::unit::Unit;
use crate::query::value::Range;
use crate::util::time::Timestamp;

/// The last blocks.
#[derive(Clone, Copy, Debug)]
pub struct Blocks;

/// A block.
#[derive(Clone, Copy, Debug)]
pub struct BlockItem<'a> {
    /// Its contents.
    pub figures: &'a BlockFigures,
    /// Its spread over the peers, if any announced it and it is not too old.
    pub spread: Option<&'a Spread>,
    /// The present time.
    pub now: Timestamp,
}

impl Subject for Blocks {
    type Item<'a> = BlockItem<'a>;

    const NAME: &'static str = "blocks";

    const FIELDS: &'static [Field<Self>] = &[
        Field::number("height", Unit::Count, "height", |item| item.figures.height.into()),
        Field::number("age", Unit::Time, "time since it arrived", |item| {
            item.figures.arrival.as_ref().map(|arrival| item.now.since(arrival.at)).into()
        }),
        Field::text("pool", "pool that mined it, by its payout address or its tag", |item, found| {
            item.figures.pool.map(found);
            item.figures.pool.is_some()
        }),
        Field::text("tag", "text in the coinbase, by its miner", |item, found| {
            found(&item.figures.tag);
            true
        }),
        Field::number("transactions", Unit::Count, "transactions, the coinbase included", |item| {
            item.figures.transactions.into()
        }),
        Field::number("size", Unit::Bytes, "size", |item| item.figures.size.into()),
        Field::number("weight", Unit::Weight, "weight", |item| item.figures.weight.into()),
        Field::number("fill", Unit::Share, "share of the largest weight", |item| {
            Range::share(item.figures.fill())
        }),
        Field::number("fees", Unit::Amount, "fees", |item| item.figures.fees.into()),
        Field::number("fee_rate", Unit::FeeRate, "average fee rate", |item| item.figures.fee_rate().into()),
        Field::number("seen", Unit::Share, "share of its transactions that were received before", |item| {
            item.figures.share_seen().map_or(Range::UNKNOWN, Range::share)
        }),
        Field::number("match", Unit::Share, "how closely it matches expectations", |item| {
            item.figures.match_share().map_or(Range::UNKNOWN, Range::share)
        }),
        Field::number("unseen", Unit::Count, "transactions that were not received before", |item| {
            item.figures.unseen().into()
        }),
        Field::number("arrived_after", Unit::Time, "from the first announcement to its arrival", |item| {
            item.figures.arrival.as_ref().and_then(|arrival| arrival.after).into()
        }),
        Field::number("peers", Unit::Count, "peers that announced it", |item| {
            item.spread.map(|spread| spread.peers).into()
        }),
        Field::number("half", Unit::Time, "time until half of the peers had announced it", |item| {
            item.spread.map(|spread| spread.half).into()
        }),
        Field::flag("stale", "a reorg disconnected it", |item| Some(item.figures.stale)),
        Field::text("hash", "hash", |item, found| {
            found(&item.figures.hash.to_string());
            true
        }),
    ];

    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("pool ~ foundry", "by a pool"),
        ("transactions = 1", "empty blocks"),
        ("fees >= 0.1btc sort -fees", "the best paid, highest first"),
        ("seen < 95%", "with much that was not in the mempool"),
        ("stale", "no longer in the best chain"),
    ];
}
