//! Ephemeral dust: an output too small to be worth spending, spent by a child in the same package.

use crate::chain::limits::{DUST_RELAY_FEE_RATE, MAX_SCRIPT_SIZE};
use crate::chain::script::{ScriptKind, is_witness_program};
use crate::model::mempool::entries::Entries;
use crate::model::mempool::entry::MempoolEntry;
use crate::wire::transaction::Output;
use crate::wire::{OutPoint, Transaction};

/// The role of a transaction in ephemeral dust.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EphemeralDust {
    /// Has the dust output.
    Carries,
    /// Spends the dust output.
    Spends,
}

/// The size of an input with the usual witness, in vB (Core: `GetDustThreshold`).
const WITNESS_INPUT: u64 = 32 + 4 + 1 + 107 / 4 + 4;

/// The size of an input without a witness, in vB (Core: `GetDustThreshold`).
const LEGACY_INPUT: u64 = 32 + 4 + 1 + 107 + 4;

/// The most inputs to check for spending ephemeral dust (BIP431 leaves a child 1,000 vB).
const MAX_INPUTS: usize = 100;

/// Returns the role of a transaction in ephemeral dust: the only output below the dust limit, in a
/// transaction that pays no fee, spent by a child in the mempool. Otherwise no node relays it; the child
/// makes sure that the output never remains.
pub(super) fn ephemeral_dust(entries: &Entries, entry: &MempoolEntry) -> Option<EphemeralDust> {
    let spends = || {
        entry.tx().inputs().take(MAX_INPUTS).any(|input| {
            let OutPoint { txid, vout } = input.prevout;
            let parent = entries.by_txid(txid).filter(|parent| parent.fee() == Some(0));
            parent.and_then(|parent| only_dust(parent.tx())) == Some(vout)
        })
    };
    if carries_ephemeral_dust(entries, entry) {
        Some(EphemeralDust::Carries)
    } else {
        spends().then_some(EphemeralDust::Spends)
    }
}

fn carries_ephemeral_dust(entries: &Entries, entry: &MempoolEntry) -> bool {
    let txid = entry.tx().txid();
    let is_spent = |vout| entries.spends().get(&OutPoint { txid, vout }).is_some();
    entry.fee() == Some(0) && only_dust(entry.tx()).is_some_and(is_spent)
}

/// Returns the index of the output below the dust limit, if there is exactly one.
fn only_dust(tx: &Transaction) -> Option<u32> {
    let mut dust = (0..).zip(tx.outputs()).filter(|(_, output)| output.value < dust_limit(output));
    let (vout, _) = dust.next()?;
    dust.next().is_none().then_some(vout)
}

/// Returns the lowest value in sat at which an output is worth spending (Core: `GetDustThreshold`).
fn dust_limit(output: &Output<'_>) -> u64 {
    let script = output.script_pubkey;
    if ScriptKind::of(script) == ScriptKind::OpReturn || script.len() > MAX_SCRIPT_SIZE {
        return 0;
    }
    // The value, the length of the script (three bytes from 253 on), and the script.
    let output = 8 + if script.len() < 253 { 1 } else { 3 } + script.len() as u64;
    let input = if is_witness_program(script) { WITNESS_INPUT } else { LEGACY_INPUT };
    (output + input) * DUST_RELAY_FEE_RATE / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::{Scene, coin, output, parts, spend};
    use std::sync::Arc;

    const ANCHOR: [u8; 4] = [0x51, 2, 0x4e, 0x73];

    fn limit_of(script_pubkey: &[u8]) -> u64 {
        dust_limit(&Output { value: 0, script_pubkey })
    }

    #[test]
    fn limits_are_those_of_core() {
        let p2pkh = [&[0x76, 0xa9, 20][..], &[7; 20], &[0x88, 0xac]].concat();
        let p2sh = [&[0xa9, 20][..], &[7; 20], &[0x87]].concat();
        let segwit = [&[0, 20][..], &[7; 20]].concat();
        let p2tr = [&[0x51, 32][..], &[7; 32]].concat();
        let limits = [&p2pkh[..], &p2sh, &segwit, &p2tr, &ANCHOR, &[0x6a, 1, 7]].map(limit_of);
        assert_eq!(limits, [546, 540, 294, 330, 240, 0]);
    }

    /// A parent with this script in its first output, and a child that spends it.
    fn parent_and_child(values: &[u64], script: &[u8]) -> [Arc<Transaction>; 2] {
        let mut parent = parts(&[output(&root(), 0)], values);
        parent.outputs[0].script_pubkey = script.to_vec();
        let parent = Arc::new(parent.build().unwrap());
        let child = spend(&[output(&parent, 0), output(&parent, 1)], &[40_000]);
        [parent, child]
    }

    fn root() -> Arc<Transaction> {
        spend(&[coin(1)], &[50_000])
    }

    fn roles(values: &[u64], script: &[u8]) -> [Option<EphemeralDust>; 2] {
        let both = parent_and_child(values, script);
        let mut scene = Scene::new();
        scene.connect(1).deliver(1, &root()).deliver_all(1, &both);
        both.map(|tx| {
            let mempool = &scene.model.mempool;
            mempool.ephemeral_dust(mempool.by_txid(tx.txid()).unwrap())
        })
    }

    #[test]
    fn the_dust_of_a_parent_that_pays_nothing_is_ephemeral() {
        let both = [Some(EphemeralDust::Carries), Some(EphemeralDust::Spends)];
        assert_eq!(roles(&[0, 50_000], &ANCHOR), both);
        assert_eq!(roles(&[239, 49_761], &ANCHOR), both);
        assert_eq!(roles(&[240, 49_760], &ANCHOR), [None; 2], "it is worth spending");
        assert_eq!(roles(&[0, 49_999], &ANCHOR), [None; 2], "it pays itself");
        assert_eq!(roles(&[0, 49_900, 100], &ANCHOR), [None; 2], "there is more dust");
    }

    #[test]
    fn dust_without_a_spender_is_not_ephemeral() {
        let [parent, _] = parent_and_child(&[0, 50_000], &ANCHOR);
        let mut scene = Scene::new();
        scene.connect(1).deliver(1, &root()).deliver(1, &parent);
        let mempool = &scene.model.mempool;
        assert_eq!(mempool.ephemeral_dust(mempool.by_txid(parent.txid()).unwrap()), None);
    }
}
