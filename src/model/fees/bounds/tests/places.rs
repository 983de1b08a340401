//! The bounds that one announcement gives by its order.

use super::*;

#[test]
fn a_transaction_between_two_known_rates_pays_between_them() {
    let places = [open(1), alone(900), open(1), alone(300), open(1)];
    for order in [Order::ByChunk, Order::ByAncestors, Order::Either] {
        assert_eq!(
            found(&places, order),
            [(0, [Some(900.0), None]), (2, [Some(300.0), Some(900.0)]), (4, [None, Some(300.0)])],
            "{order:?}"
        );
    }
}

#[test]
fn by_ancestors_only_those_with_as_many_ancestors_bound_each_other() {
    let places = [alone(900), open(1), open(2), place(2, 500, 700), open(2), place(3, 800, 700), open(3)];
    let expected = [
        (1, [None, Some(900.0)]),
        (2, [Some(500.0), None]),
        (4, [None, Some(500.0)]),
        (6, [None, Some(800.0)]),
    ];
    assert_eq!(found(&places, Order::ByAncestors), expected);
}

#[test]
fn a_place_that_contradicts_its_ancestors_gives_no_bound() {
    let places = [alone(900), place(2, 500, 500), open(1), place(2, 300, 300), open(3), place(2, 200, 200)];
    assert_eq!(found(&places, Order::ByAncestors), []);
}

#[test]
fn a_known_rate_that_breaks_the_order_is_left_out() {
    let places = [alone(900), open(1), alone(10), alone(700), open(1), alone(5_000), alone(600)];
    for order in [Order::ByChunk, Order::ByAncestors, Order::Either] {
        let expected = [(1, [Some(700.0), Some(900.0)]), (4, [Some(600.0), Some(700.0)])];
        assert_eq!(found(&places, order), expected, "{order:?}");
    }
}
