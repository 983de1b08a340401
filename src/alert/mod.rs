//! Alerts: the user's rules, each a query with actions, and which of them fire.
//!
//! ```text
//! rule    = subject [ ":" condition ] { ";" part }
//! subject = "figures" | "transactions" | "blocks" | "peers" | "watch"
//! part    = "event" | "bell" | "notify" | "run" PROGRAM | "cooldown" TIME | "name" TEXT | "off"
//! ```
//!
//! - A rule about **figures** fires when its condition becomes true; one that is true from the start fires after
//!   [`WARM_UP`]. While the mempool of an earlier run or of a peer is being loaded, conditions that depend on it
//!   wait.
//! - A rule about **transactions** or **blocks** fires for each one that arrives and fulfils the condition;
//!   for a transaction also when its fee becomes known. Transactions from before startup and past blocks are
//!   ignored.
//! - A rule about **peers** fires for each peer that begins to fulfil the condition.
//! - A rule about the **watch** list fires for each of its events.
//!
//! An unknown value is not a change. During a rule's cooldown nothing is reported: items are counted, and a
//! change of a figure is reported afterwards if it still holds. All code here is pure: the time is a
//! parameter, and the caller carries out the actions.

mod active;
mod alerts;
mod condition;
mod edge;
mod row;
mod rule;
mod signals;
#[cfg(test)]
mod tests;
mod throttle;

pub use alerts::{Alerts, Firing};
pub use condition::Condition;
pub use row::{AlertRow, RuleState};
pub use rule::{Actions, Origin, Rule};
pub use signals::{Signals, TestResult};

use std::time::Duration;

/// Example rules, with their meaning.
pub const EXAMPLES: &[(&str, &str)] = &[
    ("figures: next_block < 3; notify", "the next block is cheaper than 3 sat/vB"),
    ("watch: event = arrived and received > 0; event; bell", "a target of the watch list receives"),
    ("blocks: pool ~ foundry", "a block by a pool"),
    ("figures: live_peers < 5; event; bell", "fewer than 5 live peers"),
    ("figures: tip_age > 60m; cooldown 1h", "no block for an hour"),
];

/// How many rules there may be.
pub const MAX_RULES: usize = 50;

/// The longest rule, in bytes.
pub const MAX_RULE: usize = 1_500;

/// The longest name of a rule, in characters.
pub const MAX_NAME: usize = 60;

/// The longest cooldown.
pub const MAX_COOLDOWN: Duration = Duration::from_hours(24);

/// The most alerts per second, of all rules together.
pub const MAX_PER_SECOND: usize = 10;

/// How long a condition about figures must hold from the start before the rule fires: until then peers are
/// still connecting.
pub const WARM_UP: Duration = Duration::from_mins(2);
