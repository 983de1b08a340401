//! What a newcomer sees after a while.

use super::*;
use crate::demo::mempool::Order;
use crate::model::Basis;

#[test]
fn after_15_s_a_newcomer_has_the_whole_mempool_and_most_fee_rates() {
    let seed = 1;
    let world = World::new(seed, 7.0, 3_000, 1_800_000_000);
    let mut newcomer = Newcomer::new(seed, 8, world);
    newcomer.watch(Duration::from_secs(15));

    let model = &newcomer.model;
    let basis = Basis::of(model.mempool().histogram());
    let list = model.completeness().best().unwrap();
    let announced = newcomer.ledger.mempool.all_announced(Order::Ancestors).len() as u64;
    let [exact, within, open] = basis.shares().unwrap();
    assert!(list.share() >= Some(0.99), "{list:?}");
    assert!(basis.all().count * 100 >= announced * 98, "{announced} {basis:?}");
    assert!(exact > 0.4 && exact + within > 0.95, "{exact} {within} {open}");
    assert_eq!(model.bootstrap(), None, "it is done");
}
