//! The package of a transaction: its chunk, as shown in its details.

use crate::chain::limits::MAX_MONEY;
use crate::model::mempool::cluster::graph::{Cluster, chunk_by_member, cluster, cluster_fee};
use crate::model::mempool::cluster::relatives::Relative;
use crate::model::mempool::cluster::set::members;
use crate::model::mempool::entries::Entries;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::recent::RecentTxs;

/// How miners treat a transaction.
#[derive(Clone, Default, PartialEq, Debug)]
pub enum Package {
    /// Alone: no other transaction pays for it, and it pays for none.
    #[default]
    Alone,
    /// In one chunk with others, whose fees pay for each other (CPFP).
    Together {
        /// The chunk fee rate, in sat/vB.
        fee_rate: f64,
        /// The fees of the chunk, in sat.
        fee: u64,
        /// The size of the chunk, in vB, rounded up as a whole.
        vsize: u32,
        /// The other members, highest fee rate first.
        others: Vec<Relative>,
    },
    /// Unknown, because the chunk depends on unknown fees.
    Unknown {
        /// The lower bound of the chunk fee rate, in sat/vB.
        min: f64,
        /// The upper bound of the chunk fee rate, in sat/vB; `None` if there is none.
        max: Option<f64>,
    },
    /// Unknown, because the cluster exceeds nodes' limits.
    Oversized,
}

/// Returns the package of an entry.
pub(in crate::model::mempool) fn package(
    entries: &Entries,
    recent: &RecentTxs,
    key: TxKey,
    entry: &MempoolEntry,
) -> Package {
    let lacks_parent = entry.fee() != cluster_fee(entries, recent, entry);
    if !lacks_parent && entries.cluster_relatives(entry).next().is_none() {
        return Package::Alone;
    }
    let Some(Cluster { members: cluster, .. }) = cluster(entries, recent, key) else {
        return Package::Oversized;
    };
    let fees = |unknown| cluster.iter().map(move |member| member.fee.unwrap_or(unknown));
    let [chunk, at_most] = [0, MAX_MONEY].map(|unknown| chunk_by_member(&cluster, fees(unknown))[0]);
    if !chunk.pays_like(&at_most) {
        let has_limit = members(at_most.members).all(|index| cluster[index].fee.is_some());
        return Package::Unknown { min: chunk.rate(), max: has_limit.then(|| at_most.rate()) };
    }
    // A chunk with a certain rate contains no unknown fee, which would make the rate uncertain.
    let others = members(chunk.members).skip(1).map(|index| cluster[index].key);
    let mut others: Vec<Relative> =
        others.filter_map(|key| Some(Relative::of(key, entries.get(key)?))).collect();
    if others.is_empty() {
        return Package::Alone;
    }
    let rate = |other: &Relative| other.fee_rate.exact().unwrap_or(0.0);
    others.sort_by(|a, b| rate(b).total_cmp(&rate(a)));
    Package::Together { fee_rate: chunk.rate(), fee: chunk.fee, vsize: chunk.weight.div_ceil(4), others }
}
