use crate::event::{PeerEvent, PeerId};
use crate::model::peers::record::samples::MAX_SAMPLES;
use crate::model::peers::record::*;
use crate::model::peers::stats::PeerStats;
use crate::model::testing::{START, Scene, loose};
use crate::snapshot::{PeerListView, PeersView, Screen, View};
use crate::wire::TxHash;

fn stats(scene: &Scene, peer: u64) -> PeerStats {
    let window = PeerListView { height: 100, ..PeerListView::default() };
    let peers = PeersView { window, ..PeersView::default() };
    let screen = scene.snapshot(&View { screen: Screen::Peers, peers, ..View::default() }).peers.unwrap();
    screen.peers.rows.into_iter().find(|row| row.row.id == PeerId(peer)).unwrap().stats
}

#[test]
fn a_peer_takes_two_kilobytes() {
    let rings = 2 * MAX_SAMPLES * size_of::<u32>() + 60;
    assert!(
        size_of::<RelayRecord>() + size_of::<LivenessHistory>() + rings <= 2_200,
        "{}",
        size_of::<RelayRecord>()
    );
}

#[test]
fn the_first_announcer_has_the_credit_and_the_others_lag() {
    let mut scene = Scene::new();
    scene.connect_all(1..=3);
    for number in 0..4 {
        let tx = loose(number);
        scene.announce(1, &tx).pass(2).announce(2, &tx).deliver(1, &tx).pass(4).announce(3, &tx);
    }
    let (first, second, third) = (stats(&scene, 1), stats(&scene, 2), stats(&scene, 3));
    assert_eq!((first.all.first, first.all.confirmed, first.all.first_share()), (4, 4, Some(1.0)));
    assert_eq!((second.all.first_share(), third.all.first_share()), (Some(0.0), Some(0.0)));
    let lags = [first, second, third].map(|stats| stats.lag.unwrap().as_secs());
    assert_eq!(lags, [0, 2, 6]);
}

#[test]
fn a_transaction_that_never_came_counts_for_no_peer() {
    let mut scene = Scene::new();
    scene.connect(1).announce(1, &loose(1)).pass(1);
    scene.peer(1, PeerEvent::Requested { count: 4 }).peer(1, PeerEvent::NotFound { count: 1 });
    scene.peer(1, PeerEvent::RequestTimedOut { count: 2 });
    let all = stats(&scene, 1).all;
    assert_eq!((all.announced, all.confirmed, all.first_share()), (1, 0, None));
    assert_eq!((all.unserved(), all.not_found_rate()), (3, Some(0.25)));
}

#[test]
fn a_transaction_has_one_announcer_until_another_peer_announces_it() {
    let mut scene = Scene::new();
    scene.connect_all(1..=3);
    let (own, shared) = (loose(1), loose(2));
    scene.announce(1, &own).deliver(1, &own).announce(1, &shared).deliver(1, &shared);
    assert_eq!((stats(&scene, 1).all.only, stats(&scene, 1).recent.only), (2, 2));
    scene.pass(90).announce(2, &shared).announce(3, &shared);
    assert_eq!((stats(&scene, 1).all.only, stats(&scene, 1).recent.only), (1, 1));
    assert_eq!(stats(&scene, 2).all.only, 0);
}

#[test]
fn repeated_announcements_are_counted() {
    let mut scene = Scene::new();
    scene.connect_all(1..=2);
    let (pending, received) = (loose(1), loose(2));
    scene.announce(1, &received).deliver(1, &received).announce(1, &pending);
    assert_eq!(stats(&scene, 1).all.repeated, 0);
    scene.announce(1, &received).announce(1, &pending).announce(2, &received);
    assert_eq!((stats(&scene, 1).all.repeated, stats(&scene, 1).all.repeated_share()), (2, Some(0.5)));
    assert_eq!(stats(&scene, 2).all.repeated, 0);
}

#[test]
fn the_recent_part_is_forgotten_and_the_whole_is_not() {
    let mut scene = Scene::new();
    scene.connect(1).announce(1, &loose(1)).deliver(1, &loose(1)).pass(1_000);
    let stats = stats(&scene, 1);
    assert_eq!((stats.recent.served, stats.all.served), (0, 1));
    assert_eq!((stats.recent, stats.all.first), (RelayCounts::default(), 1));
}

#[test]
fn answers_are_compared_with_pings() {
    let mut scene = Scene::new();
    scene.connect(1);
    for ms in [10, 30, 20] {
        scene.peer(1, PeerEvent::Pong { rtt: Duration::from_millis(ms) });
    }
    for (number, ms) in (0_u32..).zip([90, 50, 70]) {
        let answered_after = Duration::from_millis(ms);
        scene.peer(1, PeerEvent::Transaction { tx: loose(number), answered_after });
    }
    let stats = stats(&scene, 1);
    let ms = |time: Option<Duration>| time.unwrap().as_millis();
    assert_eq!((ms(stats.ping.last), ms(stats.ping.min), ms(stats.ping.median)), (20, 10, 20));
    assert_eq!((ms(stats.ping.p95), ms(stats.ping.jitter)), (30, 15));
    assert_eq!((ms(stats.answer.median), ms(stats.answer.p95), ms(stats.answer.over_ping)), (70, 90, 50));
}

#[test]
fn changes_of_the_fee_filter_are_counted() {
    let mut scene = Scene::new();
    scene.connect(1);
    for sat_per_kvb in [100, 100, 1_000, 100] {
        scene.peer(1, PeerEvent::FeeFilter { sat_per_kvb });
    }
    let stats = stats(&scene, 1);
    assert_eq!((stats.fee_filter, stats.fee_filter_changes), (Some(100), 2));
}

#[test]
fn the_best_block_is_on_our_chain_and_leads_are_measured() {
    use crate::event::{BlockAnnouncement, EventKind, Tip};
    use crate::wire::BlockHash;
    let tip = Tip { hash: BlockHash([7; 32]), height: 900_001, time: 0 };
    let announced = || PeerEvent::BlockAnnounced { hash: tip.hash, by: BlockAnnouncement::Inv };
    let mut scene = Scene::new();
    scene.connect_all(1..=3);
    assert_eq!(stats(&scene, 1).best_height, None, "no chain is known to judge it by");
    scene.peer(1, announced()).happen(EventKind::Tip(tip));
    assert_eq!(stats(&scene, 1).best_height, Some(900_001));
    assert_eq!(stats(&scene, 2).best_height, Some(900_000), "as it message at the start");
    scene.pass(1).peer(2, announced());
    assert_eq!(stats(&scene, 2).best_height, Some(900_001));
    let leads = [1, 2, 3].map(|peer| stats(&scene, peer).block_lead);
    assert_eq!(leads, [Some(1_000), Some(-1_000), None]);
}

#[test]
fn an_announcement_under_both_names_is_one_transaction() {
    let mut scene = Scene::new();
    scene.connect_all(1..=2);
    let tx = loose(1);
    let by_txid = PeerEvent::Announced { txs: vec![TxHash::Txid(tx.txid())], count: 1 };
    scene.peer(2, by_txid).pass(3).announce(1, &tx).deliver(1, &tx);
    assert_eq!((stats(&scene, 1).all.first, stats(&scene, 2).all.first), (0, 1));
    assert_eq!(stats(&scene, 1).lag, Some(Duration::from_secs(3)));
    assert!(scene.now > START);
}
