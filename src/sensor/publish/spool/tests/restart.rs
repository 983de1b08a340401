//! What the next run publishes, and segments that cannot be read.

use super::*;

#[test]
fn a_segment_that_cannot_be_read_waits_and_then_lets_others_pass() {
    let segments = [1, 3].map(|number| Segment { number, messages: 2, bytes: 100 });
    let mut spool = Spool::new(1 << 30, true, segments.into());
    for _ in 0..MAX_TRIES - 1 {
        assert_eq!(spool.work(), Some(Work::Load(1)));
        assert_eq!(spool.unreadable(), None);
        assert_eq!(spool.work(), None, "not at once again");
        spool.try_disk_again();
    }
    assert_eq!(spool.waiting().0, 4, "nothing is given up");
    assert_eq!(spool.work(), Some(Work::Load(1)));
    assert_eq!(spool.unreadable(), Some(2));
    spool.try_disk_again();
    assert_eq!(spool.work(), Some(Work::Load(3)), "the file of the other stays");
    assert_eq!(spool.loaded(vec![message(Kind::Tx, 7, 10)]), 1, "one of its two messages is damaged");
}

#[test]
fn after_an_orderly_end_everything_is_published_in_its_order() {
    let mut scene = Scene::new(1 << 30);
    (0..100).for_each(|_| scene.push(Kind::Tx, MB));
    scene.publish();
    scene.restart(true);
    (100..130).for_each(|_| scene.push(Kind::Tx, MB));
    scene.restart(true);
    scene.drain();
    assert_eq!(scene.acknowledged, numbers(0..130));
}

#[test]
fn after_a_crash_what_was_on_disk_is_published() {
    let mut scene = Scene::new(1 << 30);
    (0..100).for_each(|_| scene.push(Kind::Tx, MB));
    let on_disk: usize = scene.files.values().map(Vec::len).sum();
    assert!(on_disk >= 80, "{on_disk}");
    scene.restart(false);
    scene.drain();
    assert_eq!(scene.acknowledged.len(), on_disk);
    assert!(scene.acknowledged.is_sorted_by_key(|id| id.parse::<usize>().unwrap()));
}

#[test]
fn a_segment_that_cannot_be_read_blocks_nothing() {
    let segments = [(1, 5), (3, 5)].map(|(number, messages)| Segment { number, messages, bytes: 100 });
    let mut spool = Spool::new(1 << 30, true, segments.into());
    assert_eq!(spool.work(), Some(Work::Load(1)));
    spool.loaded(Vec::new());
    assert_eq!(spool.work(), Some(Work::Remove(1)));
    spool.removed();
    assert_eq!(spool.work(), Some(Work::Load(3)));
    spool.loaded(vec![message(Kind::Tx, 7, 10)]);
    spool.push(message(Kind::Tx, 8, 10));
    let (ticket, first) = spool.next(usize::MAX).unwrap();
    assert_eq!(first.id, "7");
    spool.acknowledged(ticket);
    assert_eq!(spool.work(), Some(Work::Remove(3)));
}
