//! The health of the connection, and advice.

use crate::chain::Network;
use crate::event::{DisconnectReason, EventKind, PeerEvent, SeedFailure};
use crate::model::ModelSettings;
use crate::model::notice::{Level, Notice};
use crate::model::peers::health::Health;
use crate::model::testing::*;
use crate::tui::{Unit, wording};
use std::time::Duration;

fn seed(scene: &mut Scene, name: &str, answer: Result<usize, &str>) {
    let answer = answer.map_err(|why| SeedFailure::Lookup(why.to_owned()));
    scene.happen(EventKind::Seed { name: name.to_owned(), answer });
}

fn discovering() -> Scene {
    Scene::with(ModelSettings { network: Network::Signet, chosen_peers: false, ..settings() })
}

fn advice(scene: &Scene) -> Vec<String> {
    match scene.all().health {
        Health::Unreachable(unreachable) => wording::unreachable::advice(&unreachable),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_seconds_are_connecting_and_then_live() {
    let mut scene = Scene::new();
    assert_eq!(scene.all().health, Health::Connecting);
    scene.pass(1).connect(1);
    assert_eq!(scene.all().health, Health::Live);
}

#[test]
fn if_all_sensors_are_silent_all_are_stale_until_a_message_comes() {
    let mut scene = Scene::new();
    scene.connect(1).connect(2).pass(61).peer(1, PeerEvent::Pinged);
    assert_eq!(scene.all().health, Health::Stale { silent_for: Duration::from_secs(61) });
    scene.peer(2, PeerEvent::Pong { rtt: Duration::from_secs(1) });
    assert_eq!(scene.all().health, Health::Live);
}

#[test]
fn a_chosen_peer_that_refuses_is_listed_with_the_reason() {
    let mut scene = Scene::new();
    scene.dial(1, 1).lose(1, DisconnectReason::Refused, Some(1));
    assert_eq!(scene.all().health, Health::Connecting, "it is early");
    scene.pass(6).dial(1, 2);
    let advice = advice(&scene);
    assert_eq!(advice[0], "203.0.113.1:8333: connection refused");
    assert!(advice.iter().any(|line| line.contains("on regtest?")), "{advice:?}");
    assert!(advice.iter().any(|line| line.contains("mempulse demo")), "{advice:?}");
    scene.connect(1);
    assert_eq!(scene.all().health, Health::Live);
}

#[test]
fn a_lost_peer_is_given_a_moment_before_all_is_called_unreachable() {
    let mut scene = Scene::new();
    scene.connect(1).pass(100).lose(1, DisconnectReason::ClosedByPeer, Some(1)).pass(1).dial(1, 1);
    assert_eq!(scene.all().health, Health::Connecting);
    scene.lose(1, DisconnectReason::Refused, Some(2)).pass(5);
    advice(&scene);
}

#[test]
fn seeds_that_fail_are_named() {
    let mut scene = discovering();
    let [first, second] = Network::Signet.dns_seeds() else { panic!("signet has two seeds") };
    seed(&mut scene, first, Err("no such host"));
    scene.pass(6);
    assert_eq!(scene.all().health, Health::Connecting, "one seed may still answer");
    seed(&mut scene, second, Ok(0));
    let advice = advice(&scene);
    assert!(advice.contains(&format!("seed {first}: no such host")), "{advice:?}");
    assert!(advice.contains(&format!("seed {second}: no usable address")), "{advice:?}");
    assert!(advice.iter().any(|line| line.contains("38333")), "{advice:?}");
    assert!(advice.iter().any(|line| line.contains("--peer")), "{advice:?}");
}

#[test]
fn addresses_that_never_answer_end_the_wait() {
    let mut scene = discovering();
    seed(&mut scene, "seed.signet.example", Ok(20));
    for peer in 0..31 {
        scene.pass(1).dial(peer, 1).dial(peer + 100, 1);
        scene.lose(peer, DisconnectReason::DialTimeout(Duration::from_secs(5)), None);
    }
    let advice = advice(&scene);
    assert!(advice.iter().any(|line| line.contains("no answer to the dial within 5 s")), "{advice:?}");
    assert!(advice.iter().any(|line| line == "and 12 more addresses"), "{advice:?}");
    assert_eq!(scene.events()[0], "203.0.113.30:8333 not reached: no answer to the dial within 5 s ×31");
}

#[test]
fn a_network_without_seeds_asks_for_a_peer() {
    let mut scene = Scene::with(ModelSettings { chosen_peers: false, ..settings() });
    scene.pass(6);
    assert_eq!(advice(&scene)[0], "regtest has no DNS seeds: give a node with --peer HOST:PORT");
}

#[test]
fn backfill_has_progress_while_it_is_under_way_and_a_notice_at_its_end() {
    let mut scene = Scene::new();
    let mut state = |fetched, given_up| {
        scene.happen(EventKind::Backfill { fetched, requested: 1_000, given_up });
        let shown = scene.all();
        let line = shown
            .overview
            .notices
            .first()
            .map(|row| (row.entry.notice.level(), wording::notice::entry(&row.entry, Unit::Sat)));
        (shown.backfill.map(|progress| progress.fetched), line)
    };
    assert_eq!(state(0, 0), (Some(0), None));
    assert_eq!(state(998, 0), (Some(998), None));
    assert_eq!(state(1_000, 0), (None, Some((Level::Info, "backfill: 1,000 blocks".to_owned()))));
    let text = "backfill: 998 of 1,000 blocks, no peer serves the others".to_owned();
    assert_eq!(state(998, 2), (None, Some((Level::Warning, text))));
}

#[test]
fn anomalies_found_together_are_reported_in_the_order_of_the_peers() {
    let mut scene = Scene::new();
    scene.connect_all(1..40);
    for peer in 1..40 {
        scene.peer(peer, PeerEvent::FeeFilter { sat_per_kvb: if peer > 30 { 900_000 } else { 1_000 } });
    }
    scene.pass(60).peer(1, PeerEvent::Pinged);
    let snapshot = scene.all();
    let found = snapshot.overview.notices.iter().rev().filter_map(|row| match row.entry.notice {
        Notice::Anomaly { peer, .. } => Some(peer.0),
        _ => None,
    });
    assert_eq!(found.collect::<Vec<_>>(), (31..40).collect::<Vec<_>>());
}
