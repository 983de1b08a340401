//! HTTP: sockets and their limits, access control, paths, and answers.

mod allowance;
mod answer;
mod body;
pub(super) mod guard;
mod respond;
mod route;
pub(super) mod server;
mod stalling;
pub(super) mod usage;
