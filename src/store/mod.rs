//! What survives a restart.

pub mod history;
pub mod prevouts;
pub(crate) mod state_file;
