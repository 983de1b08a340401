//! What the user asks of the model and of the alerts.

use super::watch_target::WatchTarget;

/// User input that changes the state. Commands are no events: nothing happened on the network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Add targets to the watch list.
    Watch(Vec<WatchTarget>),
    /// Remove a target from the watch list.
    Unwatch(WatchTarget),
    /// Change or test a rule of the alerts, which stand above the model.
    Alert(AlertCommand),
    /// Control a replay.
    Replay(ReplayCommand),
}

/// User input about a replay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReplayCommand {
    /// Pause, or go on.
    Pause,
    /// Take the next higher speed.
    Faster,
    /// Take the next lower speed.
    Slower,
    /// Go 10 s forward.
    Forward,
    /// Go 10 s back.
    Back,
    /// Go to the next block.
    NextBlock,
    /// Go to the block before.
    PreviousBlock,
}

/// User input about the rules of the alerts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AlertCommand {
    /// Add the rule that is written so.
    Add(String),
    /// Remove a rule that was added on screen.
    Remove(AlertId),
    /// Switch a rule on or off.
    Switch(AlertId),
    /// Carry out the actions of a rule, whether its condition holds or not.
    Test(AlertId),
}

/// Identifies a rule of the alerts within one run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AlertId(pub u32);
