use super::*;
use bytes::Bytes;
use proptest::prelude::*;
use std::collections::HashMap;

const MB: usize = 1 << 20;

/// A message that counts as `bytes` long but takes no memory.
fn message(kind: Kind, number: usize, bytes: usize) -> Outgoing {
    static ZEROS: [u8; 2 * MB] = [0; 2 * MB];
    Outgoing { kind, id: number.to_string(), payload: Bytes::from_static(&ZEROS[..bytes]) }
}

/// A spool with in-memory files, and a server.
struct Scene {
    spool: Spool,
    files: HashMap<u64, Vec<Outgoing>>,
    is_disk_full: bool,
    in_flight: Vec<(Ticket, String)>,
    acknowledged: Vec<String>,
    pushed: usize,
}

impl Scene {
    fn new(limit: u64) -> Self {
        Self {
            spool: Spool::new(limit, true, Vec::new()),
            files: HashMap::new(),
            is_disk_full: false,
            in_flight: Vec::new(),
            acknowledged: Vec::new(),
            pushed: 0,
        }
    }

    fn push(&mut self, kind: Kind, bytes: usize) {
        self.spool.push(message(kind, self.pushed, bytes));
        self.pushed += 1;
        self.work();
    }

    /// Carries out all file operations.
    fn work(&mut self) {
        while let Some(work) = self.spool.work() {
            assert_eq!(self.spool.work(), None, "one thing at a time");
            match work {
                Work::Write(_, messages) if self.is_disk_full => self.spool.written(Some(messages)),
                Work::Write(number, messages) => {
                    assert!(self.files.insert(number, messages).is_none(), "{number} is written twice");
                    self.spool.written(None);
                }
                Work::Load(number) => assert_eq!(self.spool.loaded(self.files[&number].clone()), 0),
                Work::Remove(number) => {
                    assert!(self.files.remove(&number).is_some(), "{number} is removed twice");
                    self.spool.removed();
                }
            }
        }
    }

    /// Publishes as many messages as fit into the window.
    fn publish(&mut self) {
        while let Some((ticket, message)) = self.spool.next(usize::MAX) {
            self.in_flight.push((ticket, message.id.clone()));
        }
    }

    fn acknowledge(&mut self, index: usize) {
        let (ticket, id) = self.in_flight.remove(index);
        self.acknowledged.push(id);
        self.spool.acknowledged(ticket);
        self.work();
    }

    /// Publishes everything that is waiting.
    fn drain(&mut self) {
        self.work();
        self.publish();
        while !self.in_flight.is_empty() {
            self.acknowledge(0);
            self.publish();
        }
        assert!(self.spool.is_empty(), "{:?}", self.spool);
        assert_eq!(self.spool.waiting(), (0, 0));
        assert!(self.files.is_empty());
    }

    /// Stops, in an orderly way or not, and starts again.
    fn restart(&mut self, is_orderly: bool) {
        let spool = std::mem::replace(&mut self.spool, Spool::new(u64::MAX, true, Vec::new()));
        let limit = spool.limit;
        if is_orderly {
            for (number, messages) in spool.into_unsaved() {
                assert!(self.files.insert(number, messages).is_none(), "{number} is written twice");
            }
        }
        let of_file = |(&number, messages): (&u64, &Vec<Outgoing>)| Segment {
            number,
            messages: messages.len() as u64,
            bytes: messages.iter().map(Outgoing::size).sum(),
        };
        let mut segments: Vec<_> = self.files.iter().map(of_file).collect();
        segments.sort_by_key(|segment| segment.number);
        self.in_flight.clear();
        self.spool = Spool::new(limit, true, segments);
        self.work();
    }

    fn dropped(&self, kind: Kind) -> u64 {
        let found = self.spool.dropped().into_iter().find(|(dropped, _)| *dropped == kind);
        found.map_or(0, |(_, count)| count)
    }
}

fn numbers(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

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

#[derive(Clone, Debug)]
enum Step {
    Push(Kind, usize),
    Publish,
    Acknowledge(prop::sample::Index),
    Fail(prop::sample::Index),
    Disconnect,
    DiskFull(bool),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let kind = prop::sample::select(&[Kind::Traffic, Kind::Tx, Kind::RawTx, Kind::Chain, Kind::Peers][..]);
    prop_oneof![
        10 => (kind, 0..2 * MB).prop_map(|(kind, bytes)| Step::Push(kind, bytes)),
        3 => Just(Step::Publish),
        6 => any::<prop::sample::Index>().prop_map(Step::Acknowledge),
        2 => any::<prop::sample::Index>().prop_map(Step::Fail),
        1 => Just(Step::Disconnect),
        1 => any::<bool>().prop_map(Step::DiskFull),
        1 => Just(Step::Restart),
    ]
}

proptest! {
    #[test]
    fn nothing_is_lost_or_taken_twice_and_memory_is_bounded(
        steps in proptest::collection::vec(step(), 0..400),
        limit in 40_u64..200,
    ) {
        let mut scene = Scene::new(limit * MB as u64);
        let mut dropped = 0;
        for step in steps {
            match step {
                Step::Push(kind, bytes) => scene.push(kind, bytes),
                Step::Publish => scene.publish(),
                Step::Acknowledge(index) if !scene.in_flight.is_empty() => {
                    scene.acknowledge(index.index(scene.in_flight.len()));
                }
                Step::Fail(index) if !scene.in_flight.is_empty() => {
                    let (ticket, _) = scene.in_flight.remove(index.index(scene.in_flight.len()));
                    scene.spool.failed(ticket);
                }
                Step::Acknowledge(_) | Step::Fail(_) => {}
                Step::Disconnect => {
                    scene.spool.all_failed();
                    scene.in_flight.clear();
                }
                Step::DiskFull(is_full) => {
                    scene.is_disk_full = is_full;
                    if !is_full {
                        scene.spool.try_disk_again();
                    }
                }
                Step::Restart => {
                    dropped += scene.spool.dropped().iter().map(|(_, count)| count).sum::<u64>();
                    scene.restart(true);
                }
            }
            prop_assert!(scene.spool.memory() <= 2 * MEMORY + 2 * MB as u64, "{}", scene.spool.memory());
            let on_disk: u64 = scene.files.values().flatten().map(Outgoing::size).sum();
            let most = (limit + 2) * MB as u64 + 2 * MEMORY;
            prop_assert!(on_disk <= most, "{on_disk} of {limit} MB");
        }
        dropped += scene.spool.dropped().iter().map(|(_, count)| count).sum::<u64>();
        scene.drain();
        // Messages on disk are published again after a restart; the server recognises them by id.
        let mut acknowledged = scene.acknowledged.clone();
        acknowledged.sort_unstable();
        acknowledged.dedup();
        prop_assert_eq!(acknowledged.len() as u64 + dropped, scene.pushed as u64);
    }
}
