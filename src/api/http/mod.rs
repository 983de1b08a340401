//! HTTP: sockets and their limits, who may ask, paths, and answers.

mod allowance;
mod answer;
pub(super) mod guard;
mod respond;
mod route;
pub(super) mod server;
mod stalling;
