//! Many connections: whom to dial, whom to ask for what, when to give up.

mod seen;
mod settings;
pub mod tx_requests;

pub use settings::{PeerChoice, Settings};
