use crate::model::mempool::cluster::chunks::*;
use crate::model::mempool::cluster::set::MAX_MEMBERS;
use proptest::prelude::*;

fn node(fee: u64, weight: u32, parents: &[usize]) -> Node {
    Node { fee, weight, parents: parents.iter().fold(0, |set, parent| set | 1 << parent) }
}

/// Returns the members of each chunk, with its fee and weight.
fn split(nodes: &[Node]) -> Vec<(Vec<usize>, u64, u32)> {
    chunks(nodes).iter().map(|chunk| (members(chunk.members).collect(), chunk.fee, chunk.weight)).collect()
}

#[test]
fn a_child_pays_for_its_parent_and_a_good_parent_for_itself() {
    assert_eq!(split(&[node(0, 400, &[]), node(600, 200, &[0])]), [(vec![0, 1], 600, 600)]);
    let alone = [(vec![0], 900, 400), (vec![1], 100, 200)];
    assert_eq!(split(&[node(900, 400, &[]), node(100, 200, &[0])]), alone);
}

#[test]
fn transactions_of_the_same_rate_are_chunks_of_their_own_if_possible() {
    let chain = [node(10, 100, &[]), node(20, 200, &[0]), node(5, 50, &[1])];
    assert_eq!(split(&chain).len(), 3);
    let two_pairs = [node(0, 100, &[]), node(20, 100, &[0]), node(0, 100, &[]), node(20, 100, &[2])];
    assert_eq!(split(&two_pairs), [(vec![0, 1], 20, 200), (vec![2, 3], 20, 200)]);
}

#[test]
fn several_children_pay_for_a_parent_together() {
    let nodes = [node(100, 1_000, &[]), node(900, 200, &[0]), node(900, 200, &[0]), node(10, 200, &[0])];
    assert_eq!(split(&nodes), [(vec![0, 1, 2], 1_900, 1_400), (vec![3], 10, 200)]);
}

#[test]
fn a_cluster_as_large_and_rich_as_can_be_is_split() {
    let money = 2_100_000_000_000_000;
    let rich: Vec<Node> = (0..MAX_MEMBERS)
        .map(|index| Node { fee: money, weight: 1 + u32::try_from(index).unwrap(), parents: all(index) })
        .collect();
    assert_eq!(chunks(&rich).len(), MAX_MEMBERS);
    let poor_first: Vec<Node> =
        rich.iter().rev().enumerate().map(|(index, node)| Node { parents: all(index), ..*node }).collect();
    assert_eq!(chunks(&poor_first).len(), 1);
}

/// Up to ten transactions in any order, each spending some of the earlier ones.
fn cluster(most: usize) -> impl Strategy<Value = (Vec<Node>, Vec<usize>)> {
    let one = (prop_oneof![Just(0_u64), 0_u64..10, 0_u64..1_000], 1_u32..12, any::<Set>(), any::<Set>());
    prop::collection::vec(one, 1..=most)
        .prop_map(|all_of_them| {
            let node = |(index, (fee, weight, some, others)): (usize, (u64, u32, Set, Set))| Node {
                fee,
                weight,
                parents: some & others & all(index),
            };
            all_of_them.into_iter().enumerate().map(node).collect::<Vec<_>>()
        })
        .prop_flat_map(|nodes| {
            let order = (0..nodes.len()).collect::<Vec<_>>();
            (Just(nodes), Just(order).prop_shuffle())
        })
}

/// Reorders the transactions: number `order[i]` becomes number `i`.
fn reordered(nodes: &[Node], order: &[usize]) -> Vec<Node> {
    let place = |old: usize| order.iter().position(|&at| at == old).unwrap();
    let parents = |set: Set| members(set).fold(0, |set, old| set | 1 << place(old));
    order.iter().map(|&old| Node { parents: parents(nodes[old].parents), ..nodes[old] }).collect()
}

/// Returns the fee and weight of each transaction's chunk, by trying all sets.
fn by_trying(nodes: &[Node]) -> Vec<Chunk> {
    let mut left = all(nodes.len());
    let mut found = vec![Chunk { members: 0, fee: 0, weight: 1 }; nodes.len()];
    while left != 0 {
        let is_closed = |set: &Set| members(*set).all(|index| nodes[index].parents & left & !set == 0);
        let sets = (1..=left).filter(|set| set & !left == 0).filter(is_closed);
        let best = sets.map(|set| sum(nodes, set)).max_by(|a, b| {
            let [a, b] = [(a, b), (b, a)].map(|(one, other)| u128::from(one.fee) * u128::from(other.weight));
            a.cmp(&b)
        });
        let best = best.unwrap();
        members(best.members).for_each(|index| found[index] = best);
        left &= !best.members;
    }
    found
}

proptest! {
    #[test]
    fn no_set_does_better_than_the_chunks((nodes, order) in cluster(10)) {
        let nodes = reordered(&nodes, &order);
        let expected = by_trying(&nodes);
        for chunk in chunks(&nodes) {
            for member in members(chunk.members) {
                prop_assert!(chunk.pays_like(&expected[member]), "{member}: {chunk:?} {expected:?}");
            }
        }
    }

    #[test]
    fn chunks_fall_in_rate_and_hold_everything_once((nodes, _) in cluster(MAX_MEMBERS)) {
        let chunks = chunks(&nodes);
        let falls = chunks.is_sorted_by(|a, b| {
            u128::from(a.fee) * u128::from(b.weight) >= u128::from(b.fee) * u128::from(a.weight)
        });
        prop_assert!(falls);
        let mut taken = 0;
        for chunk in &chunks {
            prop_assert_eq!(chunk.members & taken, 0);
            taken |= chunk.members;
            let better = chunks.iter().filter(|other| !chunk.pays_like(other) && taken & other.members != 0);
            let with_equals = chunks.iter().filter(|other| chunk.pays_like(other));
            let earlier = better.chain(with_equals).fold(0, |set, other| set | other.members);
            let parents = members(chunk.members).fold(0, |set, index| set | nodes[index].parents);
            prop_assert_eq!(parents & !earlier, 0, "all parents come before or along");
        }
        prop_assert_eq!(taken, all(nodes.len()));
    }

    #[test]
    fn the_order_does_not_matter((nodes, order) in cluster(MAX_MEMBERS)) {
        let other = reordered(&nodes, &order);
        let of = |nodes: &[Node], index: usize| {
            *chunks(nodes).iter().find(|chunk| chunk.members >> index & 1 == 1).unwrap()
        };
        for (new, &old) in order.iter().enumerate() {
            let [one, other] = [of(&nodes, old), of(&other, new)];
            prop_assert_eq!((one.fee, one.weight), (other.fee, other.weight));
        }
    }
}
