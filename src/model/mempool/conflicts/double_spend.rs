//! Double spends. A replacement reaches every node eventually, and nodes that had the original announce the
//! replacement. If some peers announce only one of the two and some only the other, both are being relayed.

use crate::event::PeerId;
use crate::model::mempool::conflicts::replaced::{ReplacedTx, ReplacedTxs};
use crate::model::mempool::entries::Entries;
use crate::util::time::Timestamp;
use crate::wire::Txid;

/// Two conflicting transactions that are relayed concurrently.
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

/// Returns the double spends among the transactions replaced or rejected a while ago.
pub(in crate::model::mempool) fn double_spends(
    replaced: &mut ReplacedTxs,
    entries: &Entries,
    now: Timestamp,
    is_live: impl Fn(PeerId) -> bool,
) -> Vec<DoubleSpend> {
    let due = replaced.due(now).into_iter();
    due.filter_map(|txid| double_spend(replaced.get(txid)?, entries, &is_live)).collect()
}

fn double_spend(
    loser: &ReplacedTx,
    entries: &Entries,
    is_live: impl Fn(PeerId) -> bool,
) -> Option<DoubleSpend> {
    let entry = entries.by_txid(loser.by)?;
    let announcers = entry.announcements().map(|(peer, _)| peer).filter(|&peer| is_live(peer));
    let txid_peers = announcers.filter(|&peer| !loser.is_announced_by(peer)).count();
    let announcers = loser.announcers().filter(|&peer| is_live(peer));
    let conflict_peers = announcers.filter(|&peer| !entry.is_announced_by(peer)).count();
    let spend = DoubleSpend { txid: loser.by, conflict: loser.txid, txid_peers, conflict_peers };
    (txid_peers > 0 && conflict_peers > 0).then_some(spend)
}
