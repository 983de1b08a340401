//! User input for the model and the alerts.

use super::watch_target::WatchTarget;

/// User input that changes the state. Commands are not events: nothing happened on the network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Add targets to the watch list.
    Watch(Vec<WatchTarget>),
    /// Remove a target from the watch list.
    Unwatch(WatchTarget),
    /// Change or test an alert rule. The model ignores it.
    Alert(AlertCommand),
    /// Control a replay.
    Replay(ReplayCommand),
}

/// User input about a replay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReplayCommand {
    /// Pause or resume.
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
    /// Go to the previous block.
    PreviousBlock,
}

/// User input about alert rules.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AlertCommand {
    /// Add a rule, given as text.
    Add(String),
    /// Remove a rule that was added on screen.
    Remove(AlertId),
    /// Switch a rule on or off.
    Switch(AlertId),
    /// Carry out the actions of a rule, whether or not its condition holds.
    Test(AlertId),
}

/// Identifies an alert rule within one run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AlertId(pub u32);
