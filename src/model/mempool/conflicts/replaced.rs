//! Replaced and rejected transactions: what was known about them, and which peers still announce them.

use crate::event::PeerId;
use crate::model::fees::bounds::by_order::OrderBounds;
use crate::model::fees::fee_rate::FeeRate;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::relay::announcements::{Addition, Announcements, Sighting};
use crate::util::bounded::{BoundedMap, Insertion, Ring};
use crate::util::time::Timestamp;
use crate::wire::{Transaction, TxHash, Txid, Wtxid};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::time::Duration;

/// The most transactions to keep. Each may have as many announcements as one in the mempool.
const MAX_TXS: usize = 1_000;

/// How long a replacement has to spread before a conflict is reported as a double spend: nodes announce
/// every 5 s on average, and the slowest paths take a few such steps.
const TIME_TO_SPREAD: Duration = Duration::from_mins(1);

/// The longest chain of replacements to follow.
const MAX_CHAIN: usize = 25;

/// A transaction that was replaced, or rejected because of a conflict.
#[derive(Clone, Debug)]
pub(crate) struct ReplacedTx {
    pub(crate) txid: Txid,
    wtxid: Wtxid,
    /// The transaction in the mempool that spends the same output.
    pub(crate) by: Txid,
    /// When it was replaced or rejected.
    pub(crate) since: Timestamp,
    /// In vB.
    pub(crate) vsize: u32,
    pub(crate) fee_rate: FeeRate,
    /// The transactions that it had replaced itself.
    replaces: Box<[Txid]>,
    first_seen: Timestamp,
    announcements: Announcements,
}

impl ReplacedTx {
    /// An entry replaced by `by`.
    pub(in crate::model::mempool) fn of(entry: &MempoolEntry, by: Txid, now: Timestamp) -> Self {
        let Sighting { first_seen, announcements } = entry.sighting();
        Self {
            txid: entry.tx().txid(),
            wtxid: entry.tx().wtxid(),
            by,
            since: now,
            vsize: entry.tx().vsize(),
            fee_rate: entry.fee_rate(),
            replaces: entry.replaces().into(),
            first_seen,
            announcements,
        }
    }

    /// A newcomer rejected because it conflicts with `by`. `fee` is in sat.
    pub(in crate::model::mempool) fn rejected(
        tx: &Transaction,
        sighting: Sighting,
        fee: Option<u64>,
        by: Txid,
        now: Timestamp,
    ) -> Self {
        let Sighting { first_seen, announcements } = sighting;
        Self {
            txid: tx.txid(),
            wtxid: tx.wtxid(),
            by,
            since: now,
            vsize: tx.vsize(),
            fee_rate: OrderBounds::default().fee_rate(fee, tx.vsize(), announcements.floors().get()),
            replaces: Box::default(),
            first_seen,
            announcements,
        }
    }

    /// Returns the peers that announced the transaction, in order.
    pub(crate) fn announcers(&self) -> impl Iterator<Item = PeerId> {
        self.announcements.iter().map(|(peer, _)| peer)
    }

    /// Returns whether a peer announced the transaction.
    pub(super) fn is_announced_by(&self, peer: PeerId) -> bool {
        self.announcements.contains(peer)
    }
}

/// The last replaced and rejected transactions.
#[derive(Debug, Default)]
pub(in crate::model::mempool) struct ReplacedTxs {
    by_txid: BoundedMap<Txid, ReplacedTx, MAX_TXS>,
    by_wtxid: HashMap<Wtxid, Txid, RandomState>,
    /// The transactions to check for a double spend, and when.
    to_check: Ring<(Timestamp, Txid), MAX_TXS>,
}

impl ReplacedTxs {
    /// Records a transaction.
    pub(in crate::model::mempool) fn insert(&mut self, tx: ReplacedTx) {
        let (now, txid, wtxid) = (tx.since, tx.txid, tx.wtxid);
        let insertion = self.by_txid.insert(txid, tx);
        if !matches!(insertion, Insertion::Changed(_)) {
            self.to_check.push((now + TIME_TO_SPREAD, txid));
        }
        if let Insertion::Evicted(_, oldest) = insertion {
            self.by_wtxid.remove(&oldest.wtxid);
        }
        self.by_wtxid.insert(wtxid, txid);
    }

    /// Records an announcement. Returns `None` if the transaction was not replaced or rejected.
    pub(in crate::model::mempool) fn announce(
        &mut self,
        now: Timestamp,
        peer: PeerId,
        hash: TxHash,
    ) -> Option<Addition> {
        let txid = match hash {
            TxHash::Txid(txid) => txid,
            TxHash::Wtxid(wtxid) => *self.by_wtxid.get(&wtxid)?,
        };
        let tx = self.by_txid.get_mut(&txid)?;
        Some(tx.announcements.add(peer, now.since(tx.first_seen)))
    }

    /// Returns the transaction of a txid.
    pub(super) fn get(&self, txid: Txid) -> Option<&ReplacedTx> {
        self.by_txid.get(&txid)
    }

    /// Returns the transactions that `txid` replaced, directly or indirectly, nearest first, with the number
    /// of steps.
    pub(in crate::model::mempool) fn replaced_by(&self, txid: Txid) -> Vec<(usize, &ReplacedTx)> {
        let direct = self.by_txid.iter().map(|(_, tx)| tx).filter(|tx| tx.by == txid);
        let mut found: Vec<(usize, &ReplacedTx)> = direct.map(|tx| (1, tx)).collect();
        let mut next = 0;
        while let Some(&(steps, tx)) = found.get(next)
            && found.len() < MAX_CHAIN
        {
            found.extend(tx.replaces.iter().filter_map(|older| Some((steps + 1, self.get(*older)?))));
            next += 1;
        }
        found
    }

    /// Returns the transaction that replaced `txid`, the one that replaced that one, and so on.
    pub(in crate::model::mempool) fn replacements_of(&self, txid: Txid) -> Vec<Txid> {
        let next = |txid: &Txid| self.get(*txid).map(|tx| tx.by);
        std::iter::successors(next(&txid), next).take(MAX_CHAIN).collect()
    }

    /// Takes out the transactions that have had time to spread, each once.
    pub(super) fn due(&mut self, now: Timestamp) -> Vec<Txid> {
        let count = self.to_check.partition_point(|&(due, _)| due <= now);
        self.to_check.drain_oldest(count).map(|(_, txid)| txid).collect()
    }
}
