//! What the user asks of the model.

use super::watch_target::WatchTarget;

/// User input that changes the model. Commands are no events: nothing happened on the network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Add targets to the watch list.
    Watch(Vec<WatchTarget>),
    /// Remove a target from the watch list.
    Unwatch(WatchTarget),
}
