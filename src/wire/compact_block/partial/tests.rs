//! From real compact blocks back to real blocks.

use super::*;
use bytes::Bytes;

fn real_block() -> Block {
    Block::parse(&Bytes::from_static(bitcoin_test_data::blocks::mainnet_702861())).unwrap()
}

/// A mempool with the transactions of `block` whose index `keep` accepts.
fn held(block: &Block, keep: impl Fn(usize) -> bool) -> HashMap<Wtxid, Transaction> {
    let kept = block.transactions.iter().enumerate().skip(1).filter(|(index, _)| keep(*index));
    kept.map(|(_, tx)| (tx.wtxid(), tx.clone())).collect()
}

fn fill(compact: &CompactBlock, held: &HashMap<Wtxid, Transaction>) -> PartialBlock {
    PartialBlock::new(compact, held.keys().copied(), |wtxid| held.get(&wtxid).cloned()).unwrap()
}

#[test]
fn a_block_is_reconstructed_from_known_and_requested_transactions() {
    let block = real_block();
    let compact = CompactBlock::of(block.header, 7, &block.transactions);
    for keep in [|_| true, |index| index % 10 != 3, |index| index > 2_000, |_| false] {
        let partial = fill(&compact, &held(&block, keep));
        let wanted: Vec<_> = (1..block.transactions.len()).filter(|&index| !keep(index)).collect();
        let request = partial.request();
        let indexes = request.map(|request| request.indexes).unwrap_or_default();
        assert_eq!(indexes.iter().map(|&index| usize::from(index)).collect::<Vec<_>>(), wanted);
        let missing = wanted.iter().map(|&index| block.transactions[index].clone()).collect();
        assert_eq!(partial.complete(missing), Ok(block.clone()));
    }
}

#[test]
fn a_duplicate_is_no_collision() {
    let block = real_block();
    let compact = CompactBlock::of(block.header, 7, &block.transactions);
    let held = held(&block, |_| true);
    let twice = held.keys().chain(held.keys()).copied();
    let partial = PartialBlock::new(&compact, twice, |wtxid| held.get(&wtxid).cloned()).unwrap();
    assert_eq!(partial.request(), None);
}

#[test]
fn a_transaction_that_is_no_longer_known_is_requested() {
    let block = real_block();
    let compact = CompactBlock::of(block.header, 7, &block.transactions);
    let all = held(&block, |_| true);
    let gone = block.transactions[9].wtxid();
    let get = |wtxid| all.get(&wtxid).filter(|_| wtxid != gone).cloned();
    let partial = PartialBlock::new(&compact, all.keys().copied(), get).unwrap();
    assert_eq!(partial.request().unwrap().indexes, [9]);
}

#[test]
fn a_short_name_that_stands_twice_in_a_block_is_a_collision() {
    let block = real_block();
    let mut compact = CompactBlock::of(block.header, 7, &block.transactions);
    compact.short_ids[40] = compact.short_ids[3];
    let all = held(&block, |_| true);
    let partial = PartialBlock::new(&compact, all.keys().copied(), |wtxid| all.get(&wtxid).cloned());
    assert_eq!(partial, Err(ReconstructionError::Collision));
}

/// Finding two transactions with the same short id takes 2²⁴ hashes; here one id is swapped for another.
#[test]
fn neither_of_two_known_transactions_with_the_same_short_id_is_used() {
    let block = real_block();
    let mut compact = CompactBlock::of(block.header, 7, &block.transactions);
    let short_ids = ShortIds::new(&compact.header, compact.nonce);
    let all = held(&block, |_| true);
    // Index 5 now has the short id of index 6, whose own id matches no known transaction.
    compact.short_ids[4] = short_ids.of(block.transactions[6].wtxid());
    compact.short_ids[5] = ShortId(0);
    let partial = fill(&compact, &all);
    assert_eq!(partial.request().unwrap().indexes, [6]);
    let wrong = partial.complete(vec![block.transactions[6].clone()]).unwrap();
    assert_ne!(wrong.merkle_root(), block.header.merkle_root);
}

#[test]
fn an_answer_must_fit_the_request() {
    let block = real_block();
    let compact = CompactBlock::of(block.header, 7, &block.transactions);
    let partial = fill(&compact, &held(&block, |index| index > 2));
    let two = vec![block.transactions[1].clone(), block.transactions[2].clone()];
    let swapped = vec![block.transactions[2].clone(), block.transactions[1].clone()];
    let wrong_count = |got| Err(ReconstructionError::WrongCount { requested: 2, got });
    assert_eq!(partial.clone().complete(vec![]), wrong_count(0));
    assert_eq!(partial.clone().complete([two.clone(), two.clone()].concat()), wrong_count(4));
    let swapped = partial.clone().complete(swapped).unwrap();
    assert_ne!(swapped.merkle_root(), block.header.merkle_root);
    assert_eq!(partial.complete(two), Ok(block));
}
