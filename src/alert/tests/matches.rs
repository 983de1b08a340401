//! When rules about transactions, blocks, peers and the watch list fire.

use super::*;

fn txids(items: &[AlertItem]) -> Vec<crate::wire::Txid> {
    let txid = |item: &AlertItem| match item {
        AlertItem::Transaction(txid) => *txid,
        other => panic!("{other:?}"),
    };
    items.iter().map(txid).collect()
}

#[test]
fn each_transaction_that_arrives_and_matches_is_reported_once() {
    let mut desk = Desk::new(&["transactions: value >= 1000; cooldown 0s"]);
    desk.scene.connect(1);
    let [small, large] = [spend(&[coin(1)], &[5]), spend(&[coin(2)], &[2_000])];
    assert_eq!(desk.arrives(&small), []);
    assert_eq!(txids(&desk.arrives(&large)), [large.txid()]);
    assert_eq!(desk.arrives(&large), []);
}

#[test]
fn a_transaction_is_reported_once_its_fee_is_known_to_match() {
    let mut desk = Desk::new(&["transactions: fee = 4000; cooldown 0s"]);
    desk.scene.connect(1);
    let parent = spend(&[coin(1)], &[5_000]);
    let child = spend(&[output(&parent, 0)], &[1_000]);
    assert_eq!(desk.arrives(&child), []);
    let tx = Arc::clone(&parent);
    let found = desk.happens(EventKind::Peer(PeerId(1), PeerEvent::Parent { tx }));
    assert_eq!(txids(&found), [child.txid()]);
}

#[test]
fn what_waited_before_startup_is_not_reported() {
    let mut desk = Desk::new(&["transactions; cooldown 0s"]);
    desk.scene.connect(1);
    let tx = loose(1);
    assert_eq!(desk.happens(EventKind::Peer(PeerId(1), PeerEvent::Bootstrapped { tx })), []);
    assert_eq!(desk.arrives(&loose(2)).len(), 1);
}

#[test]
fn matches_during_the_cool_down_are_counted_and_named_by_the_next_alert() {
    let mut desk = Desk::new(&["transactions; cooldown 1m"]);
    desk.scene.connect(1);
    let reported: usize = (1..=5).map(|number| desk.arrives(&loose(number)).len()).sum();
    assert_eq!(reported, 1);
    desk.scene.pass(60);
    let tx = loose(6);
    let event = EventKind::Peer(PeerId(1), PeerEvent::Parent { tx });
    let event = Event { time: desk.scene.now, kind: event };
    let outcome = desk.scene.model.apply(&event);
    let firings = desk.alerts.after(Some(&event.kind), &outcome, &desk.scene.model, desk.scene.now);
    assert_eq!(firings.iter().map(|firing| firing.alert.skipped).collect::<Vec<_>>(), [4]);
}

#[test]
fn a_flood_of_matches_makes_ten_alerts_a_second() {
    let mut desk = Desk::new(&["transactions; cooldown 0s"]);
    desk.scene.connect(1);
    let reported: usize = (1..=50).map(|number| desk.arrives(&loose(number)).len()).sum();
    assert_eq!(reported, MAX_PER_SECOND);
}

#[test]
fn a_block_by_a_pool_is_reported() {
    let mut desk = Desk::new(&["blocks: pool ~ \"foundry\""]);
    desk.scene.connect(1);
    let by = |tag: &[u8]| {
        let mut block = crate::wire::Block::clone(&block(&[]));
        let mut coinbase = crate::model::testing::parts(&[crate::wire::OutPoint::NULL], &[5_000]);
        coinbase.inputs[0].script_sig = [&[1, 2], tag].concat();
        block.transactions[0] = coinbase.build().unwrap();
        Arc::new(block)
    };
    let happens =
        |desk: &mut Desk, height, block| desk.happens(EventKind::Block { peer: PeerId(1), height, block });
    assert_eq!(happens(&mut desk, 9, by(b"/ViaBTC/")), []);
    let found = happens(&mut desk, 10, by(b"Foundry USA Pool #dropgold/"));
    let [AlertItem::Block { height: 10, pool: Some(pool), .. }] = &found[..] else { panic!("{found:?}") };
    assert_eq!(*pool, "Foundry USA");
}

#[test]
fn a_new_block_is_reported_and_a_past_one_is_not() {
    let mut desk = Desk::new(&["blocks: transactions = 1"]);
    desk.scene.connect(1);
    let peer = PeerId(1);
    assert_eq!(desk.happens(EventKind::PastBlock { peer, height: 8, block: block(&[]) }), []);
    let found = desk.happens(EventKind::Block { peer, height: 9, block: block(&[]) });
    assert!(matches!(found[..], [AlertItem::Block { height: 9, .. }]), "{found:?}");
    assert_eq!(desk.happens(EventKind::Block { peer, height: 10, block: block(&[&loose(1)]) }), []);
}

#[test]
fn a_reorg_is_reported_to_a_rule_about_stale_blocks() {
    let mut desk = Desk::new(&["blocks: stale", "blocks: transactions = 1"]);
    desk.scene.connect(1);
    let block = block(&[]);
    let hash = block.hash;
    assert_eq!(desk.happens(EventKind::Block { peer: PeerId(1), height: 9, block }).len(), 1);
    let tip = Tip { hash: BlockHash([2; 32]), height: 9, time: 0 };
    let found = desk.happens(EventKind::BlocksDisconnected { blocks: vec![(9, hash)], tip });
    assert!(matches!(found[..], [AlertItem::Block { height: 9, .. }]), "{found:?}");
}

#[test]
fn a_target_that_receives_is_reported() {
    let mut desk = Desk::new(&["watch: event = arrived and received > 0"]);
    desk.scene.connect(1);
    assert_eq!(desk.watch("51"), []);
    let paying = spend(&[coin(1)], &[700]);
    let found = desk.arrives(&paying);
    let [AlertItem::Watch(found)] = &found[..] else { panic!("{found:?}") };
    assert_eq!((found.txid, found.received), (paying.txid(), 700));
    assert_eq!(desk.happens(EventKind::Block { peer: PeerId(1), height: 9, block: block(&[&paying]) }), []);
}

#[test]
fn a_peer_is_reported_when_it_begins_to_match() {
    let mut desk = Desk::new(&["peers: state = live and agent ~ knots; cooldown 0s"]);
    desk.scene.connect_as(1, "/Knots:29/");
    assert_eq!(desk.look(10), [], "it matched when the rule began");
    desk.scene.connect_as(2, "/Satoshi:30.0.0/").connect_as(3, "/Knots:29/");
    let found = desk.look(10);
    assert!(matches!(found[..], [AlertItem::Peer { peer: PeerId(3), .. }]), "{found:?}");
    assert_eq!(desk.rows(), [(RuleState::Holds(2), 1)]);
    desk.scene.lose(3, DisconnectReason::PingTimeout, None);
    assert_eq!(desk.look(10), []);
    assert_eq!(desk.rows(), [(RuleState::Holds(1), 1)]);
}
