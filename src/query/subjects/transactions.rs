//! Queries about the transactions in the mempool.

use super::word;
use crate::chain::Network;
use crate::chain::script::address;
use crate::event::TxSource;
use crate::model::mempool::{Mempool, MempoolEntry};
use crate::model::peers::Peers as PeersOfModel;
use crate::model::peers::peer::Peer;
use crate::model::watchlist::Watchlist;
use crate::model::{Model, Relatives, TxKey};
use crate::query::field::{Field, Subject};
use crate::query::unit::Unit;
use crate::query::value::Range;
use crate::util::time::Timestamp;
use crate::wire::TxHash;

/// The transactions in the mempool.
#[derive(Clone, Copy, Debug)]
pub struct Transactions;

/// A transaction in its context.
#[derive(Clone, Copy, Debug)]
pub struct TransactionItem<'a> {
    pub(crate) network: Network,
    pub(crate) mempool: &'a Mempool,
    pub(crate) peers: &'a PeersOfModel,
    pub(crate) watchlist: &'a Watchlist,
    pub(crate) entry: &'a MempoolEntry,
    pub(crate) now: Timestamp,
}

impl<'a> TransactionItem<'a> {
    /// A transaction in the mempool of `model`, at the time `now`.
    pub fn new(model: &'a Model, entry: &'a MempoolEntry, now: Timestamp) -> Self {
        let network = model.settings().network;
        let (mempool, peers, watchlist) = (model.mempool(), model.peers(), model.watchlist());
        Self { network, mempool, peers, watchlist, entry, now }
    }
}

/// The kinds in the order of `Kind::ALL`, then the word for none.
const KINDS: &[&str] = &[
    "payment",
    "consolidation",
    "batch_payout",
    "coinjoin",
    "inscription",
    "runestone",
    "data",
    "lightning_open",
    "lightning_force_close",
    "lightning_anchor_spend",
    "multisig",
    "time_locked",
    "truc",
    "other",
];

const SOURCES: &[&str] = &["relay", "bootstrap", "parent", "restored"];

impl Subject for Transactions {
    type Item<'a> = TransactionItem<'a>;

    const NAME: &'static str = "transactions";

    const FIELDS: &'static [Field<Self>] = &[
        Field::number(
            "fee_rate",
            Unit::FeeRate,
            "own fee by size; fee filters do not bound it, as a child may pay",
            |item| Range::fee_rate(item.entry.fee_rate(), false),
        ),
        Field::number(
            "chunk_fee_rate",
            Unit::FeeRate,
            "fee rate together with the relatives that are best mined with it",
            |item| Range::fee_rate(item.entry.chunk_rate(), true),
        ),
        Field::number("fee", Unit::Amount, "fee", |item| fee(item.entry)),
        Field::number("vsize", Unit::VirtualSize, "size", |item| item.entry.tx().vsize().into()),
        Field::number("weight", Unit::Weight, "weight", |item| item.entry.tx().weight().into()),
        Field::number("value", Unit::Amount, "sum of the outputs", |item| {
            item.entry.tx().output_value().into()
        }),
        Field::number("age", Unit::Time, "time since it was first seen", |item| {
            item.now.since(item.entry.first_seen()).into()
        }),
        Field::number("peers", Unit::Count, "live peers that announced it", |item| {
            item.entry.announcements().filter(|(peer, _)| item.peers.is_live(*peer)).count().into()
        }),
        Field::choice("kind", KINDS, "what it is for, as far as its bytes show; possibly several", |item| {
            Some(kind(item.mempool, item.entry))
        }),
        Field::flag("replaceable", "it or an unconfirmed ancestor signals replaceability (BIP125)", |item| {
            Some(item.mempool.is_replaceable(item.entry))
        }),
        Field::flag("watched", "it touches a target of the watch list", |item| {
            Some(item.watchlist.is_watched(item.entry.tx().txid()))
        }),
        Field::number("ancestors", Unit::Count, "unconfirmed ancestors", |item| {
            relatives(item, |key| item.mempool.ancestors(key))
        }),
        Field::number("descendants", Unit::Count, "unconfirmed descendants", |item| {
            relatives(item, |key| item.mempool.descendants(key))
        }),
        Field::number("inputs", Unit::Count, "inputs", |item| item.entry.tx().input_count().into()),
        Field::number("outputs", Unit::Count, "outputs", |item| item.entry.tx().output_count().into()),
        Field::number("replaced", Unit::Count, "transactions that it replaced", |item| {
            item.entry.replaces().len().into()
        }),
        Field::choice("source", SOURCES, "where it came from", |item| Some(source(item.entry.source()))),
        Field::flag("by_one_netgroup", "only one netgroup announced, listed or served it", |item| {
            Some(item.entry.is_by_one_netgroup())
        }),
        Field::text("txid", "its txid", |item, found| {
            found(&item.entry.tx().txid().to_string());
            true
        }),
        Field::text("wtxid", "its wtxid", |item, found| {
            found(&item.entry.tx().wtxid().to_string());
            true
        }),
        Field::text("sensor", "a sensor that saw it, with --from", |item, found| {
            let sensor = |peer| item.peers.get(peer).and_then(Peer::sensor);
            let mut sensors = item.entry.announcements().filter_map(|(peer, _)| sensor(peer)).peekable();
            let is_known = sensors.peek().is_some();
            sensors.any(|name| found(name));
            is_known
        }),
        Field::text("address", "an address that it pays to", |item, found| {
            let mut addresses =
                item.entry.tx().outputs().filter_map(|output| address(output.script_pubkey, item.network));
            addresses.any(|address| found(&address));
            true
        }),
    ];

    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("fee_rate > 20 and kind = inscription", "inscriptions that pay more than 20 sat/vB"),
        ("value >= 10btc sort -value", "the largest, highest first"),
        ("peers < 3 and age > 1m", "still hardly relayed after a minute"),
        ("(kind = coinjoin or kind = batch_payout) and not replaceable", "final, to many outputs"),
        ("fee_rate != exact", "whose fee is not known exactly"),
        ("address ~ ^bc1p", "to taproot outputs"),
        ("sort -vsize", "all, the largest first"),
    ];
}

/// The exact fee, or its bounds from the fee rate's.
fn fee(entry: &MempoolEntry) -> Range {
    match entry.fee() {
        Some(fee) => fee.into(),
        None => Range::fee_rate(entry.fee_rate(), false).times(entry.tx().vsize().into()),
    }
}

fn kind(mempool: &Mempool, entry: &MempoolEntry) -> u64 {
    let kinds = mempool.kinds(entry.tx()).iter().fold(0, |set, kind| set | word(kind as usize));
    if kinds == 0 { word(KINDS.len() - 1) } else { kinds }
}

const fn source(source: TxSource) -> u64 {
    word(match source {
        TxSource::Relay => 0,
        TxSource::Bootstrap => 1,
        TxSource::Parent => 2,
        TxSource::Restored => 3,
    })
}

/// The number of relatives, at least; exact if all were counted.
fn relatives(item: &TransactionItem<'_>, walk: impl Fn(TxKey) -> Relatives) -> Range {
    let key = item.mempool.key(TxHash::Wtxid(item.entry.tx().wtxid()));
    let Some(found) = key.map(walk) else { return Range::UNKNOWN };
    let count = Range::from(found.rows.len());
    if found.more { Range { high: f64::INFINITY, ..count } } else { count }
}
