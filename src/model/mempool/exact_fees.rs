//! Exact fees, from the values of spent outputs.
//!
//! A value is known from a parent in the mempool or from a recent block when the child arrives
//! ([`input_values`]), or becomes known when a parent or a block arrives after the child ([`learn_outputs`]).
//! It stays with the child when the parent leaves. The last missing value makes the fee exact
//! ([`MempoolEntry::fee`]).

use crate::model::fees::input_values::InputValues;
use crate::model::fees::prevouts::PrevoutCache;
use crate::model::mempool::changes::Changes;
use crate::model::mempool::entries::Entries;
use crate::model::mempool::entry::MempoolEntry;
use crate::model::mempool::key::TxKey;
use crate::model::mempool::recent::RecentTxs;
use crate::wire::{OutPoint, Transaction, TxHash, Txid};
use std::collections::BTreeSet;

/// The most outputs of a parent to examine. Standard transactions hardly ever have this many (3,225 of 31
/// bytes), and a huge one must not make each of its many small children costly.
pub(super) const MAX_OUTPUTS: usize = 4_000;

/// Returns the values of the outputs that `tx` spends, as far as these are in the mempool or in recent
/// blocks.
pub(super) fn input_values(entries: &Entries, prevouts: &PrevoutCache, tx: &Transaction) -> InputValues {
    let mut values = InputValues::unknown(tx.input_count());
    let mut spends: Vec<(OutPoint, u32)> = tx.prevouts().zip(0..).collect();
    // By parent and in the order of its outputs, so that each parent is read once.
    spends.sort_unstable();
    for siblings in spends.chunk_by(|(a, _), (b, _)| a.txid == b.txid) {
        let Some(parent) = siblings.first().and_then(|(prevout, _)| entries.by_txid(prevout.txid)) else {
            for (prevout, vin) in siblings {
                if let Some(value) = prevouts.value(prevout) {
                    values.learn(tx.input_count(), *vin, value);
                }
            }
            continue;
        };
        let mut outputs = (0..).zip(parent.tx().outputs().take(MAX_OUTPUTS));
        for &(prevout, vin) in siblings {
            if let Some((_, output)) = outputs.find(|&(vout, _)| vout == prevout.vout) {
                values.learn(tx.input_count(), vin, output.value);
            }
        }
    }
    values
}

/// Passes the values of the outputs of `tx` to its children in the mempool.
pub(super) fn learn_outputs(entries: &mut Entries, tx: &Transaction, changes: &mut Changes) {
    let txid = tx.txid();
    let outputs = (0..).zip(tx.outputs().take(MAX_OUTPUTS));
    let spent = outputs.filter_map(|(vout, output)| {
        let child = entries.spends().get(&OutPoint { txid, vout })?;
        Some((child, (vout, output.value)))
    });
    let (children, values): (Vec<TxKey>, Vec<(u32, u64)>) = spent.unzip();
    // Each child picks out its own outputs, so it is read once however many of them it spends.
    for child in BTreeSet::from_iter(children) {
        entries.update(child, changes, |entry| entry.learn_values(txid, &values));
    }
}

/// Returns the parents that the fee of `entry` depends on and that are neither in the mempool nor known to be
/// in a block, without duplicates.
pub(super) fn missing_parents(entries: &Entries, recent: &RecentTxs, entry: &MempoolEntry) -> Vec<Txid> {
    if entry.fee().is_some() {
        return Vec::new();
    }
    let unknown = entry.tx().prevouts().enumerate().filter(|(vin, _)| entry.prevout_value(*vin).is_none());
    let mut parents: Vec<Txid> = unknown.map(|(_, prevout)| prevout.txid).collect();
    parents.sort_unstable();
    parents.dedup();
    parents.retain(|&txid| {
        let hash = TxHash::Txid(txid);
        entries.key(hash).is_none() && !recent.is_excluded(hash)
    });
    parents
}
