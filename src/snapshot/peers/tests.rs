use crate::address::{AsDatabase, Host, PeerAddress, as_database_bytes};
use crate::event::{
    AddressNetwork, ConnectionKind, DisconnectReason, EventKind, PeerEvent, PeerId, PeerInfo,
};
use crate::model::Level;
use crate::model::testing::{Scene, address, info, loose};
use crate::snapshot::peers::*;
use crate::snapshot::{Screen, View};
use std::time::Duration;

const CLOCK: SortKey =
    SortKey { name: "clock", value: |peer| peer.stats.clock_offset.map(SortValue::Offset) };
const DIALS: SortKey =
    SortKey { name: "dials", value: |peer| Some(SortValue::Count(peer.stats.dials.into())) };
const ADDRESS: SortKey =
    SortKey { name: "address", value: |peer| Some(SortValue::Text(peer.row.address.to_string())) };

fn screen(scene: &Scene, by: SortKey, descending: bool, window: PeerListView) -> PeersScreen {
    let peers = PeersView { window, sort: PeerSort { by, descending }, ..PeersView::default() };
    *scene.snapshot(&View { screen: Screen::Peers, peers, ..View::default() }).peers.unwrap()
}

fn all() -> PeerListView {
    PeerListView { height: 100, ..PeerListView::default() }
}

fn order(scene: &Scene, by: SortKey, descending: bool) -> Vec<u64> {
    screen(scene, by, descending, all()).peers.rows.iter().map(|row| row.row.id.0).collect()
}

#[test]
fn a_screen_is_taken_only_when_it_is_shown() {
    assert_eq!(Scene::new().snapshot(&View::default()).peers, None);
}

#[test]
fn peers_are_sorted_both_ways_and_unknown_values_come_last() {
    let mut scene = Scene::new();
    scene.dial(1, 1).connect(2).connect(3).connect(4);
    for (peer, offset) in [(2, 30), (3, -5), (4, 7)] {
        let ready = PeerInfo { clock_offset: offset, ..info() };
        scene.peer(peer, PeerEvent::Ready(Box::new(ready)));
    }
    assert_eq!(order(&scene, CLOCK, false), [3, 4, 2, 1]);
    assert_eq!(order(&scene, CLOCK, true), [2, 4, 3, 1]);
    assert_eq!(order(&scene, ADDRESS, true), [4, 3, 2, 1]);
    assert_eq!(
        order(&scene, SortKey::default(), true),
        [1, 2, 3, 4],
        "without a value, the oldest comes first"
    );
}

#[test]
fn a_query_says_which_peers_are_listed_and_in_which_order() {
    let mut scene = Scene::new();
    scene
        .dial(1, 1)
        .connect_as(2, "/Satoshi:29.0.0/")
        .connect_as(3, "/btcd:0.24/")
        .connect_as(4, "/Satoshi:30.0.0/");
    let listed = |text: &str| {
        let query = Some(Arc::new(Query::parse(text).unwrap()));
        let peers = PeersView { window: all(), query, ..PeersView::default() };
        let screen = scene.snapshot(&View { screen: Screen::Peers, peers, ..View::default() }).peers.unwrap();
        assert_eq!(screen.known, 4);
        screen.peers.rows.iter().map(|row| row.row.id.0).collect::<Vec<_>>()
    };
    assert_eq!(listed("agent ~ satoshi sort -agent"), [4, 2]);
    assert_eq!(listed("state != live"), [1]);
    assert_eq!(listed("sort agent"), [2, 4, 3, 1], "the agent of the last one is unknown");
}

#[test]
fn the_window_follows_the_selected_peer_through_the_order() {
    let mut scene = Scene::new();
    scene.connect_all(0..50);
    let window = PeerListView { offset: 0, height: 10, selected: Some(PeerId(3)) };
    let shown = screen(&scene, SortKey::default(), true, window).peers;
    assert_eq!((shown.offset, shown.selected, shown.total), (Some(0), Some(3), 50));
    let window = PeerListView { offset: 0, height: 10, selected: Some(PeerId(30)) };
    let shown = screen(&scene, DIALS, false, window).peers;
    assert_eq!(shown.rows[shown.selected.unwrap()].row.id, PeerId(30));
    assert!(shown.more_above && shown.more_below);
}

#[test]
fn a_short_lived_connection_is_marked_and_its_end_is_no_loss() {
    let mut scene = Scene::new();
    scene.connect(1).connect_for_list(2);
    let rows = screen(&scene, DIALS, true, all()).peers.rows;
    let kinds: Vec<_> = rows.iter().map(|row| (row.row.id.0, row.row.kind)).collect();
    assert_eq!(kinds, [(1, ConnectionKind::Outbound), (2, ConnectionKind::MempoolFetch)]);
    scene.lose(2, DisconnectReason::NoMempoolList, None);
    assert_eq!(screen(&scene, DIALS, true, all()).disconnected, []);
    assert_eq!(scene.all().overview.notices[0].entry.notice.level(), Level::Info);
}

#[test]
fn disconnected_peers_have_the_reason_and_the_next_attempt() {
    let mut scene = Scene::new();
    scene.connect_all(1..=3).lose(2, DisconnectReason::PingTimeout, Some(60)).pass(10);
    scene.lose(3, DisconnectReason::ClosedByPeer, None).pass(5);
    let disconnected = screen(&scene, SortKey::default(), false, all()).disconnected;
    let listed: Vec<_> =
        disconnected.iter().map(|peer| (peer.id.0, peer.reason.clone(), peer.retry_in)).collect();
    let retry = Some(Duration::from_secs(45));
    assert_eq!(
        listed,
        [(3, DisconnectReason::ClosedByPeer, None), (2, DisconnectReason::PingTimeout, retry)]
    );
    assert_eq!(
        (disconnected[1].disconnected_for, &disconnected[1].address),
        (Duration::from_secs(15), &address(2))
    );
}

#[test]
fn address_counts_are_the_latest_ones() {
    let mut scene = Scene::new();
    let size = |good| AddressCounts { network: AddressNetwork::Onion, untried: 7, good, failing: 1 };
    scene.happen(EventKind::Addresses(vec![size(1)])).happen(EventKind::Addresses(vec![size(2)]));
    assert_eq!(screen(&scene, SortKey::default(), false, all()).address_counts, [size(2)]);
}

#[test]
fn the_heat_map_has_a_cell_for_each_peer_and_transaction() {
    let mut scene = Scene::new();
    scene.connect_all(1..=4);
    let tx = loose(1);
    scene.announce(2, &tx).deliver(2, &tx).pass(1).announce(1, &tx).pass(6).announce(3, &tx);
    let heat = screen(&scene, SortKey::default(), false, all()).heat;
    let cells: Vec<_> = heat.rows.iter().map(|cells| cells[0]).collect();
    assert_eq!(cells, [HeatCell::Within1s, HeatCell::First, HeatCell::Within15s, HeatCell::Silent]);
    for number in 2..200 {
        scene.deliver(1, &loose(number));
    }
    let heat = screen(&scene, SortKey::default(), false, all()).heat;
    assert_eq!(heat.transactions.len(), HeatMap::TRANSACTIONS);
    assert!(heat.transactions.is_sorted() && heat.rows.iter().all(|cells| cells.len() == 50));
}

#[test]
fn with_a_database_peers_are_grouped_by_autonomous_system() {
    let mut scene = Scene::new();
    let database = AsDatabase::of_bytes(as_database_bytes("Test-ASN", "Example")).unwrap();
    scene.model = scene.model.with_as_database(Arc::new(database));
    for (peer, host) in [(1, "203.0.113.5"), (2, "203.0.7.7"), (3, "198.51.100.9")] {
        let address = PeerAddress { host: Host::from_ip(host.parse().unwrap()), port: 8333 };
        let kind = ConnectionKind::Outbound;
        scene.peer(peer, PeerEvent::Dialling { address, kind, attempt: 1 });
    }
    let peers =
        PeersView { window: all(), grouping: Some(Grouping::AutonomousSystem), ..PeersView::default() };
    let screen = *scene.snapshot(&View { screen: Screen::Peers, peers, ..View::default() }).peers.unwrap();
    let groups: Vec<_> = screen.groups.iter().map(|group| (group.name.0.as_deref(), group.peers)).collect();
    assert_eq!(groups, [(Some("AS64500 Example"), 2), (None, 1)]);
    assert!(screen.has_autonomous_systems);
}

#[test]
fn a_group_lists_its_own_peers_and_the_query_narrows_the_groups() {
    let mut scene = Scene::new();
    scene
        .connect_as(1, "/Satoshi:29.0.0/")
        .connect_as(2, "/btcd:0.24/")
        .connect_as(3, "/Satoshi:29.0.0/")
        .dial(4, 1);
    let take = |view: PeersView| {
        let peers = PeersView { window: all(), ..view };
        *scene.snapshot(&View { screen: Screen::Peers, peers, ..View::default() }).peers.unwrap()
    };
    let named = |screen: &PeersScreen| -> Vec<(Option<String>, usize, usize)> {
        screen.groups.iter().map(|group| (group.name.0.clone(), group.live, group.peers)).collect()
    };
    let by = Grouping::Version;
    let all = take(PeersView { grouping: Some(by), ..PeersView::default() });
    let group = |name: &str, count| (Some(name.to_owned()), count, count);
    assert_eq!(named(&all), [group("Satoshi:29.0.0", 2), group("btcd:0.24", 1), (None, 0, 1)]);
    let query = Some(Arc::new(Query::parse("state = live").unwrap()));
    let live = take(PeersView { grouping: Some(by), query, ..PeersView::default() });
    assert_eq!(named(&live).len(), 2);
    let listed = |name: GroupName| -> Vec<u64> {
        let screen = take(PeersView { within: Some((by, name)), ..PeersView::default() });
        screen.peers.rows.iter().map(|row| row.row.id.0).collect()
    };
    assert_eq!(listed(GroupName(Some("Satoshi:29.0.0".to_owned()))), [1, 3]);
    assert_eq!(listed(GroupName(None)), [4]);
}

#[test]
fn the_shares_of_the_groups_in_what_was_announced_first_make_up_the_whole() {
    let mut scene = Scene::new();
    scene.connect_as(1, "/a/").connect_as(2, "/a/").connect_as(3, "/b/");
    for (number, first) in [(1, 1), (2, 2), (3, 2), (4, 3)] {
        let tx = loose(number);
        scene.announce(first, &tx).pass(1);
        for other in (1..=3).filter(|peer| *peer != first) {
            scene.announce(other, &tx);
        }
        scene.deliver(first, &tx);
    }
    let shares = |query: Option<&str>| -> Vec<Option<f32>> {
        let query = query.map(|text| Arc::new(Query::parse(text).unwrap()));
        let peers =
            PeersView { window: all(), grouping: Some(Grouping::Version), query, ..PeersView::default() };
        let screen = scene.snapshot(&View { screen: Screen::Peers, peers, ..View::default() }).peers.unwrap();
        screen.groups.iter().map(|group| group.first).collect()
    };
    assert_eq!(shares(None), [Some(0.75), Some(0.25)]);
    assert_eq!(shares(Some("agent ~ b")), [Some(0.25)], "of what any peer announced first");
}
