//! A cache of the clusters that judgements use, each kept until it changes.
//!
//! A transaction is judged dozens of times: for each peer that announced it, and again at growing intervals.
//! Its cluster changes only a few times, and finding it takes a search for each input and output of its
//! members.

use crate::model::fees::bounds::order::Paid;
use crate::model::mempool::changes::Changes;
use crate::model::mempool::cluster::chunks::Chunk;
use crate::model::mempool::cluster::graph::{Cluster, certain_chunks, cluster};
use crate::model::mempool::cluster::set::{Set, closures};
use crate::model::mempool::entries::Entries;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::recent::RecentTxs;
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::sync::Arc;

/// The most transactions whose cluster is kept: as many as peers announce in ten minutes at 33 per second.
const MAX_KEPT: usize = 20_000;

/// Returns what miners get for a chunk.
pub(super) fn paid(chunk: Chunk) -> Paid {
    Paid { fee: chunk.fee, size: chunk.weight }
}

/// A cluster, with everything that follows from it alone.
#[derive(Debug)]
pub(super) struct KeptCluster {
    pub(super) cluster: Cluster,
    /// The ancestors of each member, by its number.
    pub(super) ancestors: Vec<Set>,
    /// The chunk of each member, by its number, if certain.
    pub(super) chunks: Vec<Option<Paid>>,
}

impl KeptCluster {
    fn of(cluster: Cluster) -> Self {
        let ancestors = closures(cluster.members.iter().map(|member| member.parents).collect());
        let chunks = certain_chunks(&cluster.members).into_iter().map(|chunk| chunk.map(paid)).collect();
        Self { cluster, ancestors, chunks }
    }

    /// Returns the number of a member.
    pub(super) fn number(&self, key: TxKey) -> Option<usize> {
        self.cluster.members.iter().position(|member| member.key == key)
    }

    /// Whether all relatives of its members are members.
    pub(super) fn has_all_relatives(&self) -> bool {
        self.cluster.elsewhere.is_empty()
    }

    /// Whether its only member has no relatives.
    pub(super) fn is_alone(&self) -> bool {
        self.cluster.members.len() == 1 && self.has_all_relatives()
    }
}

/// Clusters by each of their members.
#[derive(Debug, Default)]
pub(super) struct Clusters(HashMap<TxKey, Arc<KeptCluster>, RandomState>);

impl Clusters {
    /// Returns the cluster of a transaction; `None` if it exceeds nodes' limits.
    pub(super) fn get(
        &mut self,
        entries: &Entries,
        recent: &RecentTxs,
        key: TxKey,
    ) -> Option<Arc<KeptCluster>> {
        if let Some(kept) = self.0.get(&key) {
            return Some(Arc::clone(kept));
        }
        let kept = Arc::new(KeptCluster::of(cluster(entries, recent, key)?));
        let members = &kept.cluster.members;
        if self.0.len() + members.len() > MAX_KEPT {
            self.0.clear();
        }
        self.0.extend(members.iter().map(|member| (member.key, Arc::clone(&kept))));
        Some(kept)
    }

    /// Drops the clusters changed by an event: members or relatives arrived, left or started to count, or the
    /// fee of a member became known.
    pub(super) fn forget(&mut self, entries: &Entries, changes: &Changes) {
        let gone = changes.touched.iter().filter(|key| entries.get(**key).is_none());
        let others = changes.bereaved.iter().chain(&changes.unsettled).chain(&changes.learned);
        gone.chain(others).for_each(|key| self.drop(*key));
        // Arriving transactions join the clusters of their relatives.
        for entry in changes.arrived.iter().filter_map(|key| entries.get(*key)) {
            entries.relatives(entry.tx()).for_each(|relative| self.drop(relative));
        }
    }

    fn drop(&mut self, key: TxKey) {
        if let Some(kept) = self.0.remove(&key) {
            kept.cluster.members.iter().for_each(|member| _ = self.0.remove(&member.key));
        }
    }

    /// Panics unless the clusters agree with the entries.
    #[cfg(test)]
    pub(super) fn assert_kept(&self, entries: &Entries, recent: &RecentTxs) {
        assert!(self.0.len() <= MAX_KEPT);
        for (key, kept) in &self.0 {
            let members = &kept.cluster.members;
            let first = members.first().expect("a cluster has members").key;
            let found = cluster(entries, recent, first).expect("it is as large as it was");
            assert_eq!(members, &found.members, "its members, fees and parents are the same");
            assert_eq!(kept.cluster.elsewhere, found.elsewhere, "and so are their other relatives");
            assert!(kept.number(*key).is_some());
            let by_member = members.iter().map(|member| self.0.get(&member.key));
            assert!(by_member.flatten().filter(|other| Arc::ptr_eq(other, kept)).count() == members.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::chain::limits::MEMPOOL_EXPIRY;
    use crate::event::PeerEvent;
    use crate::model::testing::*;
    use crate::wire::{Transaction, TxHash};
    use std::sync::Arc;

    /// Lets two transactions arrive and be judged through an announcement, so that the cluster of the first
    /// one is kept.
    fn judge(scene: &mut Scene, txs: &[Arc<Transaction>; 2]) {
        let hashes: Vec<_> = txs.iter().map(|tx| TxHash::Wtxid(tx.wtxid())).collect();
        scene.deliver_all(1, txs).peer(2, PeerEvent::Announced { count: 2, txs: hashes.clone() });
        scene.pass(31).peer(1, PeerEvent::Pinged);
        let mempool = &scene.model.mempool;
        let key = mempool.key(hashes[0]).expect("it arrived");
        assert!(mempool.order_bounds.clusters.0.contains_key(&key));
    }

    fn assert_kept(scene: &Scene) {
        let mempool = &scene.model.mempool;
        mempool.order_bounds.clusters.assert_kept(&mempool.entries, &mempool.recent);
    }

    #[test]
    fn a_fee_that_becomes_known_is_known_to_the_next_judgement() {
        let mut scene = Scene::new();
        let funds = spend(&[coin(1)], &[9_000]);
        scene.connect_all(1..=2);
        judge(&mut scene, &[spend(&[output(&funds, 0)], &[8_000]), loose(2)]);
        assert_kept(scene.mine(1, &[&funds]));
    }

    #[test]
    fn a_missing_parent_is_no_longer_missing_once_confirmed() {
        let mut scene = Scene::new();
        let parent = spend(&[coin(1)], &[9_000]);
        scene.connect_all(1..=2).deliver(1, &parent);
        scene.pass(MEMPOOL_EXPIRY.as_secs() + 1).announce(1, &loose(3));
        judge(&mut scene, &[spend(&[output(&parent, 0), coin(9)], &[8_000]), loose(2)]);
        assert_kept(scene.mine(1, &[&parent]));
    }
}
