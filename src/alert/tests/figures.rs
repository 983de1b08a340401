//! When rules about figures fire.

use super::*;

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
fn a_cheap_next_block_is_reported_once_there_is_an_estimate() {
    let mut desk = Desk::new(&["figures: next_block < 3; cooldown 0s"]);
    let funds = spend(&[coin(1)], &[100_000, 100_000]);
    let [dear, cheap] = [0, 1].map(|vout| spend(&[output(&funds, vout)], &[99_000 + u64::from(vout) * 900]));
    desk.scene.connect(1);
    assert_eq!(desk.look(5), [], "there is no estimate");
    desk.scene.deliver_all(1, [&dear, &cheap]).mine(5, &[&funds]).pass(120);
    let found = desk.look(1);
    let [AlertItem::Figures(figures)] = &found[..] else { panic!("{found:?}") };
    assert_eq!((figures[0].name, figures[0].value), ("next_block", Some(0.1)));
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
