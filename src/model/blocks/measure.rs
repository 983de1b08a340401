//! Computes the figures of a block.

use crate::chain::{Network, pools};
use crate::model::blocks::arrival::{BlockArrival, Mismatches};
use crate::model::blocks::figures::BlockFigures;
use crate::model::blocks::new_block::NewBlock;
use crate::model::fees::coverage::Amount;
use crate::model::fees::estimates::block_prices::BlockPrice;
use crate::model::mempool::block::ConnectedBlock;
use crate::util::percentile::percentile;
use crate::util::text::clean;
use crate::wire::{Block, Transaction};

/// How much of the coinbase's text to keep, in characters.
const MAX_TAG: usize = 40;

/// Shorter runs of printable characters in a coinbase are ignored as chance.
const MIN_RUN: usize = 4;

/// Returns the figures that follow from a block alone.
pub(super) fn measure(network: Network, height: u32, block: &Block) -> BlockFigures {
    let subsidy = network.subsidy(height);
    let coinbase = block.transactions.first();
    let paying = block.transactions.iter().skip(1);
    BlockFigures {
        hash: block.hash,
        height,
        previous: block.header.previous,
        time: block.header.time,
        size: block.size,
        weight: block.weight(),
        paying_weight: paying.map(|tx| u64::from(tx.weight())).sum(),
        transactions: block.transactions.len(),
        subsidy,
        fees: coinbase.and_then(|tx| tx.output_value().checked_sub(subsidy)),
        tag: coinbase.map(tag).unwrap_or_default(),
        pool: coinbase.and_then(pool),
        arrival: None,
        stale: false,
    }
}

/// What was learned while connecting a block.
pub(super) struct Comparison {
    pub(super) connected: ConnectedBlock,
    pub(super) missing: Mismatches,
    pub(super) unexpected: Mismatches,
    pub(super) left: Amount,
    pub(super) price: BlockPrice,
}

/// Returns how a block arrived, and how it compares with the mempool.
pub(super) fn arrival(new: &NewBlock<'_>, comparison: Comparison) -> BlockArrival {
    let Comparison { connected, missing, unexpected, left, price } = comparison;
    let ConnectedBlock { mut fee_rates, mut waits, mut unseen, seen, seen_weight, conflicted, .. } =
        connected;
    fee_rates.sort_by(f64::total_cmp);
    waits.sort_unstable();
    unseen.truncate(BlockArrival::LISTED);
    BlockArrival {
        at: new.now,
        after: new.announced.map(|first| new.now.since(first)),
        peer: new.peer,
        fee_rates: spread(&fee_rates),
        fees_known: fee_rates.len(),
        seen,
        seen_weight,
        unseen,
        conflicted,
        median_wait: percentile(waits.into_iter(), 50),
        missing,
        unexpected,
        left,
        price,
    }
}

/// Returns the lowest, the median and the highest of sorted values.
fn spread(sorted: &[f64]) -> Option<[f64; 3]> {
    Some([*sorted.first()?, *sorted.get(sorted.len() / 2)?, *sorted.last()?])
}

/// Returns the pool that a coinbase names or pays.
fn pool(coinbase: &Transaction) -> Option<&'static str> {
    let script_sig = coinbase.inputs().next().map_or(&[][..], |input| input.script_sig);
    pools::find(script_sig, coinbase.outputs().map(|output| output.script_pubkey))
}

/// Returns the text in a coinbase's script after the height (BIP34).
fn tag(coinbase: &Transaction) -> String {
    let Some(input) = coinbase.inputs().next() else { return String::new() };
    let height = input.script_sig.first().map_or(0, |&length| 1 + usize::from(length));
    let rest = input.script_sig.get(height..).unwrap_or_default();
    let runs = rest.split(|byte| !(b' '..=b'~').contains(byte));
    let words: Vec<_> = runs.filter(|run| run.len() >= MIN_RUN).collect();
    clean(words.join(&b' ').trim_ascii(), MAX_TAG)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::parts;
    use crate::wire::OutPoint;

    fn tag_of(script_sig: &[u8]) -> String {
        let mut parts = parts(&[OutPoint::NULL], &[1]);
        parts.inputs[0].script_sig = script_sig.to_vec();
        tag(&parts.build().unwrap())
    }

    #[test]
    fn a_tag_is_the_text_after_the_height() {
        assert_eq!(
            tag_of(b"\x03\x0a\x16\x0e\x04abcd/Foundry USA Pool #dropgold/\x00\x01xy"),
            "abcd/Foundry USA Pool #dropgold/"
        );
        assert_eq!(tag_of(b"\x03abc\x00\x1b[31mEvil"), "[31mEvil");
        assert_eq!(tag_of(b"\x51\x00"), "");
        assert_eq!(tag_of(&[b"\x02ab".as_slice(), &[b'x'; 90]].concat()).chars().count(), MAX_TAG);
    }
}
