//! What the user does with rules: switch, test, add and remove them.

use super::*;

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
