//! A replay: its keys in the footer, and what it lacks.

use crate::desk::Desk;
use crate::scene;
use mempulse::snapshot::{Progress, ReplayStatus};

fn desk(progress: Progress) -> Desk {
    let mut desk = Desk::new((120, 36));
    desk.replay = Some(ReplayStatus { span: (scene::START, scene::END), speed: 1, progress });
    desk.answer();
    desk
}

#[test]
fn where_text_is_typed_the_footer_names_no_key_of_replays() {
    for (keys, own) in [("3:", "Enter apply"), ("3/", "Enter keep"), ("6a", "Enter add")] {
        let mut desk = desk(Progress::Playing);
        assert!(desk.footer().starts_with(" p pause  { } speed  < > 10 s  [ ] block "), "{}", desk.footer());
        desk.type_keys(keys);
        assert!(desk.footer().contains(own), "{keys}: {}", desk.footer());
        assert!(!desk.footer().contains("speed"), "{keys}: {}", desk.footer());
    }
}

#[test]
fn the_footer_names_no_key_that_means_something_else_in_a_replay() {
    let mut desk = desk(Progress::Playing);
    desk.type_keys("4");
    assert!(!desk.footer().contains("time span"), "{}", desk.footer());
}

#[test]
fn what_p_does_depends_on_whether_the_replay_is_paused() {
    assert!(desk(Progress::Paused).footer().starts_with(" p play "));
}

#[test]
fn alerts_and_sensors_are_refused_with_the_reason() {
    let mut desk = desk(Progress::Playing);
    desk.type_keys("A");
    assert!(desk.footer().contains("a replay checks no alerts"), "{}", desk.footer());
    assert!(!desk.screen().contains("Alerts "), "{}", desk.screen());
    desk.type_keys("8");
    assert!(desk.footer().contains("this is a recording of one machine"), "{}", desk.footer());
}
