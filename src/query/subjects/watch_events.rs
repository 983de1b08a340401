//! Queries about events of watch targets, for alerts.

use super::word;
use crate::model::{WatchEvent, WatchMatch};
use crate::query::field::{Field, Subject};
use crate::query::unit::Unit;
use crate::query::value::Range;

/// Events of watch targets.
#[derive(Clone, Copy, Debug)]
pub struct WatchEvents;

const EVENTS: &[&str] = &["arrived", "replaced", "double_spent", "confirmed", "unconfirmed", "removed"];

impl Subject for WatchEvents {
    type Item<'a> = &'a WatchMatch;

    const NAME: &'static str = "watch";

    const FIELDS: &'static [Field<Self>] = &[
        Field::choice("event", EVENTS, "what happened to the transaction", |found| {
            Some(word(match found.event {
                WatchEvent::Arrived => 0,
                WatchEvent::Replaced { .. } => 1,
                WatchEvent::DoubleSpent { .. } => 2,
                WatchEvent::Confirmed { .. } => 3,
                WatchEvent::Unconfirmed => 4,
                WatchEvent::Removed { .. } => 5,
            }))
        }),
        Field::text("target", "the target, as the user wrote it", |found, matches| {
            matches(&found.target);
            true
        }),
        Field::number("received", Unit::Amount, "what the transaction pays to the target", |found| {
            found.received.into()
        }),
        Field::number("spent", Unit::Amount, "what it spends from the target, as far as known", |found| {
            Range { high: f64::INFINITY, ..found.spent.into() }
        }),
        Field::number("confirmations", Unit::Count, "confirmations", |found| {
            found.event.confirmations().unwrap_or_default().into()
        }),
        Field::text("txid", "txid of the transaction", |found, matches| {
            matches(&found.txid.to_string());
            true
        }),
    ];

    const EXAMPLES: &'static [(&'static str, &'static str)] = &[
        ("event = arrived and received > 0", "a target receives"),
        ("event = double_spent", "a transaction is in conflict"),
        ("confirmations >= 6", "final"),
    ];
}
