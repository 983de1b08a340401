//! What is published, in which order, and what is published again.

use super::*;

#[test]
fn a_little_waits_in_memory_only() {
    let mut scene = Scene::new(1 << 30);
    (0..15).for_each(|_| scene.push(Kind::Tx, MB));
    assert!(scene.files.is_empty());
    assert_eq!(scene.spool.waiting().0, 15);
    scene.drain();
    assert_eq!(scene.acknowledged, numbers(0..15));
}

#[test]
fn much_waits_on_disk_and_is_published_in_its_order() {
    let mut scene = Scene::new(1 << 30);
    (0..200).for_each(|_| scene.push(Kind::Tx, MB));
    assert!(scene.files.len() > 40, "{}", scene.files.len());
    assert!(scene.spool.memory() <= MEMORY + 2 * SEGMENT);
    assert_eq!(scene.spool.waiting().0, 200);
    scene.drain();
    assert_eq!(scene.acknowledged, numbers(0..200));
}

#[test]
fn the_window_is_bounded() {
    let mut scene = Scene::new(1 << 30);
    (0..1_000).for_each(|_| scene.push(Kind::Tx, 10));
    scene.publish();
    assert_eq!(scene.in_flight.len(), WINDOW);
    let mut scene = Scene::new(1 << 30);
    (0..10).for_each(|_| scene.push(Kind::Tx, MB));
    scene.publish();
    assert_eq!(scene.in_flight.len(), 4);
    scene.acknowledge(2);
    scene.publish();
    assert_eq!(scene.in_flight.len(), 4);
    let mut scene = Scene::new(1 << 30);
    (0..3).for_each(|_| scene.push(Kind::Tx, 10));
    assert!(scene.spool.next(1).is_some());
    assert!(scene.spool.next(1).is_none(), "one that is tried, and no more");
}

#[test]
fn what_failed_is_published_again_before_what_is_newer() {
    let mut scene = Scene::new(1 << 30);
    (0..300).for_each(|_| scene.push(Kind::Tx, 10));
    scene.publish();
    let (third, _) = scene.in_flight.remove(2);
    scene.spool.failed(third);
    scene.spool.failed(third);
    scene.publish();
    assert_eq!(scene.in_flight.last().unwrap(), &(third, "2".to_owned()));
    scene.spool.all_failed();
    scene.in_flight.clear();
    scene.drain();
    assert_eq!(scene.acknowledged, numbers(0..300));
}

#[test]
fn what_the_server_refuses_for_good_is_dropped_and_counted() {
    let mut scene = Scene::new(1 << 30);
    (0..3).for_each(|_| scene.push(Kind::Block, 10));
    scene.publish();
    let (second, _) = scene.in_flight.remove(1);
    scene.spool.refused(second);
    scene.drain();
    assert_eq!((scene.acknowledged.len(), scene.dropped(Kind::Block)), (2, 1));
}
