//! Double spends. A replacement reaches every node after a while, and nodes that had the original
//! announce the replacement. If some peers announce only one of the two and some only the other, both
//! are alive.

use crate::event::PeerId;
use crate::model::mempool::conflicts::replaced::ReplacedTxs;
use crate::model::mempool::entries::Entries;
use crate::util::time::Timestamp;
use crate::wire::Txid;

/// Two conflicting transactions that are relayed at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DoubleSpend {
    /// The transaction in the mempool.
    pub txid: Txid,
    /// The other one, which was replaced or rejected.
    pub conflict: Txid,
    /// Live peers that announced only the transaction in the mempool.
    pub txid_peers: usize,
    /// Live peers that announced only the other one.
    pub conflict_peers: usize,
}

/// Returns the double spends among the transactions that were replaced or rejected a while ago.
pub(in crate::model::mempool) fn double_spends(
    replaced: &mut ReplacedTxs,
    entries: &Entries,
    now: Timestamp,
    is_live: impl Fn(PeerId) -> bool,
) -> Vec<DoubleSpend> {
    let both_alive = |(conflict, replaced): (Txid, &ReplacedTxs)| {
        let loser = replaced.get(conflict)?;
        let entry = entries.by_txid(loser.by)?;
        let only_entry =
            entry.announcements().filter(|&(peer, _)| is_live(peer) && !loser.announcements.contains(peer));
        let only_loser = loser.announcers().filter(|&peer| is_live(peer) && !entry.is_announced_by(peer));
        let (txid_peers, conflict_peers) = (only_entry.count(), only_loser.count());
        let spend = DoubleSpend { txid: loser.by, conflict, txid_peers, conflict_peers };
        (txid_peers > 0 && conflict_peers > 0).then_some(spend)
    };
    replaced.due(now).into_iter().filter_map(|conflict| both_alive((conflict, replaced))).collect()
}
