//! Random steps in any order.

use super::*;

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
