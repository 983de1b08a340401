//! A transaction in the mempool, with what is known about it.

use crate::chain::limits::MAX_MONEY;
use crate::event::{PeerId, TxSource};
use crate::model::fees::bounds::PeerBound;
use crate::model::fees::bounds::by_order::{Bound, ChunkRange, LearnedBounds, OrderBounds, Verdict, Voter};
use crate::model::fees::fee_rate::{Bounds, FeeRate};
use crate::model::fees::histogram::{Item, KnownRate};
use crate::model::fees::input_values::InputValues;
use crate::model::mempool::cluster::chunk_fee_rate::ChunkFeeRate;
use crate::model::mempool::cluster::fee_range::FeeRange;
use crate::model::mempool::cluster::sigops::adjusted_weight;
use crate::model::mempool::relay::announcements::{Addition, Announcements, Announcer, Sighting};
use crate::model::mempool::relay::credit::{RelayCredit, RelayPart};
use crate::model::mempool::vouch::state::Vouch;
use crate::util::time::Timestamp;
use crate::wire::{Transaction, Txid};
use std::sync::Arc;
use std::time::Duration;

/// Marks an unknown fee; no fee has this value.
const UNKNOWN_FEE: u64 = u64::MAX;

/// Returns the bytes that the allocator (glibc) uses for `bytes`: with its header, rounded up.
const fn allocated(bytes: usize) -> usize {
    const HEADER: usize = 8;
    const SMALLEST: usize = 32;
    if bytes == 0 {
        return 0;
    }
    let chunk = (bytes + HEADER).next_multiple_of(16);
    if chunk < SMALLEST { SMALLEST } else { chunk }
}

/// The bytes of the transaction with its two reference counts, without its serialization.
const TRANSACTION: usize = allocated(size_of::<Transaction>() + 2 * size_of::<usize>());

/// A transaction in the mempool.
#[derive(Debug)]
pub struct MempoolEntry {
    tx: Arc<Transaction>,
    first_seen: Timestamp,
    announcements: Announcements,
    input_values: InputValues,
    /// In sat, or [`UNKNOWN_FEE`].
    fee: u64,
    /// Boxed, as most replaced nothing.
    replaces: Option<Box<Box<[Txid]>>>,
    chunk_fee_rate: ChunkFeeRate,
    /// `None` while nothing is known, or once everything is exact.
    bounds: Option<Box<LearnedBounds>>,
    adjusted_weight: u32,
    input_count: u32,
    source: TxSource,
    vouch: Vouch,
    earlier_announcers: u16,
    signals_replacement: bool,
}

impl MempoolEntry {
    pub(super) fn new(
        tx: Arc<Transaction>,
        source: TxSource,
        vouch: Vouch,
        sighting: Sighting,
        input_values: InputValues,
        replaces: Box<[Txid]>,
    ) -> Self {
        let Sighting { first_seen, announcements } = sighting;
        Self {
            first_seen,
            announcements,
            fee: input_values.fee(|| tx.output_value()).unwrap_or(UNKNOWN_FEE),
            input_values,
            replaces: (!replaces.is_empty()).then(|| Box::new(replaces)),
            chunk_fee_rate: ChunkFeeRate::UNKNOWN,
            bounds: None,
            adjusted_weight: adjusted_weight(&tx),
            input_count: tx.input_count(),
            source,
            vouch,
            earlier_announcers: 0,
            signals_replacement: tx.signals_replacement(),
            tx,
        }
    }

    /// The transaction.
    pub fn tx(&self) -> &Arc<Transaction> {
        &self.tx
    }

    /// Where the transaction came from.
    pub fn source(&self) -> TxSource {
        self.source
    }

    /// Who vouches for the transaction.
    pub(super) fn vouch(&self) -> Vouch {
        self.vouch
    }

    pub(super) fn set_vouch(&mut self, vouch: Vouch) {
        self.vouch = vouch;
    }

    /// Whether the transaction counts in the figures of the mempool.
    pub fn counts(&self) -> bool {
        self.vouch.counts()
    }

    /// Whether only peers of one netgroup announced, listed or served the transaction.
    pub fn is_by_one_netgroup(&self) -> bool {
        !self.vouch.is_by_several()
    }

    /// Whether only the netgroup of a peer that listed the transaction vouches for it.
    pub fn is_unproven(&self) -> bool {
        !self.vouch.is_proven()
    }

    /// When the transaction was first announced, or arrived without an announcement.
    pub fn first_seen(&self) -> Timestamp {
        self.first_seen
    }

    /// Returns the peer that announced the transaction first.
    pub fn first_announcer(&self) -> Option<PeerId> {
        self.announcements().next().map(|(peer, _)| peer)
    }

    /// Returns the peers that announced the transaction, in order, with the delay after the first one.
    pub fn announcements(&self) -> impl Iterator<Item = (PeerId, Duration)> {
        self.announcements.iter()
    }

    /// What the announcers' fee filters say about its fee rate.
    pub(super) fn floors(&self) -> PeerBound {
        self.announcements.floors()
    }

    /// The number of peers that announced the transaction in this run.
    pub(crate) fn announced_by(&self) -> usize {
        self.announcements.len()
    }

    /// The number of peers that announced the transaction in an earlier run.
    pub fn earlier_announcers(&self) -> u16 {
        self.earlier_announcers
    }

    /// Records that this many peers announced the transaction in an earlier run.
    pub(super) fn set_earlier_announcers(&mut self, count: u16) {
        self.earlier_announcers = count;
    }

    /// Returns whether a peer announced the transaction.
    pub(crate) fn is_announced_by(&self, peer: PeerId) -> bool {
        self.announcements.contains(peer)
    }

    /// Returns when the transaction was first seen and which peers announced it since.
    pub(super) fn sighting(&self) -> Sighting {
        Sighting { first_seen: self.first_seen, announcements: self.announcements.clone() }
    }

    /// Splits the entry into its sighting and the values of its inputs.
    pub(super) fn into_parts(self) -> (Sighting, InputValues) {
        (Sighting { first_seen: self.first_seen, announcements: self.announcements }, self.input_values)
    }

    /// Adds an announcement by a peer, and adds to `credits` what it says about the announcers' relay.
    pub(super) fn announce(
        &mut self,
        now: Timestamp,
        by: Announcer,
        credits: &mut Vec<RelayCredit>,
    ) -> Addition {
        let (peer, delay) = (by.peer, now.since(self.first_seen));
        let first = self.first_announcer();
        let addition = self.announcements.add(by, delay);
        match addition {
            Addition::New => {
                credits.push(RelayCredit { peer, part: RelayPart::After(delay) });
                if let Some(first) = first.filter(|_| self.announcements.len() == 2) {
                    credits.push(RelayCredit {
                        peer: first,
                        part: RelayPart::NotAlone { seen: self.first_seen },
                    });
                }
            }
            Addition::Repeated => credits.push(RelayCredit { peer, part: RelayPart::Repeated }),
            Addition::Refused => {}
        }
        addition
    }

    /// Returns what the arrival says about the relay of the transaction's announcers.
    pub(super) fn credits(&self) -> Vec<RelayCredit> {
        let alone = self.announcements.len() == 1;
        let first = RelayPart::First { seen: self.first_seen, alone };
        let credit = |(index, (peer, delay))| RelayCredit {
            peer,
            part: if index == 0 { first } else { RelayPart::After(delay) },
        };
        self.announcements().enumerate().map(credit).collect()
    }

    /// Returns the exact fee in sat, or `None` if the value of a spent output is unknown.
    pub fn fee(&self) -> Option<u64> {
        (self.fee != UNKNOWN_FEE).then_some(self.fee)
    }

    /// Returns the fee rate in sat/vB: exact, or within bounds.
    pub fn fee_rate(&self) -> FeeRate {
        self.own_bounds().fee_rate(self.fee(), self.tx.vsize(), self.floors().get())
    }

    /// Returns the chunk fee rate in sat/vB, by which miners sort the transaction: the rate of the relatives
    /// that are best mined together with it. `None` if an unknown fee could change it, or if the cluster
    /// exceeds nodes' limits (64 transactions, 101 kvB). Equals Bitcoin Core's `fees.chunk` over
    /// `chunkweight`.
    pub fn chunk_fee_rate(&self) -> Option<f64> {
        self.chunk_fee_rate.get()
    }

    /// Returns what is known about the chunk fee rate: exact, or within bounds.
    pub fn chunk_rate(&self) -> FeeRate {
        if let Some(rate) = self.chunk_fee_rate() {
            return FeeRate::Exact(rate);
        }
        // If the fee is exact, it is a parent that may pay less than the fee filters.
        let floor = self.floors().get().filter(|_| self.fee().is_none());
        let nothing = FeeRate::Open(Bounds { floor, ..Bounds::default() });
        let is_oversized = self.chunk_fee_rate == ChunkFeeRate::OVERSIZED;
        let bounds = self.bounds.as_ref().filter(|_| !is_oversized);
        bounds.map_or(nothing, |bounds| bounds.chunk_rate(floor))
    }

    /// The raw chunk fee rate, which includes the reason if there is none.
    pub(super) fn chunk_fee_rate_or_cause(&self) -> ChunkFeeRate {
        self.chunk_fee_rate
    }

    /// Sets the chunk fee rate and its range, as computed from the cluster.
    pub(super) fn set_chunk_fee_rate(&mut self, rate: ChunkFeeRate, range: ChunkRange) {
        self.chunk_fee_rate = rate;
        self.learn(|bounds| bounds.cluster = range);
    }

    /// The range of the chunk fee rate, as computed from the cluster.
    pub(super) fn chunk_range(&self) -> ChunkRange {
        self.bounds.as_ref().map(|bounds| bounds.cluster).unwrap_or_default()
    }

    /// The bounds of its own fee rate from the order of announcements.
    pub(super) fn own_bounds(&self) -> OrderBounds {
        self.bounds.as_ref().map(|bounds| bounds.own).unwrap_or_default()
    }

    /// Adds a bound of the fee rate from the position in a peer's announcement.
    pub(super) fn add_bound(&mut self, voter: Voter, bound: Bound) {
        self.learn(|bounds| bounds.own.add(voter, bound));
    }

    /// Adds a bound of the chunk fee rate from the position in a peer's announcement.
    pub(super) fn add_chunk_bound(&mut self, voter: Voter, bound: Bound) {
        self.learn(|bounds| bounds.chunk.add(voter, bound));
    }

    /// Returns whether announcements bound the chunk fee rate.
    pub(super) fn has_chunk_bounds(&self) -> bool {
        self.bounds.as_ref().is_some_and(|bounds| bounds.chunk != OrderBounds::default())
    }

    /// Drops the announcements' bounds of the chunk fee rate, because the cluster changed.
    pub(super) fn end_chunk_bounds(&mut self) {
        self.learn(|bounds| bounds.chunk = OrderBounds::default());
    }

    /// Drops all bounds from announcements, because an ancestor arrived that affected the transaction's
    /// position.
    pub(super) fn end_bounds(&mut self) {
        self.learn(|bounds| (bounds.own, bounds.chunk) = Default::default());
    }

    /// Returns what a fee that became exact says about peers' bounds, and drops these.
    pub(super) fn judge_bounds(&mut self) -> Vec<Verdict> {
        let Some(rate) = self.fee_rate().exact() else { return Vec::new() };
        let verdicts = self.own_bounds().verdicts(rate).collect();
        self.learn(|bounds| bounds.own = OrderBounds::default());
        verdicts
    }

    fn learn(&mut self, change: impl FnOnce(&mut LearnedBounds)) {
        let mut bounds = self.bounds.take().map(|bounds| *bounds).unwrap_or_default();
        change(&mut bounds);
        self.bounds = (bounds != LearnedBounds::default()).then(|| Box::new(bounds));
    }

    /// The transaction as the fee histogram counts it.
    pub(super) fn histogram_item(&self) -> Item {
        let rate = self.chunk_rate();
        let known = match rate {
            FeeRate::Exact(rate) => KnownRate::Exact(rate),
            FeeRate::Within(_) => rate.middle().map_or(KnownRate::Unknown, KnownRate::Within),
            FeeRate::Open(_) => rate.min().map_or(KnownRate::Unknown, KnownRate::AtLeast),
        };
        let tx = &self.tx;
        Item { rate: known, vsize: tx.vsize().into(), size: tx.raw().len() as u64, fee: self.likely_fee() }
    }

    /// Returns the exact fee, or that for the middle of narrow bounds, in sat; 0 if unknown.
    fn likely_fee(&self) -> u64 {
        let of_middle = || self.fee_rate().middle().map(|rate| rate * f64::from(self.tx.vsize()));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rounded amount")]
        let rounded = |fee: f64| fee.round() as u64;
        self.fee().or_else(|| of_middle().map(rounded)).unwrap_or_default()
    }

    /// Returns the lowest and the highest fee in sat that the announcements' bounds allow.
    pub(super) fn fee_range(&self) -> FeeRange {
        if let Some(fee) = self.fee() {
            return FeeRange::exactly(fee);
        }
        let Bounds { low, high, by_one_peer, .. } = self.own_bounds().bounds(None);
        let vsize = f64::from(self.tx.vsize());
        // Fees are whole numbers; the rest is tolerance for floating-point error.
        let [low, high] =
            [low.map(|low| (low * vsize - 1e-3).ceil()), high.map(|high| (high * vsize + 1e-3).floor())];
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
        let [low, high] = [low.unwrap_or(0.0) as u64, high.map_or(MAX_MONEY, |high| high as u64)];
        if low > high { FeeRange::default() } else { FeeRange { low, high, by_one_peer } }
    }

    /// The sigops-adjusted weight, in WU.
    pub(crate) fn adjusted_weight(&self) -> u32 {
        self.adjusted_weight
    }

    /// Returns the value in sat of the output that input `vin` spends, if it is known.
    pub fn prevout_value(&self, vin: usize) -> Option<u64> {
        self.input_values.value(vin)
    }

    /// Records the values of outputs of the transaction `parent`, each with its index and in order. The last
    /// missing value makes the fee exact.
    pub(super) fn learn_values(&mut self, parent: Txid, outputs: &[(u32, u64)]) {
        for (vin, prevout) in (0..).zip(self.tx.prevouts()).filter(|(_, prevout)| prevout.txid == parent) {
            if let Ok(index) = outputs.binary_search_by_key(&prevout.vout, |(vout, _)| *vout) {
                self.input_values.prove(self.input_count, vin, outputs[index].1);
            }
        }
        self.fee = self.input_values.fee(|| self.tx.output_value()).unwrap_or(UNKNOWN_FEE);
    }

    /// The transactions that it replaced.
    pub fn replaces(&self) -> &[Txid] {
        self.replaces.as_deref().map_or(&[], |replaced| replaced)
    }

    /// Whether the transaction itself signals replaceability (BIP125).
    pub(super) fn signals_replacement(&self) -> bool {
        self.signals_replacement
    }

    /// The number of inputs.
    pub(super) fn input_count(&self) -> u32 {
        self.input_count
    }

    /// Returns the bytes on the heap: those of the transaction, and of optional parts.
    pub(super) fn heap_memory(&self) -> usize {
        TRANSACTION
            + allocated(self.tx.raw().len())
            + allocated(self.announcements.memory())
            + allocated(self.input_values.memory())
            + self.bounds.as_deref().map_or(0, |bounds| allocated(size_of_val(bounds)))
            + self.replaces.as_ref().map_or(0, |replaced| {
                allocated(size_of_val(&**replaced)) + allocated(size_of_val(&***replaced))
            })
    }
}
