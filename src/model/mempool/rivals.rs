//! Transactions that lost against others: what was known of them, and who announces them still.
//!
//! A replacement reaches every node after a while, and those that had the old one announce the new
//! one. If some announce one side only and some the other side only, both are alive: a double spend.

use crate::event::PeerId;
use crate::model::fees::fee_rate::FeeRate;
use crate::model::mempool::propagation::{Addition, Announcements};
use crate::util::bounded::{BoundedMap, Insertion, Ring};
use crate::util::time::Timestamp;
use crate::wire::{Transaction, TxHash, Txid, Wtxid};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::time::Duration;

/// How many are remembered. Each may have as many announcers as a held transaction.
const REMEMBERED: usize = 1_000;

/// How long a replacement has to spread before sides are counted: nodes announce every 5 s on
/// average, and the slowest replacement paths take a few such steps.
const SPREAD: Duration = Duration::from_mins(1);

/// The longest chain of replacements that is followed.
const LONGEST_CHAIN: usize = 25;

/// A transaction that lost against another.
#[derive(Clone, Debug)]
pub(crate) struct Lost {
    pub(crate) txid: Txid,
    wtxid: Wtxid,
    /// The one that spends what it spends.
    pub(crate) to: Txid,
    /// When it lost.
    pub(crate) since: Timestamp,
    /// In vB.
    pub(crate) vsize: u32,
    /// What was known of what it pays.
    pub(crate) fee_rate: FeeRate,
    /// What it had replaced itself.
    replaced: Box<[Txid]>,
    first_seen: Timestamp,
    pub(crate) announcements: Announcements,
}

/// Two transactions that spend the same, both alive: some peers announce one of them only, some the
/// other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DoubleSpend {
    /// The one that is held.
    pub held: Txid,
    /// The one that lost against it, or was replaced by it.
    pub lost: Txid,
    /// Live peers that announced the first and not the second.
    pub held_only: usize,
    /// Live peers that announced the second and not the first.
    pub lost_only: usize,
}

/// What is known of a loser at the moment when it loses.
pub(crate) struct Defeat<'a> {
    pub(crate) tx: &'a Transaction,
    pub(crate) to: Txid,
    pub(crate) fee_rate: FeeRate,
    pub(crate) replaced: Box<[Txid]>,
    pub(crate) first_seen: Timestamp,
    pub(crate) announcements: Announcements,
}

/// The last ones that lost.
#[derive(Debug, Default)]
pub(crate) struct Rivals {
    lost: BoundedMap<Txid, Lost, REMEMBERED>,
    by_wtxid: HashMap<Wtxid, Txid, RandomState>,
    /// Whose sides are to be counted, and when.
    to_count: Ring<(Timestamp, Txid), REMEMBERED>,
}

impl Rivals {
    /// A transaction lost.
    pub(crate) fn lose(&mut self, now: Timestamp, defeat: Defeat<'_>) {
        let Defeat { tx, to, fee_rate, replaced, first_seen, announcements } = defeat;
        let (txid, wtxid) = (tx.txid(), tx.wtxid());
        let (since, vsize) = (now, tx.vsize());
        let lost = Lost { txid, wtxid, to, since, vsize, fee_rate, replaced, first_seen, announcements };
        let insertion = self.lost.insert(txid, lost);
        if !matches!(insertion, Insertion::Changed(_)) {
            self.to_count.push((now + SPREAD, txid));
        }
        if let Insertion::Evicted(_, oldest) = insertion {
            self.by_wtxid.remove(&oldest.wtxid);
        }
        self.by_wtxid.insert(wtxid, txid);
    }

    /// A peer announced something that may have lost. Whether it did so for the first time.
    pub(crate) fn announce(&mut self, now: Timestamp, peer: PeerId, hash: TxHash) -> Option<Addition> {
        let txid = match hash {
            TxHash::Txid(txid) => txid,
            TxHash::Wtxid(wtxid) => *self.by_wtxid.get(&wtxid)?,
        };
        let lost = self.lost.get_mut(&txid)?;
        Some(lost.announcements.add(peer, now.since(lost.first_seen)))
    }

    /// One of them.
    pub(crate) fn get(&self, txid: Txid) -> Option<&Lost> {
        self.lost.get(&txid)
    }

    /// Those that lost against `txid`, and those that they had replaced, nearest first, with the
    /// number of steps.
    pub(crate) fn behind(&self, txid: Txid) -> Vec<(usize, &Lost)> {
        let direct = self.lost.iter().map(|(_, lost)| lost).filter(|lost| lost.to == txid);
        let mut found: Vec<(usize, &Lost)> = direct.map(|lost| (1, lost)).collect();
        let mut next = 0;
        while let Some(&(steps, lost)) = found.get(next)
            && found.len() < LONGEST_CHAIN
        {
            found.extend(lost.replaced.iter().filter_map(|older| Some((steps + 1, self.get(*older)?))));
            next += 1;
        }
        found
    }

    /// What took the place of `txid`, what took the place of that one, and so on.
    pub(crate) fn ahead(&self, txid: Txid) -> Vec<Txid> {
        let next = |txid: &Txid| self.get(*txid).map(|lost| lost.to);
        std::iter::successors(next(&txid), next).take(LONGEST_CHAIN).collect()
    }

    /// Those whose sides are to be counted now: each loser once.
    pub(crate) fn due(&mut self, now: Timestamp) -> Vec<Txid> {
        let count = self.to_count.partition_point(|&(due, _)| due <= now);
        self.to_count.drain_oldest(count).map(|(_, txid)| txid).collect()
    }
}

/// How many peers announce one side only: `held` and not `lost`, `lost` and not `held`.
pub(crate) fn sides(
    held: &Announcements,
    lost: &Announcements,
    is_live: impl Fn(PeerId) -> bool,
) -> (usize, usize) {
    let only = |one: &Announcements, other: &Announcements| {
        one.iter().filter(|&(peer, _)| is_live(peer) && !other.contains(peer)).count()
    };
    (only(held, lost), only(lost, held))
}
