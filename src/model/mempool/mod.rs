//! The transactions that are held, and the indexes over them.

pub(crate) mod cluster;
pub(crate) mod conflicts;
pub(crate) mod dust;
pub(crate) mod entry;
pub(crate) mod key;
pub(crate) mod propagation;
pub(crate) mod removal;
pub(crate) mod rivals;
pub(crate) mod spends;

#[cfg(test)]
mod consistency;

pub use entry::MempoolEntry;
pub use removal::{BlockConflict, RemovalReason};

use crate::chain::limits::MEMPOOL_EXPIRY;
use crate::event::PeerId;
use crate::model::fees::bounds::Bracket;
use crate::model::fees::bounds::order::Orders;
use crate::model::fees::coverage::Amount;
use crate::model::fees::pool::{Buckets, Share};
use crate::model::fees::prevouts::PrevoutCache;
use crate::model::mempool::conflicts::Conflict;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::propagation::{Addition, Announcer, Pending, Sighting};
use crate::model::mempool::removal::Departed;
use crate::model::mempool::rivals::{Defeat, DoubleSpend, Rivals};
use crate::model::mempool::spends::SpendsIndex;
use crate::model::peers::worth::{Credit, Merit};
use crate::util::time::Timestamp;
use crate::wire::{Transaction, TxHash, Txid, Wtxid};
use foldhash::fast::RandomState;
use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::sync::Arc;

/// All unconfirmed transactions, within a limit of memory.
#[derive(Debug)]
pub(crate) struct Mempool {
    /// In bytes.
    limit: u64,
    next_key: u64,
    /// In the order of arrival.
    entries: BTreeMap<TxKey, MempoolEntry>,
    by_txid: HashMap<Txid, TxKey, RandomState>,
    by_wtxid: HashMap<Wtxid, TxKey, RandomState>,
    pub(crate) spends: SpendsIndex,
    pub(crate) pending: Pending,
    pub(crate) departed: Departed,
    pub(crate) rivals: Rivals,
    pub(crate) coins: PrevoutCache,
    pub(crate) sums: Sums,
    pub(crate) pool: Buckets,
    pub(crate) orders: Orders,
    /// Those of whose fee rate something else is known since [`Mempool::take_fee_news`] was called.
    pub(crate) fee_news: Vec<Txid>,
    /// Those that came, whose neighbours went, or whose fee changed since clusters were last settled.
    pub(crate) unsettled: Vec<TxKey>,
}

/// Sums over what is held, and counts since the start.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Sums {
    /// In vB.
    pub(crate) vsize: u64,
    /// In bytes.
    pub(crate) memory: u64,
    /// What the fee is known of.
    pub(crate) fees_known: Amount,
    /// Received since the start.
    pub(crate) received: u64,
    /// Dropped for want of memory since the start.
    pub(crate) dropped: u64,
}

/// What became of a transaction that arrived.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Arrival {
    /// It is held now.
    Accepted {
        /// The transactions that it replaced, by conflict.
        replaced: Box<[Txid]>,
        /// How many descendants of those went with them.
        descendants: usize,
        /// What it says about those who have announced it.
        credits: Vec<Credit>,
    },
    /// It was held already, perhaps with another witness: the first one stays.
    Known,
    /// It was replaced, is in a block, or conflicts with one that stays.
    Late,
}

impl Mempool {
    /// An empty one that may take up to `limit` bytes.
    pub(crate) fn new(limit: u64) -> Self {
        Self {
            limit,
            next_key: 0,
            entries: BTreeMap::new(),
            by_txid: HashMap::default(),
            by_wtxid: HashMap::default(),
            spends: SpendsIndex::default(),
            pending: Pending::default(),
            departed: Departed::default(),
            rivals: Rivals::default(),
            coins: PrevoutCache::default(),
            sums: Sums::default(),
            pool: Buckets::default(),
            orders: Orders::default(),
            fee_news: Vec::new(),
            unsettled: Vec::new(),
        }
    }

    /// A peer announced transactions. What that says about it and others.
    pub(crate) fn announce(&mut self, now: Timestamp, by: Announcer, hashes: &[TxHash]) -> Vec<Credit> {
        let mut credits = Vec::new();
        let mut news = Vec::new();
        for &hash in hashes {
            let is_new = self.announce_one(now, by, hash, &mut credits) == Some(Addition::New);
            // Under its other name a peer could announce the same one again.
            if is_new && by.best_first && matches!(hash, TxHash::Wtxid(_)) {
                news.push(hash);
            }
        }
        self.orders.keep(now, news);
        self.pending.expire(now);
        self.expire(now);
        self.evict();
        credits
    }

    fn announce_one(
        &mut self,
        now: Timestamp,
        by: Announcer,
        hash: TxHash,
        credits: &mut Vec<Credit>,
    ) -> Option<Addition> {
        if let Some(key) = self.key(hash) {
            return self.update(key, |entry| entry.announce(now, by, credits));
        }
        let addition = if self.departed.is_barred(hash) {
            self.rivals.announce(now, by.peer, hash)
        } else {
            Some(self.pending.announce(now, by, hash))
        };
        if addition == Some(Addition::Repeated) {
            credits.push(Credit { peer: by.peer, what: Merit::Repeated });
        }
        addition
    }

    /// A transaction arrived, from a peer that announced it or, as the parent of another, unannounced.
    pub(crate) fn receive(
        &mut self,
        now: Timestamp,
        announcer: Option<Announcer>,
        tx: &Arc<Transaction>,
    ) -> Arrival {
        self.sums.received += 1;
        let sighting = self.take_sighting(now, announcer, tx);
        let txid = tx.txid();
        if self.by_txid.contains_key(&txid) {
            return Arrival::Known;
        }
        if self.departed.is_barred(TxHash::Txid(txid)) {
            return Arrival::Late;
        }
        let prevouts = self.prevouts_of(tx);
        let Conflict::Replaces { rivals, all } = self.conflict(tx, &prevouts) else {
            self.lose(now, tx, sighting, prevouts.fee(tx.output_value()));
            return Arrival::Late;
        };
        let replaced: Box<[Txid]> =
            rivals.iter().filter_map(|key| self.get(*key)).map(|rival| rival.tx().txid()).collect();
        for key in &all {
            if !rivals.contains(key) {
                self.remove_and_refuse(*key, RemovalReason::Replaced { by: txid, with_ancestor: true });
            } else if let Some(rival) =
                self.remove_and_refuse(*key, RemovalReason::Replaced { by: txid, with_ancestor: false })
            {
                self.rivals.lose(now, rival.defeat(txid));
            }
        }
        let descendants = all.len() - rivals.len();
        let entry = MempoolEntry::new(Arc::clone(tx), sighting, prevouts, replaced.clone());
        let credits = entry.credits();
        self.insert(entry);
        self.learn_outputs(tx);
        self.evict();
        Arrival::Accepted { replaced, descendants, credits }
    }

    /// A transaction that was not held lost: it stays away, and so does what spends it.
    fn lose(&mut self, now: Timestamp, tx: &Transaction, sighting: Sighting, fee: Option<u64>) {
        self.departed.refuse(tx.txid(), tx.wtxid());
        let children = self.spends.children(tx).collect();
        let winner = self.spends.rivals(tx).next().and_then(|key| self.get(key));
        let winner = winner.map(|winner| winner.tx().txid());
        let reason = winner
            .map_or(RemovalReason::Conflict(None), |by| RemovalReason::Replaced { by, with_ancestor: true });
        self.refuse_with_descendants(children, reason);
        if let Some(to) = winner {
            let Sighting { first_seen, announcements } = sighting;
            let fee_rate = Bracket::default().fee_rate(fee, tx.vsize(), announcements.floors());
            let replaced = Box::default();
            self.rivals.lose(now, Defeat { tx, to, fee_rate, replaced, first_seen, announcements });
        }
    }

    /// The double spends that became apparent: of those that lost a while ago, the ones that some
    /// peers announce instead of the one that is held.
    pub(crate) fn double_spends(
        &mut self,
        now: Timestamp,
        is_live: impl Fn(PeerId) -> bool,
    ) -> Vec<DoubleSpend> {
        let due = self.rivals.due(now);
        let both_alive = |lost: Txid| {
            let loser = self.rivals.get(lost)?;
            let held = self.by_txid(loser.to)?;
            let (held_only, lost_only) = rivals::sides(&held.announcements, &loser.announcements, &is_live);
            let spend = DoubleSpend { held: loser.to, lost, held_only, lost_only };
            (held_only > 0 && lost_only > 0).then_some(spend)
        };
        due.into_iter().filter_map(both_alive).collect()
    }

    fn take_sighting(&mut self, now: Timestamp, announcer: Option<Announcer>, tx: &Transaction) -> Sighting {
        let hashes = [TxHash::Wtxid(tx.wtxid()), TxHash::Txid(tx.txid())];
        let mut sighting = match hashes.map(|hash| self.pending.take(hash)).into() {
            (Some(one), Some(other)) => one.merged(other),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => Sighting::unannounced(now),
        };
        if let Some(by) = announcer {
            sighting.announcements.add(by, now.since(sighting.first_seen));
        }
        sighting
    }

    /// Takes a transaction in.
    pub(crate) fn insert(&mut self, entry: MempoolEntry) {
        let key = TxKey(self.next_key);
        self.next_key += 1;
        self.by_txid.insert(entry.tx().txid(), key);
        self.by_wtxid.insert(entry.tx().wtxid(), key);
        self.spends.insert(key, entry.tx());
        self.sums.add(&entry);
        self.pool.add(Share::of(&entry));
        self.entries.insert(key, entry);
        self.unsettled.push(key);
    }

    /// Takes a transaction out.
    pub(crate) fn remove(&mut self, key: TxKey, why: RemovalReason) -> Option<MempoolEntry> {
        let entry = self.entries.remove(&key)?;
        self.by_txid.remove(&entry.tx().txid());
        self.by_wtxid.remove(&entry.tx().wtxid());
        self.spends.remove(entry.tx());
        self.sums.subtract(&entry);
        self.pool.subtract(Share::of(&entry));
        let neighbours: Vec<TxKey> = self.neighbours(entry.tx()).collect();
        self.unsettled.extend(neighbours);
        self.departed.record(key, entry.tx().txid(), why);
        Some(entry)
    }

    /// Takes a transaction out for good.
    pub(crate) fn remove_and_refuse(&mut self, key: TxKey, why: RemovalReason) -> Option<MempoolEntry> {
        let entry = self.remove(key, why)?;
        self.departed.refuse(entry.tx().txid(), entry.tx().wtxid());
        Some(entry)
    }

    /// Changes an entry, and the sums with it.
    pub(crate) fn update<T>(&mut self, key: TxKey, change: impl FnOnce(&mut MempoolEntry) -> T) -> Option<T> {
        let entry = self.entries.get_mut(&key)?;
        self.sums.subtract(entry);
        let (fee, fee_rate, share) = (entry.fee(), entry.fee_rate(), Share::of(entry));
        let told = change(entry);
        let new_share = Share::of(entry);
        if new_share != share {
            self.pool.subtract(share);
            self.pool.add(new_share);
        }
        if entry.fee() != fee {
            self.unsettled.push(key);
        }
        if entry.fee_rate() != fee_rate {
            self.fee_news.push(entry.tx().txid());
        }
        self.sums.add(entry);
        Some(told)
    }

    /// Those held of whose fee rate something else is known than before.
    pub(crate) fn take_fee_news(&mut self) -> Vec<Txid> {
        let mut news = mem::take(&mut self.fee_news);
        news.sort_unstable();
        news.dedup();
        news.retain(|txid| self.by_txid.contains_key(txid));
        news
    }

    /// Drops what nodes have dropped by now. They count from their own sight of it, which is about ours.
    fn expire(&mut self, now: Timestamp) {
        while let Some((&oldest, entry)) = self.entries.first_key_value()
            && now.since(entry.first_seen()) > MEMPOOL_EXPIRY
        {
            self.remove(oldest, RemovalReason::Expired);
        }
    }

    pub(crate) fn evict(&mut self) {
        while self.sums.memory > self.limit
            && let Some((&oldest, _)) = self.entries.first_key_value()
        {
            self.remove(oldest, RemovalReason::SizeLimit);
            self.sums.dropped += 1;
        }
    }

    /// How many are held.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// One of them.
    pub(crate) fn get(&self, key: TxKey) -> Option<&MempoolEntry> {
        self.entries.get(&key)
    }

    /// All of them, in the order of arrival.
    pub(crate) fn entries(&self) -> &BTreeMap<TxKey, MempoolEntry> {
        &self.entries
    }

    /// The place of a transaction that is held.
    pub(crate) fn key(&self, hash: TxHash) -> Option<TxKey> {
        match hash {
            TxHash::Txid(txid) => self.by_txid.get(&txid),
            TxHash::Wtxid(wtxid) => self.by_wtxid.get(&wtxid),
        }
        .copied()
    }

    /// By its name without the witness.
    pub(crate) fn by_txid(&self, txid: Txid) -> Option<&MempoolEntry> {
        self.get(self.key(TxHash::Txid(txid))?)
    }
}

impl Sums {
    fn add(&mut self, entry: &MempoolEntry) {
        let vsize = u64::from(entry.tx().vsize());
        self.vsize += vsize;
        self.memory += entry.memory() as u64;
        if entry.fee().is_some() {
            self.fees_known.count += 1;
            self.fees_known.vsize += vsize;
        }
    }

    fn subtract(&mut self, entry: &MempoolEntry) {
        let vsize = u64::from(entry.tx().vsize());
        self.vsize -= vsize;
        self.memory -= entry.memory() as u64;
        if entry.fee().is_some() {
            self.fees_known.count -= 1;
            self.fees_known.vsize -= vsize;
        }
    }
}
