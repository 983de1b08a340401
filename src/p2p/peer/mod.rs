//! One connection: a pure session, and the task that gives it a socket.
//!
//! | module | what it answers |
//! |---|---|
//! | `task` | the loop around all of these; `handle` steers it |
//! | `dial` | how a stream is opened, directly or through a proxy |
//! | `transport` | how messages become bytes, plain or encrypted |
//! | `session` | handshake and keepalive: messages and time in, instructions out |
//! | `checks` | what a message means to the node, and whether it is valid on its own |
//! | `meter` | what went over the wire |
//! | `pace` | how often to read while messages pour in |
//! | `report` | how reports reach the driver, in bounded memory |

mod checks;
mod dial;
mod handle;
mod meter;
mod pace;
mod report;
mod session;
mod settings;
mod task;
mod transport;

pub(in crate::p2p) use dial::Connector;
pub use dial::resolve::{Resolve, Resolving, SystemResolver};
pub use dial::route::{IpFamilies, Routes};
pub(in crate::p2p) use handle::{Congested, Handle, handle};
pub(in crate::p2p) use report::{ConnectionId, Report, Reports};
pub(in crate::p2p) use session::Timing;
pub(in crate::p2p) use settings::ConnectionSettings;
pub use settings::TransportChoice;
pub(in crate::p2p) use task::run;
#[cfg(test)]
pub(in crate::p2p) use {
    checks::checked,
    session::{Instruction, Session},
};
