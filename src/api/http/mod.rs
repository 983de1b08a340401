//! HTTP: sockets and their limits, who may ask, paths, and answers.

mod allowance;
mod answer;
mod body;
pub(super) mod guard;
mod respond;
mod route;
pub(super) mod server;
mod stalling;
pub(super) mod usage;
