use crate::event::{EventKind, Misbehaviour, PeerEvent, PeerInfo, Tip};
use crate::model::peers::anomaly::*;
use crate::model::testing::{START, Scene, info};
use crate::wire::BlockHash;
use crate::wire::transaction::TransactionError;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn is_unusual(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Unusual(_))
}

#[test]
fn latency_is_compared_with_its_usual_value() {
    let of = |pings, ping, usual| {
        latency(&Figures { pings, ping: Some(ms(ping)), usual_ping: Some(ms(usual)), ..Figures::default() })
    };
    assert!(is_unusual(&of(60, 900, 40)));
    assert!(!is_unusual(&of(60, 900, 300)), "three times");
    assert!(!is_unusual(&of(60, 400, 20)), "half a second is nothing");
    assert!(!is_unusual(&of(8, 900, 40)), "too few pings");
    assert_eq!((of(60, 300, 100), of(60, 150, 100)), (Verdict::Between, Verdict::Normal));
}

#[test]
fn a_clock_offset_is_an_anomaly_beyond_seventy_minutes() {
    assert!(
        is_unusual(&clock(Some(4_201), None))
            && is_unusual(&clock(Some(-4_201), Some(0)))
            && is_unusual(&clock(Some(i64::MIN), Some(7)))
    );
    assert_eq!((clock(Some(4_200), None), clock(None, None)), (Verdict::Normal, Verdict::Normal));
    assert_eq!(clock(Some(259_200), Some(259_100)), Verdict::Normal, "it is our clock that is wrong");
}

#[test]
fn a_fee_filter_is_an_anomaly_beyond_ten_times_the_median() {
    let of = |fee, others| fee_filter(Some((fee, others)));
    assert!(is_unusual(&of(10_001, 1_000)) && is_unusual(&of(99, 1_000)) && is_unusual(&of(0, 1_000)));
    assert_eq!((of(100, 1_000), of(1_000, 100)), (Verdict::Between, Verdict::Between), "both defaults");
    assert_eq!(
        (of(500, 1_000), of(0, 0), of(1_000, 1_000)),
        (Verdict::Normal, Verdict::Normal, Verdict::Normal)
    );
}

#[test]
fn a_flood_is_more_than_core_announces_and_not_at_the_start() {
    let of = |announced, minutes| {
        inv_flood(&Figures { announced, connected_for: Duration::from_mins(minutes), ..Figures::default() })
    };
    assert!(is_unusual(&of(12_001, 6)));
    assert_eq!(
        (of(50_000, 4), of(12_000, 6), of(6_000, 6)),
        (Verdict::Normal, Verdict::Between, Verdict::Normal)
    );
}

#[test]
fn an_anomaly_is_reported_once_until_the_figures_were_clearly_normal() {
    let mut detector = AnomalyDetector::default();
    let mut check = |second, ping| {
        let figures =
            Figures { pings: 60, ping: Some(ms(ping)), usual_ping: Some(ms(40)), ..Figures::default() };
        detector.check(START + Duration::from_secs(second), &[(PeerId(1), figures)]).len()
    };
    let checks = [(0, 900), (10, 950), (20, 300), (30, 900), (40, 40), (50, 900)];
    assert_eq!(checks.map(|(second, ping)| check(second, ping)), [1, 0, 0, 0, 0, 1]);
}

#[test]
fn anomalies_of_a_disconnected_peer_are_forgotten() {
    let mut detector = AnomalyDetector::default();
    let figures = || Figures { clock_offset: Some(9_999), ..Figures::default() };
    assert_eq!(detector.check(START, &[(PeerId(1), figures())]).len(), 1);
    assert_eq!(detector.check(START, &[]).len(), 0);
    assert!(detector.states.is_empty());
}

/// Lets time pass, with pongs of all peers.
fn run(scene: &mut Scene, peers: std::ops::RangeInclusive<u64>, minutes: u64, rtt: Duration) {
    for _ in 0..2 * minutes {
        scene.pass(30);
        for peer in peers.clone() {
            scene.peer(peer, PeerEvent::Pinged).peer(peer, PeerEvent::Pong { rtt });
        }
    }
}

fn lines(scene: &Scene, about: &str) -> Vec<String> {
    scene.events().into_iter().filter(|line| line.contains(about)).collect()
}

#[test]
fn ordinary_peers_raise_nothing() {
    let mut scene = Scene::new();
    scene.connect_all(1..=4);
    let before = scene.events();
    for peer in 1..=4 {
        scene.peer(peer, PeerEvent::FeeFilter { sat_per_kvb: if peer < 3 { 100 } else { 1_000 } });
        scene.peer(peer, PeerEvent::Announced { txs: Vec::new(), count: 5_000 });
    }
    scene.happen(EventKind::Tip(Tip { hash: BlockHash([1; 32]), height: 900_000, time: 0 }));
    run(&mut scene, 1..=4, 30, ms(80));
    assert_eq!(scene.events(), before);
}

#[test]
fn a_peer_without_the_last_blocks_is_reported_after_ten_minutes() {
    let mut scene = Scene::new();
    scene.connect_all(1..=3);
    let behind = PeerInfo { start_height: 899_990, ..info() };
    scene.connect(4).peer(4, PeerEvent::Ready(Box::new(behind)));
    scene.happen(EventKind::Tip(Tip { hash: BlockHash([1; 32]), height: 900_000, time: 0 }));
    run(&mut scene, 1..=4, 9, ms(80));
    assert_eq!(lines(&scene, "stale tip"), [""; 0]);
    run(&mut scene, 1..=4, 30, ms(80));
    let line = "203.0.113.4:8333: stale tip: at 899,990, the others at 900,000";
    assert_eq!(lines(&scene, "stale tip"), [line]);
}

#[test]
fn a_latency_jump_is_reported_once() {
    let mut scene = Scene::new();
    scene.connect(1);
    run(&mut scene, 1..=1, 20, ms(40));
    run(&mut scene, 1..=1, 5, ms(900));
    assert_eq!(lines(&scene, "latency"), ["203.0.113.1:8333: latency jumped to 900 ms, usually 40 ms"]);
}

#[test]
fn a_wrong_clock_an_unusual_fee_filter_and_a_flood_are_reported() {
    let mut scene = Scene::new();
    scene.connect_all(1..=4).peer(4, PeerEvent::Ready(Box::new(PeerInfo { clock_offset: -7_202, ..info() })));
    for peer in 1..=4 {
        scene.peer(peer, PeerEvent::FeeFilter { sat_per_kvb: if peer == 4 { 50_000 } else { 1_000 } });
    }
    run(&mut scene, 1..=4, 6, ms(40));
    scene.peer(4, PeerEvent::Announced { txs: Vec::new(), count: 20_000 });
    run(&mut scene, 1..=4, 3, ms(40));
    assert_eq!(lines(&scene, "clock"), ["203.0.113.4:8333: clock is 120 min behind"]);
    let fees = "203.0.113.4:8333: fee filter 50,000 sat/kvB, the others' median is 1,000 sat/kvB";
    assert_eq!(lines(&scene, "fee filter"), [fees]);
    let flood = "203.0.113.4:8333: floods with announcements: 20,000 in a minute";
    assert_eq!(lines(&scene, "floods"), [flood]);
}

#[test]
fn invalid_and_unrequested_data_take_one_line_each() {
    let mut scene = Scene::new();
    scene.connect(1);
    for _ in 0..20 {
        scene.peer(1, PeerEvent::Tolerated(Misbehaviour::UnrequestedTransaction));
        scene.peer(1, PeerEvent::Tolerated(Misbehaviour::InvalidTransaction(TransactionError::NoInputs)));
    }
    assert_eq!(lines(&scene, "unrequested"), ["203.0.113.1:8333: unrequested transaction ×20"]);
    assert_eq!(lines(&scene, "invalid"), ["203.0.113.1:8333: invalid transaction: no inputs ×20"]);
}
