//! The alert rules.

use crate::desk::Desk;
use crossterm::event::KeyCode;
use mempulse::alert::{EXAMPLES, MAX_RULES};
use mempulse::event::CommandFailure;
use mempulse::tui::Effect;

const SIZE: (u16, u16) = (80, 24);

/// The examples of the documentation, and a rule in each other state.
pub fn add_examples(desk: &mut Desk) {
    let mut rules: Vec<&str> = EXAMPLES.iter().map(|(rule, _)| *rule).collect();
    rules.push("transactions: kind = inscription; bell; name inscriptions; off");
    rules.push("figures: live_peers > 1; notify; bell; run /usr/local/bin/page-me");
    desk.add_rules(&rules);
}

#[test]
fn enter_tests_the_selected_rule_and_e_switches_it() {
    let mut desk = Desk::new(SIZE);
    desk.add_rules(&["blocks", "watch; bell"]);
    desk.type_keys("A");
    let effect = desk.press(KeyCode::Enter);
    let firing = desk.command(effect).unwrap();
    assert_eq!((&*firing.alert.rule, firing.alert.is_test), ("blocks", true));
    desk.type_keys("j");
    let effect = desk.press(KeyCode::Char('e'));
    assert_eq!(desk.command(effect), None);
    assert!(desk.screen().contains("watch; bell; off"), "{}", desk.screen());
}

#[test]
fn a_rule_is_typed_with_completion_and_the_error_for_an_invalid_one_names_the_column() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("Aa");
    assert!(desk.screen().contains("New alert") && desk.screen().contains("figures:"), "{}", desk.screen());
    desk.type_keys("figures: tip_a");
    desk.press(KeyCode::Tab);
    assert_eq!(desk.type_text("> 1h; bel"), None);
    assert!(desk.screen().contains("column 24: unknown part"), "{}", desk.screen());
    let effect = desk.type_text("l");
    desk.command(effect);
    assert!(desk.screen().contains("figures: tip_age > 1h"), "{}", desk.screen());
    assert!(!desk.screen().contains("New alert"));
}

#[test]
fn only_a_rule_that_was_added_on_screen_is_removed() {
    let mut desk = Desk::new(SIZE);
    desk.add_rules(&["blocks"]);
    desk.type_keys("A");
    assert_eq!(desk.press(KeyCode::Char('d')), None);
    assert!(desk.footer().contains("e switches it off"), "{}", desk.footer());
    desk.type_keys("a");
    let effect = desk.type_text("peers");
    desk.command(effect);
    desk.type_keys("j");
    let effect = desk.press(KeyCode::Char('d'));
    desk.command(effect);
    assert!(!desk.screen().contains("peers; "), "{}", desk.screen());
}

#[test]
fn rules_are_not_changed_while_the_screen_is_frozen_nor_added_beyond_the_limit() {
    let mut desk = Desk::new(SIZE);
    desk.add_rules(&vec!["blocks"; MAX_RULES]);
    desk.type_keys("Aa");
    assert!(desk.footer().contains("there are 50 rules"), "{}", desk.footer());
    desk.type_keys(" ");
    for key in ['a', 'e', '\n'] {
        desk.type_keys(&key.to_string());
        assert!(desk.footer().contains("unfreeze"), "{key:?} {}", desk.footer());
    }
}

#[test]
fn f1_explains_rules_and_a_click_selects_one() {
    let mut desk = Desk::new((120, 36));
    add_examples(&mut desk);
    desk.type_keys("A");
    desk.click("figures: live_peers < 5");
    assert!(desk.screen().contains("figures: live_peers < 5; event; bell"), "{}", desk.screen());
    desk.type_keys("a");
    desk.press(KeyCode::F(1));
    assert!(
        desk.screen().contains("Rules of alerts") && desk.screen().contains("cooldown"),
        "{}",
        desk.screen()
    );
    desk.press(KeyCode::Esc);
    assert!(!matches!(desk.press(KeyCode::Esc), Some(Effect::Quit)));
}

#[test]
fn the_result_of_a_test_is_in_the_footer() {
    let mut desk = Desk::new(SIZE);
    desk.add_rules(&["blocks; event; run /bin/true"]);
    desk.type_keys("A");
    let effect = desk.press(KeyCode::Enter);
    desk.command(effect).unwrap();
    assert_eq!(desk.footer(), " tested: event on the Overview · /bin/true started");
    desk.alerts.tested("/bin/true".into(), Err(CommandFailure::Exit(3)));
    desk.answer();
    assert_eq!(desk.footer(), " tested: /bin/true failed: exit status: 3");
    desk.type_keys("k");
    assert!(desk.footer().contains("Enter test"), "{}", desk.footer());
}

#[test]
fn a_rule_with_a_program_that_cannot_be_run_is_refused() {
    let mut desk = Desk::new(SIZE);
    desk.type_keys("Aa");
    assert_eq!(desk.type_text("blocks; run /nonexistent/program"), None);
    assert!(desk.screen().contains("column 13: /nonexistent/program: No such file"), "{}", desk.screen());
}
