//! The machine sleeps while a mempool is listed or downloaded.

use super::scene::{BLOOM, Manner, PLAIN, Scene, ids};
use crate::event::{PeerEvent, PeerId};
use crate::p2p::part::Part;
use std::time::Duration;

/// Too short for lists to be requested again.
const NAP: Duration = Duration::from_mins(8);

impl Scene {
    fn sleep(&mut self) {
        self.now = self.now + NAP;
        self.download.slept(NAP, self.now);
        self.timer();
    }
}

#[test]
fn listed_transactions_that_were_requested_before_a_sleep_have_the_rest_of_their_time() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..100);
    let [one, other] = [2, 3].map(|id| scene.connect(id, PLAIN, 0..100));
    scene.list(lister, &ids(0..100));
    let requested: Vec<_> = [lister, one, other].map(|peer| scene.node(peer).requested.clone()).into();
    assert_eq!(requested.iter().map(Vec::len).sum::<usize>(), 100);
    scene.pass(Duration::from_secs(5));
    scene.sleep();
    for (peer, requested) in [lister, one, other].into_iter().zip(requested) {
        assert_eq!(scene.node(peer).requested, requested, "nothing is requested again");
    }
    scene.settle();
    assert_eq!(scene.arrivals(), (0, 100));
    assert_eq!(scene.blame(), Vec::<&(PeerId, PeerEvent)>::new());
    let latency = |(_, event): &(PeerId, PeerEvent)| match event {
        PeerEvent::Transaction { answered_after, .. } => Some(*answered_after),
        _ => None,
    };
    assert!(scene.events.iter().filter_map(latency).all(|latency| latency < NAP));
}

#[test]
fn a_download_that_stood_still_for_a_sleep_is_not_given_up() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..1_000);
    let peer = scene.connect(2, PLAIN, 0..1_000);
    scene.node(peer).manner = Manner::Silent;
    scene.list(lister, &ids(0..1_000));
    scene.pass(Duration::from_secs(5));
    scene.sleep();
    scene.node(peer).manner = Manner::Honest;
    scene.settle();
    assert_eq!(scene.arrivals(), (0, 1_000));
}

#[test]
fn a_list_that_was_requested_before_a_sleep_may_still_come() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..100);
    scene.connect(2, PLAIN, 0..100);
    scene.pass(Duration::from_secs(2));
    scene.sleep();
    scene.list(lister, &ids(0..100));
    scene.settle();
    assert_eq!(scene.arrivals(), (0, 100));
}

#[test]
fn a_list_that_is_under_way_does_not_end_by_a_sleep() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..60_000);
    scene.connect(2, PLAIN, 0..60_000);
    let list = ids(0..60_000);
    scene.announce(lister, list[..50_000].iter().copied());
    scene.timer();
    scene.sleep();
    let completed = |scene: &Scene| {
        let is_end =
            |(_, event): &(PeerId, PeerEvent)| matches!(event, PeerEvent::Listed { is_complete: true, .. });
        scene.events.iter().filter(|event| is_end(event)).count()
    };
    assert_eq!(completed(&scene), 0);
    scene.announce(lister, list[50_000..].iter().copied());
    scene.timer();
    assert_eq!(completed(&scene), 1);
}
