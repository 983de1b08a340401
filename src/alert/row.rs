//! A rule as listed on screen.

use super::rule::Origin;
use crate::event::AlertId;
use std::sync::Arc;
use std::time::Duration;

/// A rule as listed on screen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AlertRow {
    /// The rule's id.
    pub id: AlertId,
    /// Its name; without one, its subject and condition.
    pub title: Arc<str>,
    /// The rule as text.
    pub text: String,
    /// Its actions, in words.
    pub actions: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Its current state.
    pub state: RuleState,
    /// The time since it last fired; tests don't count.
    pub last: Option<Duration>,
    /// How often it fired.
    pub fired: u64,
}

/// The current state of a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RuleState {
    /// It is switched off.
    Off,
    /// Waiting for the mempool to be loaded, or for unknown figures.
    Unknown,
    /// Waiting for its condition to become true, or for an item.
    Ready,
    /// Its condition holds; for a rule about peers, for this number of them.
    Holds(usize),
    /// In its cooldown for this much longer.
    CoolingDown(Duration),
}
