//! One connection: a pure session, and the task that gives it a socket.
//!
//! | module | what it answers |
//! |---|---|
//! | `handshake`, `keepalive` | the first messages; pings and pongs |
//! | `session` | both together: messages and time in, instructions out |
//! | `route`, `resolve`, `socks`, `dial` | by which way a stream is opened |
//! | `open`, `key_exchange` | in which transport |
//! | `connection`, `codec` | bytes in and out of it |
//! | `meter` | what went over it |
//! | `report` | what a task tells the owner, in bounded memory |
//! | `task` | the loop around all of these |

mod codec;
mod connection;
pub(crate) mod dial;
mod handshake;
mod keepalive;
mod key_exchange;
mod meter;
mod open;
pub(crate) mod report;
pub(crate) mod resolve;
mod route;
mod session;
mod socks;
pub(crate) mod task;

pub use open::TransportChoice;
pub use resolve::{Resolve, Resolving, SystemResolver};
pub use route::{IpFamilies, Routes};
pub(crate) use session::Timing;
