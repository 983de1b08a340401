//! The wire format with generated, mutated, truncated and real input, compared with the `bitcoin` crate.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod core_vectors;
#[path = "../../src/util/fuzz.rs"]
mod fuzz;
mod fuzz_targets;
mod generate;
mod oracle;
mod payloads;
mod real_block;
mod stream;
