//! Words for matches of the watch list.

use crate::model::{WatchEvent, WatchMatch};
use crate::tui::widgets::format;
use std::time::Duration;

/// Describes the latest match of a target, and its age.
pub fn matched(found: &WatchMatch, age: Duration) -> String {
    let what = match found.event {
        WatchEvent::Arrived => "arrived".to_owned(),
        WatchEvent::Replaced { .. } => "replaced".to_owned(),
        WatchEvent::DoubleSpent { height: None, .. } => "DOUBLE SPEND".to_owned(),
        WatchEvent::DoubleSpent { height: Some(height), .. } => {
            format!("DOUBLE SPEND in block {}", format::grouped(height.into()))
        }
        WatchEvent::Confirmed { height, confirmations } => {
            format!("block {}, {confirmations} conf.", format::grouped(height.into()))
        }
        WatchEvent::Unconfirmed => "unconfirmed after a reorg".to_owned(),
        WatchEvent::Removed { .. } => "left the mempool".to_owned(),
    };
    let amount = |sign: &str, sat: u64| match sat {
        0 => String::new(),
        sat => format!(" {sign}{} BTC", format::btc_short(sat)),
    };
    format!("{what}{}{} · {} ago", amount("+", found.received), amount("−", found.spent), format::span(age))
}
