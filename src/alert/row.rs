//! A rule as the screen lists it.

use super::rule::Origin;
use crate::event::AlertId;
use std::sync::Arc;
use std::time::Duration;

/// A rule as the screen lists it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AlertRow {
    /// The rule.
    pub id: AlertId,
    /// Its name; without one, its subject and condition.
    pub title: Arc<str>,
    /// The rule as it is written.
    pub text: String,
    /// What it does, in words.
    pub actions: String,
    /// Where it comes from.
    pub origin: Origin,
    /// What it is doing.
    pub state: RuleState,
    /// The time since it fired last; tests count for nothing.
    pub last: Option<Duration>,
    /// How often it fired.
    pub fired: u64,
}

/// What a rule is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RuleState {
    /// It is switched off.
    Off,
    /// It waits for the mempool to be loaded, or for figures that are unknown.
    Unknown,
    /// It waits for its condition to become true, or for an item.
    Ready,
    /// Its condition holds, or does for this number of peers.
    Holds(usize),
    /// It reports nothing for so long.
    CoolingDown(Duration),
}
