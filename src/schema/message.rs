//! The messages, as `prost-build` makes them of `proto/mempulse/v1`.
#![allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    reason = "the code is generated"
)]

include!(concat!(env!("CARGO_MANIFEST_DIR"), "/proto/mempulse/v1/mempulse.v1.rs"));
