//! How peers are found, kept and replaced, over loopback sockets.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod crowd;
mod finding;
mod proxied;
mod socks;
#[path = "../support/mod.rs"]
mod support;
mod watch;
