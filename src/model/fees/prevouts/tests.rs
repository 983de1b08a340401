//! The cache returns what a map would return.

use crate::model::fees::prevouts::*;
use crate::model::testing::{self, coin, output, spend};
use proptest::prelude::*;
use std::collections::HashMap;

fn named(number: u8, transactions: &[&Arc<Transaction>]) -> Block {
    Block { hash: BlockHash([number; 32]), ..Block::clone(&testing::block(transactions)) }
}

#[test]
fn outputs_are_found_by_outpoint_and_spent_ones_are_removed() {
    let parent = spend(&[coin(1)], &[5_000, 7_000]);
    let child = spend(&[output(&parent, 0)], &[4_000]);
    let grandchild = spend(&[output(&child, 0), output(&parent, 1)], &[10_000]);
    let mut cache = PrevoutCache::default();
    assert!(cache.connect(&named(1, &[&parent, &child]), 1).is_some());
    let value = |cache: &PrevoutCache, tx: &Transaction, vout| cache.value(&output(tx, vout));
    assert_eq!(value(&cache, &parent, 0), None, "the block spends it itself");
    assert_eq!([value(&cache, &parent, 1), value(&cache, &child, 0)], [Some(7_000), Some(4_000)]);
    assert!(cache.connect(&named(1, &[&parent, &child]), 1).is_none(), "it is known");
    cache.spend(&named(2, &[&grandchild]));
    assert_eq!([value(&cache, &parent, 1), value(&cache, &child, 0)], [None, None]);
}

#[test]
fn unspendable_outputs_are_not_kept() {
    let mut parts = testing::parts(&[coin(1)], &[1, 2]);
    parts.outputs[0].script_pubkey = b"\x6a\x05hello".to_vec();
    let tx = Arc::new(parts.build().unwrap());
    let block = PrevoutCache::default().of_block(&named(1, &[&tx]), 1);
    let values: Vec<u64> = block.outputs.iter().map(|&(_, value)| value).collect();
    assert_eq!((values.len(), values.contains(&1)), (2, false), "the coinbase's and the other");
}

#[test]
fn the_lowest_block_is_dropped_and_a_lower_one_is_refused() {
    let txs: Vec<_> = (0..5).map(|number| spend(&[coin(number)], &[u64::from(number) + 1])).collect();
    let mut cache = PrevoutCache::new(OutpointKey(1, 2), 3);
    for (number, tx) in (1..).zip(&txs[..4]) {
        cache.connect(&named(number, &[tx]), u32::from(number)).unwrap();
    }
    assert_eq!(cache.blocks().map(|(height, _)| height).collect::<Vec<_>>(), [2, 3, 4]);
    assert!(cache.connect(&named(9, &[&txs[4]]), 1).is_none());
    assert_eq!(cache.value(&output(&txs[3], 0)), Some(4));
}

#[test]
fn blocks_that_arrive_replace_those_of_an_earlier_run() {
    let kept = |number: u8, height| BlockOutputs { height, hash: BlockHash([number; 32]), outputs: vec![] };
    let mut cache = PrevoutCache::new(OutpointKey(1, 2), 3);
    for number in 1..4 {
        assert!(cache.insert(&kept(number, 5_000 + u32::from(number))), "of a chain that was wiped since");
    }
    let txs: Vec<_> = (0..4).map(|number| spend(&[coin(number)], &[u64::from(number) + 1])).collect();
    for (number, tx) in (10..).zip(&txs) {
        assert!(cache.connect(&named(number, &[tx]), 90 + u32::from(number)).is_some());
    }
    assert_eq!(cache.blocks().map(|(height, _)| height).collect::<Vec<_>>(), [101, 102, 103]);
    assert_eq!(cache.value(&output(&txs[3], 0)), Some(4));
    assert!(cache.connect(&named(99, &[]), 100).is_none(), "of those that came the highest stay");
}

#[test]
fn an_output_takes_at_most_32_bytes() {
    let mut cache = PrevoutCache::new(OutpointKey(3, 4), 100);
    for height in 0..100_u8 {
        let entries = (0..5_000_u64).map(|n| (n << 8 | u64::from(height), n)).collect();
        cache.insert(&BlockOutputs {
            height: height.into(),
            hash: BlockHash([height; 32]),
            outputs: entries,
        });
    }
    assert_eq!(cache.len(), 500_000);
    assert!(cache.memory() <= 500_000 * 32, "{}", cache.memory());
}

#[test]
fn blocks_can_come_and_go_forever() {
    let mut cache = PrevoutCache::new(OutpointKey(3, 4), 10);
    for height in 0..20_000_u32 {
        let mut hash = [0; 32];
        hash[..4].copy_from_slice(&height.to_le_bytes());
        let tag = u64::from(height) * 7;
        cache.insert(&BlockOutputs { height, hash: BlockHash(hash), outputs: vec![(tag, 5), (tag + 1, 6)] });
        assert!(cache.len() <= 60, "removed outputs take memory: {}", cache.len());
    }
    assert_eq!((cache.runs.get(19_999 * 7), cache.runs.get(19_995 * 7 + 1)), (Some(5), Some(6)));
}

proptest! {
    #[test]
    fn the_cache_returns_what_a_map_returns(
        steps in prop::collection::vec((prop::collection::btree_map(0_u64..500, 0_u64..1 << 51, 0..40), prop::collection::vec(0_u64..500, 0..10)), 1..40)
    ) {
        let mut runs = Runs::default();
        let mut map: HashMap<u64, u64> = HashMap::new();
        for (added, dropped) in steps {
            let number = runs.free_number();
            // An outpoint is created once.
            let new: Vec<_> = added.into_iter().filter(|(tag, _)| runs.get(*tag).is_none() && !map.contains_key(tag)).collect();
            runs.push(new.iter().map(|&(tag, value)| TaggedOutput::new(tag, value, number)).collect());
            map.extend(new);
            for tag in dropped {
                runs.remove(tag);
                map.remove(&tag);
            }
            for tag in 0..500 {
                prop_assert_eq!(runs.get(tag), map.get(&tag).copied());
            }
        }
    }
}

#[test]
fn what_is_only_said_does_not_hide_what_a_block_shows() {
    let parent = spend(&[coin(1)], &[5_000]);
    let mut cache = PrevoutCache::default();
    assert!(cache.connect(&named(1, &[&parent]), 1).is_some());
    let message = [output(&parent, 0), coin(2)].map(|outpoint| KnownOutput { outpoint, value: 9_000 });
    cache.expect(&message);
    assert_eq!(
        [output(&parent, 0), coin(2)].map(|outpoint| cache.value(&outpoint)),
        [Some(5_000), Some(9_000)]
    );
}
