//! Many connections: whom to dial, whom to ask for what, when to give up.

mod settings;

pub use settings::{PeerChoice, Settings};
