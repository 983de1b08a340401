//! The wire format under generated, mutated, truncated and real input, beside the `bitcoin` crate.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod generate;
mod oracle;
mod payloads;
mod real_block;
mod stream;
