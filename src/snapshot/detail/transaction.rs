//! The details of a transaction.

use crate::address::PeerAddress;
use crate::event::{PeerId, SensorId, TxSource};
use crate::model::classify::Kind;
use crate::model::mempool::Mempool;
use crate::model::mempool::MempoolEntry;
use crate::model::{EphemeralDust, Model, Package, Relatives, TxKey};
use crate::snapshot::detail::parts::{InputRow, OutputRow};
use crate::snapshot::detail::replaced::{self, ReplacedRow};
use crate::snapshot::transactions::TransactionRow;
use crate::util::time::Timestamp;
use crate::wire::{OutPoint, Wtxid};
use std::sync::Arc;
use std::time::Duration;

/// The details of a transaction.
#[derive(Clone, PartialEq, Debug)]
pub struct TransactionDetail {
    /// The row of the list.
    pub row: TransactionRow,
    /// The wtxid.
    pub wtxid: Wtxid,
    /// The weight, in WU.
    pub weight: u32,
    /// The size that miners count, in vB: larger than the row's if the transaction has many signature
    /// operations (Core: `GetSigOpsAdjustedWeight`).
    pub counted_vsize: u32,
    /// The serialized size, in bytes.
    pub size: u32,
    /// The serialized transaction, including witnesses; shares the memory of the mempool entry.
    pub raw: Box<[u8]>,
    /// The version.
    pub version: u32,
    /// The lock time.
    pub lock_time: u32,
    /// Whether the transaction or an unconfirmed ancestor signals replaceability (BIP125).
    pub replaceable: bool,
    /// Whether it counts in the mempool's figures.
    pub counts: bool,
    /// Whether only one netgroup vouches for it, having listed it.
    pub is_unproven: bool,
    /// Its kinds, as far as its bytes show.
    pub kinds: Vec<Kind>,
    /// The transactions that it replaced, directly or indirectly, nearest first.
    pub replaced: Vec<ReplacedRow>,
    /// The fee, in sat; `None` if a prevout is unknown.
    pub fee: Option<u64>,
    /// Its ancestors, descendants and package.
    pub cluster: Cluster,
    /// The time of the first announcement, or of the arrival if there was none.
    pub first_seen: Timestamp,
    /// Where it came from.
    pub source: TxSource,
    /// The inputs; at most [`TransactionDetail::LISTED`].
    pub inputs: Vec<InputRow>,
    /// The outputs; at most [`TransactionDetail::LISTED`].
    pub outputs: Vec<OutputRow>,
    /// The times from the first announcement until half, and until all, of the live relaying peers had
    /// announced it; `None` while they have not.
    pub spread: [Option<Duration>; 2],
    /// The peers that announced it, in order: the address, unless the peer is forgotten, and the delay after
    /// the first announcement; at most [`TransactionDetail::LISTED`].
    pub announcements: Vec<(Option<PeerAddress>, Duration)>,
    /// The sensors whose peers announced it, in order of first announcement.
    pub sensors: Vec<SeenBySensor>,
}

/// When a sensor saw a transaction.
#[derive(Clone, PartialEq, Debug)]
pub struct SeenBySensor {
    /// The name of the sensor.
    pub name: Arc<str>,
    /// The delay after the first announcement to any sensor.
    pub delay: Duration,
    /// How far that may be off, given the comparison of clocks; `None` for the first sensor, and while it is
    /// unknown.
    pub uncertainty: Option<Duration>,
}

/// A cluster, as seen from one of its transactions.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Cluster {
    /// The unconfirmed ancestors.
    pub ancestors: Relatives,
    /// The unconfirmed descendants.
    pub descendants: Relatives,
    /// How miners treat the transaction.
    pub package: Package,
    /// The role of the transaction in ephemeral dust.
    pub ephemeral_dust: Option<EphemeralDust>,
}

impl TransactionDetail {
    /// The most inputs, outputs and announcements listed; the row has their total numbers.
    pub const LISTED: usize = 200;

    pub(super) fn take(
        model: &Model,
        key: TxKey,
        entry: &MempoolEntry,
        announcers: usize,
        now: Timestamp,
    ) -> Self {
        let (mempool, peers) = (model.mempool(), model.peers());
        let tx = entry.tx();
        let is_live = |peer| peers.is_live(peer);
        let inputs = tx.inputs().take(Self::LISTED).enumerate();
        let network = model.settings().network;
        let spender = |vout| mempool.spender(&OutPoint { txid: tx.txid(), vout });
        let outputs = (0..).zip(tx.outputs()).take(Self::LISTED);
        let address = |peer| peers.address(peer).cloned();
        let announcement = |(peer, delay)| (address(peer), delay);
        Self {
            row: TransactionRow::take(model, key, entry, announcers, now),
            wtxid: tx.wtxid(),
            weight: tx.weight(),
            counted_vsize: entry.adjusted_weight().div_ceil(4),
            size: u32::try_from(tx.raw().len()).unwrap_or(u32::MAX),
            raw: tx.raw().into(),
            version: tx.version(),
            lock_time: tx.lock_time(),
            replaceable: mempool.is_replaceable(entry),
            counts: entry.counts(),
            is_unproven: entry.is_unproven(),
            kinds: mempool.kinds(tx).iter().collect(),
            replaced: replaced::take(entry, mempool, is_live, now),
            fee: entry.fee(),
            cluster: Cluster::take(mempool, key, entry),
            first_seen: entry.first_seen(),
            source: entry.source(),
            inputs: inputs
                .map(|(vin, input)| InputRow::take(&input, entry.prevout_value(vin), mempool))
                .collect(),
            outputs: outputs.map(|(vout, output)| OutputRow::take(&output, network, spender(vout))).collect(),
            spread: spread(entry, announcers, is_live),
            announcements: entry.announcements().take(Self::LISTED).map(announcement).collect(),
            sensors: by_sensor(model, entry),
        }
    }
}

impl Cluster {
    fn take(mempool: &Mempool, key: TxKey, entry: &MempoolEntry) -> Self {
        Self {
            ancestors: mempool.ancestors(key),
            descendants: mempool.descendants(key),
            package: mempool.package(key, entry),
            ephemeral_dust: mempool.ephemeral_dust(entry),
        }
    }
}

/// Returns when each sensor saw the entry.
fn by_sensor(model: &Model, entry: &MempoolEntry) -> Vec<SeenBySensor> {
    let mut seen: Vec<(SensorId, Duration)> = Vec::new();
    for (peer, delay) in entry.announcements() {
        if let Some(id) = SensorId::of(peer)
            && seen.iter().all(|(other, _)| *other != id)
        {
            seen.push((id, delay));
        }
    }
    let uncertainty = |id| model.sensors().get(id)?.report.as_ref()?.clock.map(|clock| clock.uncertainty);
    let of_first = seen.first().and_then(|(id, _)| uncertainty(*id));
    let row = |(at, &(id, delay)): (usize, &(SensorId, Duration))| {
        let both = of_first.zip(uncertainty(id)).map(|(first, this)| first + this);
        let name = Arc::clone(&model.sensors().get(id)?.name);
        Some(SeenBySensor { name, delay, uncertainty: both.filter(|_| at > 0) })
    };
    seen.iter().enumerate().filter_map(row).collect()
}

/// Returns the times until half, and until all, of `announcers` live peers had announced the entry.
fn spread(
    entry: &MempoolEntry,
    announcers: usize,
    is_live: impl Fn(PeerId) -> bool,
) -> [Option<Duration>; 2] {
    let delays: Vec<Duration> =
        entry.announcements().filter(|(peer, _)| is_live(*peer)).map(|(_, delay)| delay).collect();
    // With a single announcer there is no spread.
    [announcers.div_ceil(2), announcers]
        .map(|needed| delays.get(needed.checked_sub(1)?).copied().filter(|_| needed > 1))
}
