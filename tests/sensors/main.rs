//! Sensors with a real `nats-server` from `$PATH`: `.ci/run sensors`, or `cargo test --test sensors --
//! --ignored`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod broker;
mod delivery;
#[path = "../support/faketime.rs"]
mod faketime;
mod limits;
mod link;
mod logins;
mod reader;
mod refusals;
mod screen;
mod sensor;

use std::time::{Duration, Instant};

/// The time limit for anything. Much more than it should take, as the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(2);

/// Waits until `condition` holds; panics if that takes unreasonably long.
async fn wait_for(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition().await {
        assert!(Instant::now() < deadline, "timed out waiting for {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
