//! What is dropped when too much waits, or the disk is full or slow.

use super::*;

#[test]
fn whole_kinds_are_dropped_in_the_documented_order() {
    let order = [
        Kind::Traffic,
        Kind::Relay,
        Kind::Tx,
        Kind::RawTx,
        Kind::Chain,
        Kind::Block,
        Kind::Peers,
        Kind::State,
    ];
    let mut scene = Scene::new(100 * MB as u64);
    let mut first_dropped = Vec::new();
    while first_dropped.len() < order.len() {
        for kind in order {
            scene.push(kind, 1_000);
            if scene.dropped(kind) == 1 {
                let percent = scene.spool.bytes() * 100 / scene.spool.limit;
                first_dropped.push((kind, percent));
            }
        }
        let filler = if first_dropped.len() < 6 { 100_000 } else { 10_000 };
        scene.push(Kind::Peers, filler);
    }
    let expected = order.into_iter().zip([70, 80, 90, 90, 95, 95, 100, 100]).collect::<Vec<_>>();
    assert_eq!(first_dropped, expected);
    assert!(scene.spool.bytes() <= 101 * MB as u64);
}

#[test]
fn a_kind_that_was_dropped_comes_back_a_little_lower() {
    let mut scene = Scene::new(100 * MB as u64);
    while scene.dropped(Kind::Traffic) == 0 {
        scene.push(Kind::Peers, MB / 2);
        scene.push(Kind::Traffic, 10);
    }
    let acknowledge_to = |scene: &mut Scene, percent: u64| {
        while scene.spool.bytes() * 100 / scene.spool.limit >= percent {
            scene.publish();
            scene.acknowledge(0);
        }
        let before = scene.dropped(Kind::Traffic);
        scene.push(Kind::Traffic, 10);
        scene.dropped(Kind::Traffic) > before
    };
    assert!(acknowledge_to(&mut scene, 69));
    assert!(acknowledge_to(&mut scene, 66));
    assert!(!acknowledge_to(&mut scene, 65));
}

#[test]
fn a_full_disk_leaves_the_memory_and_is_used_again_later() {
    let mut scene = Scene::new(1 << 30);
    scene.is_disk_full = true;
    (0..100).for_each(|_| scene.push(Kind::Peers, MB));
    assert!(scene.files.is_empty());
    assert!(scene.spool.memory() <= MEMORY + MB as u64, "{}", scene.spool.memory());
    let kept = usize::try_from(scene.spool.waiting().0).unwrap();
    assert_eq!(scene.dropped(Kind::Peers), 100 - kept as u64);
    scene.is_disk_full = false;
    scene.spool.try_disk_again();
    (0..50).for_each(|_| scene.push(Kind::Peers, MB));
    assert!(!scene.files.is_empty());
    scene.drain();
    // What was waiting in memory comes first, in its order.
    assert_eq!(scene.acknowledged, [numbers(0..kept), numbers(100..150)].concat());
}

#[test]
fn what_could_not_be_written_stays_before_what_came_meanwhile() {
    let mut spool = Spool::new(1 << 30, true, Vec::new());
    let mut pushed = 0;
    let mut push = |spool: &mut Spool| {
        spool.push(message(Kind::Peers, pushed, MB));
        pushed += 1;
    };
    let messages = loop {
        push(&mut spool);
        if let Some(work) = spool.work() {
            let Work::Write(_, messages) = work else { panic!("{work:?}") };
            break messages;
        }
    };
    (0..3).for_each(|_| push(&mut spool));
    spool.written(Some(messages));
    let mut published = Vec::new();
    while let Some((ticket, message)) = spool.next(1) {
        published.push(message.id.clone());
        spool.acknowledged(ticket);
    }
    assert_eq!(published, numbers(0..pushed));
}

#[test]
fn a_disk_that_takes_its_time_is_given_memory_and_then_kinds_are_dropped() {
    let mut spool = Spool::new(1 << 30, true, Vec::new());
    for number in 0..200 {
        spool.push(message(Kind::Peers, number, MB));
        // It starts but does not finish.
        let _ = spool.work();
    }
    assert!(spool.memory() <= 2 * MEMORY + MB as u64, "{}", spool.memory());
    assert!(!spool.dropped().is_empty());
}

#[test]
fn without_a_disk_the_memory_is_the_limit() {
    let mut spool = Spool::new(1 << 30, false, Vec::new());
    (0..100).for_each(|number| spool.push(message(Kind::Peers, number, MB)));
    assert_eq!(spool.work(), None);
    assert!(spool.memory() <= MEMORY + MB as u64);
}
