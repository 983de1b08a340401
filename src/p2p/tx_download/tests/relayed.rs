//! Transactions that are listed and announced: one of the two ways brings them.

use super::scene::{BLOOM, Manner, PLAIN, Scene, ids};
use crate::event::{BootstrapProgress, PeerEvent, PeerId};
use crate::p2p::input::Input;
use crate::wire::Inventory;
use std::collections::HashSet;
use std::time::Duration;

#[test]
fn what_is_listed_and_announced_is_requested_once() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..0);
    let announcer = scene.connect(2, PLAIN, 0..100);
    // 0 to 10 were announced before the list, 90 to 100 after it.
    scene.announce(announcer, ids(0..10));
    scene.timer();
    scene.list(lister, &ids(0..100));
    scene.announce(announcer, ids(90..100));
    scene.settle();
    let requested = scene.node(announcer).requested.clone();
    assert_eq!((requested.len(), requested.iter().collect::<HashSet<_>>().len()), (100, 100));
    assert_eq!(scene.arrivals(), (20, 80), "what was announced arrives by relay");
    assert_eq!(scene.node(lister).requested, []);
}

#[test]
fn what_relay_does_not_deliver_is_requested_as_listed() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..0);
    let liar = scene.connect(2, PLAIN, 0..0);
    scene.announce(liar, ids(0..10));
    scene.timer();
    let honest = scene.connect(3, PLAIN, 0..100);
    scene.list(lister, &ids(0..100));
    scene.settle();
    assert_eq!((scene.arrivals(), scene.node(honest).requested.len()), ((0, 100), 100));
}

#[test]
fn what_relay_loses_when_the_rest_of_the_list_is_here_is_requested_as_listed() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..100);
    let silent = scene.connect(2, PLAIN, 0..0);
    scene.node(silent).manner = Manner::Silent;
    scene.announce(silent, ids(0..10));
    scene.timer();
    scene.connect(3, PLAIN, 10..100);
    scene.list(lister, &ids(0..100));
    scene.pass(Duration::from_secs(16));
    scene.settle();
    assert_eq!((scene.arrivals(), scene.dones()), ((0, 90), vec![]));
    scene.disconnect(silent);
    scene.settle();
    assert_eq!(scene.arrivals(), (0, 100));
    assert_eq!(scene.dones(), [BootstrapProgress { listed: 100, fetched: 100, done: true }]);
}

#[test]
fn who_did_not_deliver_to_relay_is_not_asked_again_for_the_list() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..0);
    let lacking = scene.connect(2, PLAIN, 0..0);
    // Another one does not serve yet, so that what is queued for it waits.
    scene.connect_silently(3, 0..0);
    scene.announce(lacking, ids(300..310));
    scene.timer();
    scene.node(lacking).requests.clear();
    scene.list(lister, &ids(0..400));
    // Before the list is requested as far as there.
    let wtxids = ids(300..310).into_iter().map(Inventory::Wtx).collect();
    scene.say(lacking, &Input::NotFound(wtxids));
    scene.settle();
    let requested = scene.node(lacking).requested.clone();
    assert_eq!((requested.len(), requested.iter().collect::<HashSet<_>>().len()), (400, 400));
}

#[test]
fn an_answer_to_ordinary_relay_is_not_taken_for_a_late_one_of_a_list() {
    let mut scene = Scene::new();
    let lister = scene.connect(1, BLOOM, 0..0);
    let silent = scene.connect(2, PLAIN, 0..200);
    scene.node(silent).manner = Manner::Silent;
    scene.connect(3, PLAIN, 0..50);
    scene.list(lister, &ids(0..100));
    scene.pass(Duration::from_secs(16));
    scene.settle();
    assert_eq!((scene.arrivals(), scene.dones().len()), ((0, 50), 1), "the list is forgotten");
    // It answers again: first what is announced, then what was given up.
    let given_up = std::mem::take(&mut scene.node(silent).requests);
    assert!(!given_up.is_empty());
    scene.node(silent).manner = Manner::Honest;
    scene.announce(silent, ids(100..110));
    scene.settle();
    assert_eq!(scene.arrivals(), (10, 50));
    scene.node(silent).requests = given_up;
    scene.settle();
    assert_eq!(scene.arrivals(), (10, 100), "what nobody else had is here now");
    assert_eq!(scene.blame(), Vec::<&(PeerId, PeerEvent)>::new());
}
