//! Which order a peer follows, and whether it is believed.

use super::*;

#[test]
fn a_peer_is_believed_when_98_percent_of_200_pairs_agree() {
    let falling: Vec<Place> = (0..=200).map(|number| alone(1_000 - number)).collect();
    assert_eq!(tally_of(&falling[1..]).order(), None, "199 pairs");
    assert_eq!(tally_of(&falling).order(), Some(Order::Either));
    let with = |wrong: usize| {
        let mut places = falling.clone();
        (0..wrong).for_each(|number| places[20 * number + 1] = alone(5_000));
        tally_of(&places).order()
    };
    assert_eq!((with(4), with(5)), (Some(Order::Either), None), "each spoils one pair");
    let rising: Vec<Place> = falling.iter().rev().copied().collect();
    assert_eq!(tally_of(&rising).order(), None);
}

#[test]
fn pairs_that_say_nothing_do_not_count() {
    assert_eq!(tally_of(&vec![alone(500); 1_000]).order(), None);
    assert_eq!(tally_of(&vec![open(1); 1_000]).order(), None);
}

#[test]
fn relatives_decide_between_the_orders() {
    let mut by_ancestors: Vec<Place> = (0..200).map(|number| alone(1_000 - number)).collect();
    by_ancestors.extend((0..40).map(|number| place(2, 900 - number, 500 + number % 7)));
    assert_eq!(tally_of(&by_ancestors).order(), Some(Order::ByAncestors));
    let mut by_chunk: Vec<Place> = (0..2_000).map(|number| alone(5_000 - number)).collect();
    assert_eq!(tally_of(&by_chunk).order(), Some(Order::Either));
    by_chunk.extend((0..20).flat_map(|number| {
        let chunk = 900 - number;
        [place(1, 100, chunk), place(2, 2 * chunk - 100, chunk)]
    }));
    assert_eq!(tally_of(&by_chunk).order(), Some(Order::ByChunk), "few, but they all agree with one");
}

#[test]
fn a_peer_that_changes_its_order_loses_the_belief() {
    let mut announcements = Announcements::default();
    let falling = tally_of(&(0..=200).map(|number| alone(1_000 - number)).collect::<Vec<_>>());
    let rising = tally_of(&(0..=20).map(alone).collect::<Vec<_>>());
    let ids = || vec![Wtxid([1; 32]), Wtxid([2; 32])];
    let mut now = START;
    let mut judge = |announcements: &mut Announcements, tally| {
        announcements.announce(now, by(7), ids());
        now = now + Duration::from_secs(30);
        let mut due = announcements.due(now).unwrap();
        let order = announcements.count(&mut due, tally);
        announcements.judged(due, true);
        order
    };
    assert_eq!(judge(&mut announcements, falling), Some(Order::Either));
    assert_eq!(judge(&mut announcements, rising), None);
    assert_eq!(judge(&mut announcements, falling), None, "20 of 420 pairs");
}

#[test]
fn broken_bounds_discredit_their_peer() {
    let mut bounds = OrderBounds::default();
    bounds.add(voter(1), Bound::AtLeast(2.0));
    bounds.add(voter(1), Bound::AtMost(3.0));
    bounds.add(voter(2), Bound::AtLeast(1.0));
    let verdict = |peer, held| Verdict { peer, held };
    assert_eq!(
        bounds.verdicts(1.5).collect::<Vec<_>>(),
        [verdict(1, false), verdict(2, true), verdict(1, true)]
    );
    assert!(bounds.verdicts(3.0).chain(bounds.verdicts(2.0)).all(|verdict| verdict.held));
    let honesty = |held: usize, broken: usize| {
        let mut honesty = Honesty::default();
        (0..held).for_each(|_| honesty.record(true));
        (0..broken).for_each(|_| honesty.record(false));
        honesty.is_discredited()
    };
    assert!(!honesty(0, 2) && honesty(0, 3) && honesty(140, 3) && !honesty(150, 3));
    assert!(honesty(5_000, 40), "what is long past counts less");
}
