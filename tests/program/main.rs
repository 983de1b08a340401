//! The real program from the outside: started as users start it, in a real terminal, and beside real
//! Bitcoin Core nodes.
//!
//! One crate, so that the helpers are linked once. The tests of `real_node` need a bitcoind:
//! `BITCOIND_EXE=$(.ci/bitcoind) cargo test -- --ignored`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bitcoind;
mod monitor;
mod real_node;

/// How long anything may take. Much more than it should: the machine may be busy.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(2);
