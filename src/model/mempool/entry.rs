//! A held transaction: what is known about it, and what it costs to know it.

use crate::event::PeerId;
use crate::model::fees::InputValues;
use crate::model::fees::bounds::Bracket;
use crate::model::fees::fee_rate::FeeRate;
use crate::model::mempool::cluster::{ChunkFeeRate, adjusted_weight};
use crate::model::mempool::key::TxKey;
use crate::model::mempool::propagation::{Addition, Announcements, Announcer, Sighting};
use crate::model::mempool::rivals::Defeat;
use crate::model::mempool::spends::SPEND_MEMORY;
use crate::model::peers::worth::{Credit, Merit};
use crate::util::time::Timestamp;
use crate::wire::{Transaction, Txid};
use std::sync::Arc;
use std::time::Duration;

/// What an allocation costs beside its bytes: its header and its rounding up.
const ALLOCATION: usize = 16;

/// What a slot of a hash table or tree costs, as a multiple of what is in it, in quarters: tables
/// are between 7/16 and 7/8 full, leaves of a tree that grows at its end a little over half.
pub(crate) const SPARE_QUARTERS: usize = 7;

/// What every transaction costs whatever it contains, in bytes: itself with its two reference
/// counts, its entry in the tree, and a slot in each index of ids.
const FIXED_MEMORY: usize = size_of::<Transaction>()
    + 2 * size_of::<usize>()
    + SPARE_QUARTERS * (size_of::<(TxKey, MempoolEntry)>() + 2 * size_of::<(Txid, TxKey)>()) / 4
    + 3 * ALLOCATION;

/// A transaction of the mempool.
#[derive(Debug)]
pub struct MempoolEntry {
    tx: Arc<Transaction>,
    first_seen: Timestamp,
    pub(crate) announcements: Announcements,
    pub(crate) prevouts: InputValues,
    replaces: Box<[Txid]>,
    /// By its cluster; see [`Mempool::settle_clusters`](super::mempool::Mempool).
    pub(crate) mining: ChunkFeeRate,
    pub(crate) bracket: Bracket,
    adjusted_weight: u32,
    signals_replacement: bool,
    /// Whether a parent or child of it was ever held.
    pub(crate) had_company: bool,
}

impl MempoolEntry {
    pub(crate) fn new(
        tx: Arc<Transaction>,
        sighting: Sighting,
        prevouts: InputValues,
        replaces: Box<[Txid]>,
    ) -> Self {
        let Sighting { first_seen, announcements } = sighting;
        let signals_replacement = tx.signals_replacement();
        let adjusted_weight = adjusted_weight(&tx);
        let mining = ChunkFeeRate::UNKNOWN;
        Self {
            tx,
            first_seen,
            announcements,
            prevouts,
            replaces,
            mining,
            bracket: Bracket::default(),
            adjusted_weight,
            signals_replacement,
            had_company: false,
        }
    }

    /// A peer announced it. Whether it does so for the first time, and what that says about it and
    /// others.
    pub(crate) fn announce(&mut self, now: Timestamp, by: Announcer, credits: &mut Vec<Credit>) -> Addition {
        let (peer, delay) = (by.peer, now.since(self.first_seen));
        let first = self.first_announcer();
        let addition = self.announcements.add(by, delay);
        match addition {
            Addition::New => {
                credits.push(Credit { peer, what: Merit::After(delay) });
                if let Some(first) = first.filter(|_| self.announcements.len() == 2) {
                    credits.push(Credit { peer: first, what: Merit::NotAlone { seen: self.first_seen } });
                }
            }
            Addition::Repeated => credits.push(Credit { peer, what: Merit::Repeated }),
            Addition::Refused => {}
        }
        addition
    }

    /// What it says about those who announced it before it came.
    pub(crate) fn credits(&self) -> Vec<Credit> {
        let alone = self.announcements.len() == 1;
        let first = Merit::First { seen: self.first_seen, alone };
        let credit = |(index, (peer, delay))| Credit {
            peer,
            what: if index == 0 { first } else { Merit::After(delay) },
        };
        self.announcements().enumerate().map(credit).collect()
    }

    /// The transaction.
    pub fn tx(&self) -> &Arc<Transaction> {
        &self.tx
    }

    /// When it was first announced.
    pub fn first_seen(&self) -> Timestamp {
        self.first_seen
    }

    /// Who announced it first.
    pub fn first_announcer(&self) -> Option<PeerId> {
        self.announcements().next().map(|(peer, _)| peer)
    }

    /// Who announced it, in order, with the delay after the first, in ms.
    pub fn announcements(&self) -> impl Iterator<Item = (PeerId, Duration)> {
        self.announcements.iter()
    }

    /// What it pays, in sat; known only if all that it spends is known.
    pub fn fee(&self) -> Option<u64> {
        self.prevouts.fee(self.tx.output_value())
    }

    /// What it pays, in sat/vB, or what is known of it.
    pub fn fee_rate(&self) -> FeeRate {
        self.bracket.fee_rate(self.fee(), self.tx.vsize(), self.announcements.floors())
    }

    /// The rate by which miners sort it, in sat/vB: that of its chunk, the transactions that are best
    /// mined together with it, whose fees pay for each other. Known only if no unknown fee could
    /// change it, and if its cluster is not larger than nodes let clusters be (64 transactions,
    /// 101 kvB). It equals Bitcoin Core's `fees.chunk` over `chunkweight`.
    pub fn chunk_fee_rate(&self) -> Option<f64> {
        self.mining.get()
    }

    /// The rate by which miners sort it is no less, in sat/vB, if its fee is not known.
    pub(crate) fn chunk_fee_rate_lower(&self) -> Option<f64> {
        let min = match self.fee_rate() {
            // A parent that pays less would drag it down.
            FeeRate::Exact(_) => None,
            FeeRate::Within(bounds) if self.had_company => bounds.floor,
            FeeRate::Within(bounds) => bounds.min(),
        };
        min.map(|rate| rate * 4.0 * f64::from(self.tx.vsize()) / f64::from(self.adjusted_weight))
    }

    /// Its size in a miner's eyes, in weight units.
    pub(crate) fn adjusted_weight(&self) -> u32 {
        self.adjusted_weight
    }

    /// The value of what its input number `vin` spends, in sat, if it is known.
    pub fn prevout_value(&self, vin: usize) -> Option<u64> {
        self.prevouts.value(vin)
    }

    /// The transactions that it replaced.
    pub fn replaces(&self) -> &[Txid] {
        &self.replaces
    }

    /// Whether it says of itself that it may be replaced (BIP125).
    pub(crate) fn signals_replacement(&self) -> bool {
        self.signals_replacement
    }

    /// What remains of it when `to` takes its place.
    pub(crate) fn defeat(&self, to: Txid) -> Defeat<'_> {
        Defeat {
            tx: &self.tx,
            to,
            fee_rate: self.fee_rate(),
            replaced: self.replaces.clone(),
            first_seen: self.first_seen,
            announcements: self.announcements.clone(),
        }
    }

    /// The bytes that are counted for it: its serialization, its entry with what belongs to it,
    /// and its share of the indexes. An estimate; `benches/model.rs` compares it with the
    /// process's memory.
    pub(crate) fn memory(&self) -> usize {
        FIXED_MEMORY
            + self.tx.raw().len()
            + self.tx.input_count() as usize * SPEND_MEMORY
            + self.announcements.memory()
            + self.prevouts.memory()
            + size_of_val(&*self.replaces)
    }
}
