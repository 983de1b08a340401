//! Words for matches of the watch list.

use super::removal;
use super::txid::short;
use crate::model::{WatchEvent, WatchMatch};
use crate::tui::preferences::Unit;
use crate::util::text::grouped;

/// Describes what happened to the transaction of a match: `confirmed in block 923,114 (2)`.
pub fn event(event: &WatchEvent) -> String {
    match *event {
        WatchEvent::Arrived => "arrived".to_owned(),
        WatchEvent::Replaced { by } => format!("replaced by {}", short(by)),
        WatchEvent::DoubleSpent { by, height: None } => format!("DOUBLE SPENT by {}", short(by)),
        WatchEvent::DoubleSpent { by, height: Some(height) } => {
            format!("DOUBLE SPENT by {} in block {}", short(by), grouped(height.into()))
        }
        WatchEvent::Confirmed { height, confirmations } => {
            format!("confirmed in block {} ({confirmations})", grouped(height.into()))
        }
        WatchEvent::Unconfirmed => "unconfirmed after a reorg".to_owned(),
        WatchEvent::Removed { reason } => format!("removed: {}", removal::reason(&reason)),
    }
}

/// The amounts that the transaction pays to and spends from the target, each preceded by a blank: `
/// +0.01720000 BTC −0.00005000 BTC`.
pub fn amounts(found: &WatchMatch, unit: Unit) -> String {
    let amount = |sign: &str, sat: u64| match sat {
        0 => String::new(),
        sat => format!(" {sign}{}", unit.amount(sat)),
    };
    amount("+", found.received) + &amount("−", found.spent)
}
