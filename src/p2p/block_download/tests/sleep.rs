//! The machine sleeps while answers are awaited.

use super::scene::*;
use crate::p2p::input::Input;
use crate::p2p::part::Part;
use crate::util::time::Timestamp;
use crate::wire::Inventory;
use std::time::Duration;

const LONG_AGO: Timestamp = Timestamp::from_secs(1_600_000_000);
const NIGHT: Duration = Duration::from_hours(8);

impl Scene {
    fn sleep(&mut self) {
        self.wait(NIGHT);
        self.part.slept(NIGHT, self.now);
    }
}

#[test]
fn headers_that_were_requested_before_a_sleep_have_the_rest_of_their_time() {
    let mut scene = Scene::new();
    for peer in [A, B, C] {
        scene.connect(peer, 3);
    }
    assert_eq!(asked_for_headers(&scene.timer()), [A]);
    scene.wait(Duration::from_secs(1));
    scene.sleep();
    assert_eq!(scene.timer(), [], "no other peer is asked");
    scene.wait(Duration::from_secs(1));
    assert_eq!(asked_for_headers(&scene.timer()), [B, C], "two seconds without the sleep");
}

#[test]
fn a_new_block_that_was_requested_before_a_sleep_is_not_requested_from_others() {
    let chain = chain(2);
    for compact in [false, true] {
        let mut scene = Scene::synced(&[A, B], &chain[..1]);
        if compact {
            scene.says(A, &Input::SendCmpct);
        }
        scene.says(A, &headers(&chain[1..]));
        scene.says(B, &headers(&chain[1..]));
        let request = if compact { get_compact(A, &chain[1]) } else { get_block(A, &chain[1]) };
        assert_eq!(scene.timer()[0], request);
        scene.wait(Duration::from_secs(1));
        scene.sleep();
        assert_eq!(scene.timer(), [], "no other peer is asked");
        scene.wait(Duration::from_secs(1));
        assert_eq!(scene.timer(), [get_block(B, &chain[1])], "two seconds without the sleep");
    }
}

#[test]
fn past_blocks_that_were_requested_before_a_sleep_have_the_rest_of_their_time() {
    let chain = chain_at(LONG_AGO, 5);
    let mut scene = Scene::with_backfill(2, &[]);
    scene.sync(&[A], &chain);
    scene.connect(B, 5);
    scene.timer();
    scene.wait(Duration::from_secs(59));
    scene.sleep();
    scene.timer();
    scene.says(A, &whole(&chain[4]));
    scene.wait(Duration::from_secs(1));
    assert!(scene.timer().contains(&get_block(B, &chain[3])), "a minute without the sleep");
}

#[test]
fn unserved_past_blocks_are_not_given_up_because_of_a_sleep() {
    let chain = chain_at(LONG_AGO, 5);
    let mut scene = Scene::with_backfill(1, &[]);
    scene.sync(&[A], &chain);
    scene.says(A, &Input::NotFound(vec![Inventory::WitnessBlock(chain[4].hash)]));
    scene.timer();
    scene.sleep();
    scene.timer();
    scene.connect(B, 5);
    assert!(scene.timer().contains(&get_block(B, &chain[4])));
}
