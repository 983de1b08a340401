//! Words for typed facts: states, causes, notices.

pub mod block;
pub mod peer;
