//! Words for typed facts: states, causes, notices.

pub mod alert;
pub mod block;
pub mod estimate;
pub mod kind;
pub mod mempool;
pub mod notice;
pub mod peer;
pub mod removal;
mod txid;
pub mod unreachable;
pub mod watch;
