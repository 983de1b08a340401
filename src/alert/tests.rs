//! When rules fire, and their syntax.

use super::*;
use crate::event::{
    AlertCommand, AlertId, BootstrapProgress, Command, DisconnectReason, Event, EventKind, PeerEvent, PeerId,
    Tip, WatchTarget,
};
use crate::model::testing::{Scene, block, coin, loose, output, spend};
use crate::model::{AlertItem, Change};
use crate::query::QueryError;
use crate::util::time::Timestamp;
use crate::wire::{BlockHash, Transaction};
use proptest::prelude::*;
use std::sync::Arc;

/// A scene with rules.
struct Desk {
    scene: Scene,
    alerts: Alerts,
}

impl Desk {
    fn new(rules: &[&str]) -> Self {
        let scene = Scene::new();
        let mut alerts = Alerts::default();
        for rule in rules {
            assert!(alerts.add(Rule::parse(rule).unwrap(), Origin::Settings, scene.now));
        }
        Self { scene, alerts }
    }

    /// Applies an event, and returns the alerts.
    fn happens(&mut self, kind: EventKind) -> Vec<AlertItem> {
        let event = Event { time: self.scene.now, kind };
        let outcome = self.scene.model.apply(&event);
        items(&self.alerts.after(Some(&event.kind), &outcome, &self.scene.model, self.scene.now))
    }

    fn arrives(&mut self, tx: &Arc<Transaction>) -> Vec<AlertItem> {
        let answered_after = Duration::from_millis(5);
        let tx = Arc::clone(tx);
        self.happens(EventKind::Peer(PeerId(1), PeerEvent::Transaction { tx, answered_after }))
    }

    fn watch(&mut self, target: &str) -> Vec<AlertItem> {
        let target = WatchTarget::parse(target, self.scene.model.settings().network).unwrap();
        let outcome = self.scene.model.command(&Command::Watch(vec![target]), self.scene.now);
        items(&self.alerts.after(None, &outcome, &self.scene.model, self.scene.now))
    }

    /// Lets some seconds pass, checking after each.
    fn look(&mut self, seconds: u64) -> Vec<AlertItem> {
        let mut found = Vec::new();
        for _ in 0..seconds {
            self.scene.pass(1);
            found.extend(items(&self.alerts.look(&self.scene.model, self.scene.now)));
        }
        found
    }

    fn rows(&self) -> Vec<(RuleState, u64)> {
        self.alerts.rows(self.scene.now).iter().map(|row| (row.state, row.fired)).collect()
    }
}

fn items(firings: &[Firing]) -> Vec<AlertItem> {
    firings.iter().map(|firing| firing.alert.item.clone()).collect()
}

fn txids(items: &[AlertItem]) -> Vec<crate::wire::Txid> {
    let txid = |item: &AlertItem| match item {
        AlertItem::Transaction(txid) => *txid,
        other => panic!("{other:?}"),
    };
    items.iter().map(txid).collect()
}

fn tip(time: u32) -> EventKind {
    EventKind::Tip(Tip { hash: BlockHash([1; 32]), height: 9, time })
}

#[test]
fn fewer_live_peers_are_reported_when_they_become_fewer_and_again_after_a_recovery() {
    let mut desk = Desk::new(&["figures: live_peers < 2; cooldown 0s"]);
    assert_eq!(desk.look(20), [], "no peer is connected yet");
    desk.scene.connect_all([1, 2]);
    assert_eq!(desk.look(3), []);
    desk.scene.lose(2, DisconnectReason::PingTimeout, None);
    let found = desk.look(30);
    let [AlertItem::Figures(figures)] = &found[..] else { panic!("{found:?}") };
    assert_eq!((figures[0].name, figures[0].value), ("live_peers", Some(1.0)));
    desk.scene.connect(3);
    assert_eq!(desk.look(2), []);
    desk.scene.lose(3, DisconnectReason::PingTimeout, None);
    assert_eq!(desk.look(30).len(), 1);
    assert_eq!(desk.rows(), [(RuleState::Holds(0), 2)]);
}

#[test]
fn what_holds_from_the_start_is_reported_once_after_the_warm_up() {
    let mut desk = Desk::new(&["figures: live_peers < 5"]);
    assert_eq!(desk.look(WARM_UP.as_secs() - 1), []);
    assert_eq!(desk.look(1_000).len(), 1);
}

#[test]
fn a_cheap_next_block_is_reported_when_the_estimate_falls() {
    let mut desk = Desk::new(&["figures: next_block < 3; cooldown 0s"]);
    let funds = spend(&[coin(1)], &[100_000, 100_000]);
    let [dear, cheap] = [0, 1].map(|vout| spend(&[output(&funds, vout)], &[99_000 + u64::from(vout) * 900]));
    desk.scene.connect(1);
    assert_eq!(desk.look(5), [], "there is no estimate");
    desk.scene.deliver_all(1, [&dear, &cheap]).mine(5, &[&funds]).pass(120);
    let is_known = |desk: &Desk| desk.rows()[0].0 != RuleState::Unknown;
    let found = desk.look(1);
    assert!(is_known(&desk), "{:?}", desk.scene.model.estimates());
    println!("{found:?} {:?}", desk.scene.model.estimates());
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
fn an_old_tip_is_reported_and_an_unknown_one_is_not() {
    let mut desk = Desk::new(&["figures: tip_age > 60m; cooldown 1h"]);
    assert_eq!(desk.look(WARM_UP.as_secs() + 9), [], "no tip is known");
    let mined = u32::try_from(desk.scene.now.as_secs()).unwrap();
    assert_eq!(desk.happens(tip(mined)), []);
    assert_eq!(desk.look(3_600), []);
    assert_eq!(desk.look(1).len(), 1);
    assert_eq!(desk.look(1_000), []);
}

#[test]
fn a_change_during_the_cool_down_is_reported_at_its_end_if_it_still_holds() {
    let mut desk = Desk::new(&["figures: live_peers < 1; cooldown 1m"]);
    let lose = |desk: &mut Desk, peer| {
        desk.scene.connect(peer);
        assert_eq!(desk.look(1), []);
        desk.scene.lose(peer, DisconnectReason::PingTimeout, None);
    };
    lose(&mut desk, 1);
    assert_eq!(desk.look(1).len(), 1);
    lose(&mut desk, 2);
    assert_eq!(desk.look(58), []);
    assert_eq!(desk.look(1).len(), 1);
    lose(&mut desk, 3);
    desk.scene.connect(4);
    assert_eq!(desk.look(100), [], "it holds no longer");
}

#[test]
fn figures_of_the_mempool_wait_until_it_is_loaded_and_others_do_not() {
    let mut desk =
        Desk::new(&["figures: transactions < 1; name mempool", "figures: live_peers < 1; name peers"]);
    let progress = |done| EventKind::Bootstrap(BootstrapProgress { done, ..BootstrapProgress::default() });
    desk.happens(progress(false));
    assert_eq!(desk.look(WARM_UP.as_secs() + 9).len(), 1);
    assert_eq!(desk.rows(), [(RuleState::Unknown, 0), (RuleState::CoolingDown(Duration::from_secs(591)), 1)]);
    desk.happens(progress(true));
    assert_eq!(desk.look(1).len(), 1);
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

#[test]
fn a_rule_that_is_switched_off_is_silent_and_what_it_missed_is_no_change() {
    let mut desk = Desk::new(&["figures: live_peers < 1; cooldown 0s", "transactions; off"]);
    desk.scene.connect(1);
    assert_eq!(desk.arrives(&loose(1)), []);
    desk.look(1);
    let switch = |desk: &mut Desk, id| {
        let firing =
            desk.alerts.command(&AlertCommand::Switch(AlertId(id)), &desk.scene.model, desk.scene.now);
        assert_eq!(firing, None);
    };
    switch(&mut desk, 1);
    switch(&mut desk, 2);
    desk.scene.lose(1, DisconnectReason::PingTimeout, None);
    assert_eq!(desk.look(5), []);
    assert_eq!(desk.rows()[0], (RuleState::Off, 0));
    switch(&mut desk, 1);
    assert_eq!(desk.look(5), []);
    desk.scene.connect(1);
    assert_eq!(desk.arrives(&loose(2)).len(), 1);
}

#[test]
fn a_test_carries_out_the_actions_and_starts_no_cool_down() {
    let mut desk = Desk::new(&["figures: live_peers < 1; bell; notify"]);
    let test = AlertCommand::Test(AlertId(1));
    let firing = desk.alerts.command(&test, &desk.scene.model, desk.scene.now).unwrap();
    assert!(firing.alert.is_test && firing.rule.actions().bell);
    let AlertItem::Figures(figures) = &firing.alert.item else { panic!("{firing:?}") };
    assert_eq!(figures[0].value, Some(0.0));
    let signals = desk.alerts.signals();
    assert_eq!((signals.bells, signals.after(0).count(), signals.after(1).count()), (1, 1, 0));
    assert_eq!(desk.rows(), [(RuleState::Unknown, 0)]);
}

#[test]
fn only_rules_that_were_added_on_screen_are_kept_and_removed() {
    let mut desk = Desk::new(&["watch; bell"]);
    let command = |desk: &mut Desk, command| {
        assert_eq!(desk.alerts.command(&command, &desk.scene.model, desk.scene.now), None);
    };
    command(&mut desk, AlertCommand::Add("blocks: pool ~ x ;  notify".to_owned()));
    command(&mut desk, AlertCommand::Switch(AlertId(2)));
    assert_eq!(desk.alerts.kept(), ["blocks: pool ~ x; notify; off"]);
    assert!(!Rule::parse(&desk.alerts.kept()[0]).unwrap().is_on());
    command(&mut desk, AlertCommand::Remove(AlertId(1)));
    command(&mut desk, AlertCommand::Remove(AlertId(2)));
    assert_eq!(desk.rows().len(), 1);
}

#[test]
fn there_is_a_greatest_number_of_rules() {
    let mut desk = Desk::new(&[]);
    for _ in 0..2 * MAX_RULES {
        desk.alerts.command(&AlertCommand::Add("watch".to_owned()), &desk.scene.model, desk.scene.now);
    }
    assert_eq!(desk.rows().len(), MAX_RULES);
}

#[test]
fn an_alert_becomes_a_notice_and_a_change() {
    let mut desk = Desk::new(&["transactions"]);
    desk.scene.connect(1);
    let tx = loose(1);
    desk.scene.deliver(1, &tx);
    let alert = Arc::new(crate::model::Alert {
        rule: "transactions".into(),
        item: AlertItem::Transaction(tx.txid()),
        skipped: 0,
        is_test: false,
    });
    let outcome = desk.scene.model.alert(&alert, Timestamp::from_secs(9));
    assert_eq!(outcome.changes, [Change::Alert(alert)]);
    assert!(desk.scene.events()[0].starts_with("alert: transactions · "), "{:?}", desk.scene.events());
}

#[test]
fn the_examples_are_rules() {
    for (text, _) in EXAMPLES {
        let rule = Rule::parse(text).unwrap();
        assert_eq!(rule.to_string(), *text);
        for page in [include_str!("../../README.md"), include_str!("../../docs/usage.md")] {
            assert!(page.contains(text), "{text} is documented");
        }
    }
}

#[test]
fn a_rule_says_what_to_do_and_how_often() {
    let rule = Rule::parse("Blocks: tag ~ \"a;b: c\" ;bell; run '/a dir/x;y'; cooldown 1h30m; name my rule")
        .unwrap();
    assert_eq!((&*rule.title(), rule.cooldown()), ("my rule", Duration::from_mins(90)));
    assert_eq!(rule.condition_text(), "Blocks: tag ~ \"a;b: c\"");
    let actions = rule.actions();
    assert_eq!(
        (actions.event, actions.bell, actions.run.as_deref()),
        (false, true, Some("/a dir/x;y".as_ref()))
    );
    assert_eq!(actions.to_string(), "bell · run x;y");
    assert!(Rule::parse("watch").unwrap().actions().event, "without an action there is an event");
}

#[test]
fn the_error_for_a_wrong_rule_names_the_place_and_what_is_allowed() {
    let wrong = |text: &str| {
        let QueryError { at, message } = Rule::parse(text).unwrap_err();
        (text[at].to_owned(), message)
    };
    for (text, at, part) in [
        ("", "", "a rule begins with what it is about: figures:, transactions:, blocks:, peers:, watch:"),
        ("next_block < 3", "next_block < 3", "a rule begins with what it is about"),
        ("figures", "", "expected a condition of the figures"),
        ("figures: nex_block < 3", "nex_block", "did you mean next_block?"),
        (
            "figures: next_block < 3; bel",
            "bel",
            "unknown part \"bel\": must be event, bell, notify, run PROGRAM",
        ),
        ("watch; bell; bell", "bell", "\"bell\" is there twice"),
        ("watch; bell loud", "bell loud", "nothing may follow \"bell\""),
        ("watch; run", "run", "expected a program"),
        ("watch; cooldown 25h", "cooldown 25h", "from 0s to 24h"),
        ("watch; cooldown -1s", "cooldown -1s", "from 0s to 24h"),
        ("watch; name", "name", "1 to 60 characters"),
        ("transactions: age > 1m", "age > 1m", "an alert cannot use age"),
        ("blocks: half > 1s", "half > 1s", "an alert cannot use half"),
        ("peers: relay sort ping", "relay sort ping", "an alert has no order"),
        ("watch; name a\u{1b}b", "\u{1b}", "no control characters"),
        ("watch; name a\u{85}b", "\u{85}", "no control characters"),
    ] {
        let (wrong_at, message) = wrong(text);
        assert_eq!(wrong_at, at, "{text:?}: {message}");
        assert!(message.contains(part), "{text:?}: {message}");
    }
}

#[test]
fn a_rule_is_completed_as_it_is_typed() {
    let words = |text: &str| -> Vec<String> {
        Rule::complete(text, text.len()).candidates.into_iter().map(|(word, _)| word).collect()
    };
    assert_eq!(words(""), ["figures:", "transactions:", "blocks:", "peers:", "watch:"]);
    assert_eq!(words("fi"), ["figures:"]);
    assert_eq!(words("figures: next"), ["next_block"]);
    assert_eq!(words("figures: next_block < 3; no"), ["notify"]);
    let Some(first) = words("watch: event = ").into_iter().next() else { panic!("no value") };
    assert_eq!(first, "arrived");
    let typed = "figures: live";
    assert_eq!(Rule::complete(typed, typed.len()).replaces, 9..typed.len());
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_a_rule_reads_back(
        text in "(figures|transactions|blocks|peers|watch|x)?:?[ a-z_<=~>0-9\"';:é]{0,40}(; ?(bell|off|cooldown 1m|run é|name \"a;b\"))*",
    ) {
        if let Ok(rule) = Rule::parse(&text) {
            let again = Rule::parse(&rule.to_string()).unwrap();
            prop_assert_eq!(&again, &rule);
            prop_assert_eq!(again.title(), rule.title());
        }
        for cursor in 0..=text.len() {
            Rule::complete(&text, cursor);
        }
    }
}

#[test]
fn fuzz_alert_rule() {
    crate::util::fuzz::target("alert_rule", |input| {
        let text = String::from_utf8_lossy(input);
        match Rule::parse(&text) {
            Ok(rule) => {
                let again = Rule::parse(&rule.to_string()).expect("what is written is read");
                assert_eq!(again, rule);
                assert_eq!(again.title(), rule.title());
                assert!(!rule.to_string().contains(char::is_control));
            }
            Err(error) => {
                assert!(text.get(error.at.clone()).is_some(), "{:?} of {text:?}", error.at);
                assert!(!error.message.is_empty() && !error.message.contains(char::is_control));
            }
        }
        for (cursor, _) in text.char_indices() {
            assert!(text.get(Rule::complete(&text, cursor).replaces).is_some());
        }
    });
}
