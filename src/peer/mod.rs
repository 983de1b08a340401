//! One connection: a pure session, and the task that gives it a socket.
//!
//! | module | what it answers |
//! |---|---|
//! | `handshake`, `keepalive` | the first messages; pings and pongs |
//! | `session` | both together: messages and time in, instructions out |
//! | `dial`, `connection` | how a stream is opened; bytes in and out of it |
//! | `meter` | what went over it |
//! | `report` | what a task tells the owner, in bounded memory |
//! | `task` | the loop around all of these |

mod connection;
mod dial;
mod handshake;
mod keepalive;
mod meter;
pub(crate) mod report;
mod session;
pub(crate) mod task;

pub(crate) use session::Timing;
