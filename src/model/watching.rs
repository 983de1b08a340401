//! What happens with what the user watches: found by comparing scripts, outpoints and txids.

use super::departed::Departure;
use super::mempool::Mempool;
use crate::snapshot::WatchRow;
use crate::time::Timestamp;
use crate::watching::{MAX_TARGETS, Target, Watched};
use crate::wire::{Block, OutPoint, Transaction, Txid};
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// How many outputs to watched scripts are remembered, so that what spends them is noticed.
const MAX_COINS: usize = 20_000;

/// How many transactions are remembered that touch what is watched.
const MAX_TRANSACTIONS: usize = 10_000;

/// Up to how many confirmations are told: what most take for final.
const FINAL: u32 = 6;

/// Something happened with what is watched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WatchNotice {
    /// What is watched, as the user wrote it.
    pub target: String,
    /// The transaction.
    pub txid: Txid,
    /// What it pays to the target, in sat.
    pub received: u64,
    /// What it spends of the target's, as far as that is known, in sat.
    pub spent: u64,
    /// What happened.
    pub event: WatchEvent,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WatchEvent {
    /// The transaction came.
    Arrived,
    /// Another one took its place.
    Replaced {
        /// Which.
        by: Txid,
    },
    /// Another one that spends the same is alive as well.
    DoubleSpent {
        /// Which.
        by: Txid,
    },
    /// It is in a block; told for the first and the sixth confirmation.
    Confirmed {
        /// The block's height.
        height: u32,
        /// How many blocks, that one included.
        confirmations: u32,
    },
    /// Its block is not in the best chain any more.
    Unconfirmed,
    /// It was dropped from the mempool.
    Left,
}

impl WatchEvent {
    /// One word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Arrived => "arrived",
            Self::Replaced { .. } => "replaced",
            Self::DoubleSpent { .. } => "double_spent",
            Self::Confirmed { .. } => "confirmed",
            Self::Unconfirmed => "unconfirmed",
            Self::Left => "left",
        }
    }
}

/// The targets, and what touches them.
#[derive(Debug, Default)]
pub(super) struct Watching {
    targets: BTreeMap<u64, (Target, Option<(Timestamp, WatchNotice)>)>,
    next: u64,
    scripts: HashMap<Vec<u8>, u64, RandomState>,
    txids: HashMap<Txid, u64, RandomState>,
    /// Outputs to watched scripts, with their values in sat.
    coins: HashMap<OutPoint, (u64, u64), RandomState>,
    coin_order: VecDeque<OutPoint>,
    touching: HashMap<Txid, Touching, RandomState>,
    touching_order: VecDeque<Txid>,
    /// Notices since the start.
    count: u64,
}

/// A transaction that touches targets.
#[derive(Clone, Debug)]
struct Touching {
    /// Target, received and spent.
    targets: Vec<(u64, u64, u64)>,
    height: Option<u32>,
}

impl Watching {
    /// Watches something from now on; what is held already is looked at. Refused beyond
    /// [`MAX_TARGETS`], and if it is watched already.
    pub(super) fn add(&mut self, now: Timestamp, target: &Target, mempool: &Mempool) -> Vec<WatchNotice> {
        let is_known = self.targets.values().any(|(known, _)| known.what() == target.what());
        if is_known || self.targets.len() >= MAX_TARGETS {
            return Vec::new();
        }
        let id = self.next;
        self.next += 1;
        match target.what() {
            Watched::Script(script) => drop(self.scripts.insert(script.clone(), id)),
            Watched::Transaction(txid) => drop(self.txids.insert(*txid, id)),
        }
        self.targets.insert(id, (target.clone(), None));
        // Once when the user asks, so that what waits already is shown.
        let held: Vec<_> = mempool.entries().values().map(|entry| entry.tx().clone()).collect();
        held.iter().flat_map(|tx| self.arrive(now, tx)).collect()
    }

    /// Watches it no longer.
    pub(super) fn remove(&mut self, target: &Target) {
        let found = self.targets.iter().find(|(_, (known, _))| known.what() == target.what());
        let Some(id) = found.map(|(&id, _)| id) else { return };
        self.targets.remove(&id);
        self.scripts.retain(|_, known| *known != id);
        self.txids.retain(|_, known| *known != id);
        self.coins.retain(|_, (known, _)| *known != id);
        self.coin_order.retain(|coin| self.coins.contains_key(coin));
    }

    /// A transaction is held from now on.
    pub(super) fn arrive(&mut self, now: Timestamp, tx: &Transaction) -> Vec<WatchNotice> {
        if self.targets.is_empty() || self.touching.contains_key(&tx.txid()) && self.is_told(tx) {
            return Vec::new();
        }
        if self.touch(tx) { self.tell(now, tx.txid(), WatchEvent::Arrived) } else { Vec::new() }
    }

    /// A block came.
    pub(super) fn block(&mut self, now: Timestamp, block: &Block, height: u32) -> Vec<WatchNotice> {
        if self.targets.is_empty() {
            return Vec::new();
        }
        let mut notices = Vec::new();
        for tx in &block.transactions {
            if self.touch(tx)
                && let Some(touching) = self.touching.get_mut(&tx.txid())
            {
                touching.height = Some(height);
            }
        }
        let confirmed: Vec<_> =
            self.touching.iter().filter_map(|(txid, touching)| Some((*txid, touching.height?))).collect();
        for (txid, its_height) in confirmed {
            let confirmations = height.saturating_sub(its_height) + 1;
            if confirmations == 1 || confirmations == FINAL {
                notices.extend(self.tell(
                    now,
                    txid,
                    WatchEvent::Confirmed { height: its_height, confirmations },
                ));
            }
        }
        notices
    }

    /// What a past block paid to watched scripts, so that what spends it is noticed.
    pub(super) fn past_block(&mut self, block: &Block) {
        if !self.targets.is_empty() {
            block.transactions.iter().for_each(|tx| drop(self.outputs(tx)));
        }
    }

    /// A transaction is no longer held.
    pub(super) fn leave(&mut self, now: Timestamp, txid: Txid, why: Departure) -> Vec<WatchNotice> {
        let event = match why {
            // The block tells it.
            Departure::Mined(_) => return Vec::new(),
            Departure::Replaced(by) | Departure::ReplacedWithParent(by) => WatchEvent::Replaced { by },
            _ => WatchEvent::Left,
        };
        self.tell(now, txid, event)
    }

    /// The block of a transaction is not in the best chain any more.
    pub(super) fn unconfirm(&mut self, now: Timestamp, txid: Txid) -> Vec<WatchNotice> {
        match self.touching.get_mut(&txid) {
            Some(touching) => touching.height = None,
            None => return Vec::new(),
        }
        self.tell(now, txid, WatchEvent::Unconfirmed)
    }

    /// Two transactions that spend the same are alive.
    pub(super) fn double_spend(&mut self, now: Timestamp, held: Txid, lost: Txid) -> Vec<WatchNotice> {
        let mut notices = self.tell(now, held, WatchEvent::DoubleSpent { by: lost });
        notices.extend(self.tell(now, lost, WatchEvent::DoubleSpent { by: held }));
        notices
    }

    /// How many notices there have been.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The targets as the screen shows them, oldest first.
    pub(super) fn rows(&self, now: Timestamp) -> Vec<WatchRow> {
        let row = |(target, last): &(Target, Option<(Timestamp, WatchNotice)>)| WatchRow {
            target: target.clone(),
            last: last.as_ref().map(|(time, notice)| (now.since(*time), notice.clone())),
        };
        self.targets.values().map(row).collect()
    }

    /// Whether all that watches this transaction has been told of it.
    fn is_told(&self, tx: &Transaction) -> bool {
        let touching = self.touching.get(&tx.txid());
        let told = |id: &u64| touching.is_some_and(|known| known.targets.iter().any(|(of, ..)| of == id));
        let by_script = tx.outputs().filter_map(|output| self.scripts.get(output.script_pubkey)).all(told);
        by_script && self.txids.get(&tx.txid()).is_none_or(told)
    }

    /// Finds what a transaction does to targets, and remembers it. Whether it does anything.
    fn touch(&mut self, tx: &Transaction) -> bool {
        let mut found: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
        for (id, value) in self.outputs(tx) {
            found.entry(id).or_default().0 += value;
        }
        for input in tx.inputs() {
            if let Some(&(id, value)) = self.coins.get(&input.prevout) {
                found.entry(id).or_default().1 += value;
            }
        }
        if let Some(&id) = self.txids.get(&tx.txid()) {
            found.entry(id).or_default();
        }
        if found.is_empty() {
            return false;
        }
        let targets = found.into_iter().map(|(id, (received, spent))| (id, received, spent)).collect();
        let height = self.touching.get(&tx.txid()).and_then(|known| known.height);
        if self.touching.insert(tx.txid(), Touching { targets, height }).is_none() {
            self.touching_order.push_back(tx.txid());
        }
        if self.touching_order.len() > MAX_TRANSACTIONS
            && let Some(oldest) = self.touching_order.pop_front()
        {
            self.touching.remove(&oldest);
        }
        true
    }

    /// The outputs to watched scripts, from now on remembered.
    fn outputs(&mut self, tx: &Transaction) -> Vec<(u64, u64)> {
        if self.scripts.is_empty() {
            return Vec::new();
        }
        let txid = tx.txid();
        let mut found = Vec::new();
        for (vout, output) in (0..).zip(tx.outputs()) {
            let Some(&id) = self.scripts.get(output.script_pubkey) else { continue };
            found.push((id, output.value));
            let outpoint = OutPoint { txid, vout };
            if self.coins.insert(outpoint, (id, output.value)).is_none() {
                self.coin_order.push_back(outpoint);
            }
            if self.coin_order.len() > MAX_COINS
                && let Some(oldest) = self.coin_order.pop_front()
            {
                self.coins.remove(&oldest);
            }
        }
        found
    }

    fn tell(&mut self, now: Timestamp, txid: Txid, event: WatchEvent) -> Vec<WatchNotice> {
        let Some(touching) = self.touching.get(&txid).cloned() else { return Vec::new() };
        let mut notices = Vec::new();
        for (id, received, spent) in touching.targets {
            let Some((target, last)) = self.targets.get_mut(&id) else { continue };
            let notice = WatchNotice { target: target.text().to_owned(), txid, received, spent, event };
            *last = Some((now, notice.clone()));
            self.count += 1;
            notices.push(notice);
        }
        notices
    }
}
