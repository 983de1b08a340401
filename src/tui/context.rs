//! What screens and overlays can read besides their own state.

use super::keys::Keymap;
use super::preferences::{Preferences, Times, Unit};
use super::theme::Theme;
use super::widgets::{clock, format, text};
use crate::snapshot::Open;
use crate::snapshot::{Detail, Snapshot};
use crate::util::time::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Rect;
use ratatui::text::Line;
use std::sync::Arc;
use std::time::Duration;

/// From this age on, a time of day needs a date.
const DAY: Duration = Duration::from_hours(24);

/// From this width on, amounts in bitcoin are shown to the last satoshi.
const WHOLE_BTC: usize = 14;

/// The snapshot on screen, and how and where to draw it.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub snapshot: &'a Snapshot,
    pub theme: Theme,
    pub preferences: Preferences,
    pub keys: &'a Keymap,
    /// The time zone for times of day.
    pub zone: &'a TimeZone,
    /// The area between the title and the footer.
    pub area: Rect,
    /// The time since the snapshot arrived, by which its ages have grown; it stands still while frozen.
    pub drift: Duration,
    /// What a frozen screen is missing.
    pub frozen: Option<Frozen>,
}

/// What a frozen screen does not show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frozen {
    /// How long it has been frozen.
    pub span: Duration,
    /// The number of transactions received since then.
    pub transactions: u64,
    /// By how much the tip has grown since then.
    pub blocks: u32,
}

impl<'a> Context<'a> {
    /// The moment shown on screen.
    pub fn now(&self) -> Timestamp {
        self.snapshot.time + self.drift
    }

    /// What the wall clock, as currently set, would have shown at `at`.
    pub fn wall(&self, at: Timestamp) -> Timestamp {
        self.snapshot.wall_offset.wall(at)
    }

    /// Whether the screen is frozen.
    pub fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }

    /// The details in the snapshot, if they are those of `open`.
    pub fn detail(&self, open: Open) -> Option<&'a Arc<Detail>> {
        let (of, detail) = self.snapshot.detail.as_ref()?;
        (*of == open).then_some(detail)
    }

    /// An amount in the user's unit: `0.04510000 BTC`, `4,510,000 sat`.
    pub fn amount(&self, sat: u64) -> String {
        self.preferences.unit.amount(sat)
    }

    /// An amount with its unit, with fewer digits if not all fit into `cells` characters.
    pub fn amount_in(&self, sat: u64, cells: usize) -> String {
        let (unit, whole) = (self.preferences.unit, self.amount(sat));
        match unit {
            _ if text::width(&whole) <= cells => whole,
            Unit::Btc => format!("{} {}", format::btc_short(sat, cells), unit.name()),
            Unit::Sat => format!("{} {}", format::brief(sat), unit.name()),
        }
    }

    /// An amount without the unit, in at most `cells` characters: truncated, not rounded up.
    pub fn value(&self, sat: u64, cells: usize) -> String {
        match self.preferences.unit {
            Unit::Btc if cells >= WHOLE_BTC => format::btc(sat),
            Unit::Btc => format::btc_short(sat, cells),
            Unit::Sat => Some(format::grouped(sat))
                .filter(|whole| whole.len() <= cells)
                .unwrap_or_else(|| format::brief(sat)),
        }
    }

    /// The change of a balance, in at most `cells` characters without the unit: `+0.01725404`, `−5,000`.
    /// `None` if nothing is paid or spent.
    pub fn change(&self, received: u64, spent: u64, cells: usize) -> Option<String> {
        let (sign, sat) = if received < spent { ("−", spent - received) } else { ("+", received - spent) };
        (received > 0 || spent > 0).then(|| format!("{sign}{}", self.value(sat, cells.saturating_sub(1))))
    }

    /// Adapts column heads to the preferences: their unit in place of BTC, and "time" in place of "age" above
    /// times of day.
    pub fn in_preferences(&self, mut heads: Line<'static>) -> Line<'static> {
        for head in &mut heads.spans {
            if self.preferences.unit == Unit::Sat {
                head.content = head.content.replace("BTC", "sat").into();
            }
            let is_age = head.content.trim_end().trim_end_matches(['▲', '▼']) == "age";
            if is_age && self.preferences.times == Times::Absolute {
                let width = text::width(&head.content);
                head.content = text::left(&head.content.trim_end().replace("age", "time"), width).into();
            }
        }
        heads
    }

    /// An age as of now in at most 5 characters, or the time: `12s`, `05:33`, `11-22` if a day or more ago.
    pub fn age(&self, age: Duration) -> String {
        let at = self.wall(self.now() - age);
        match self.preferences.times {
            Times::Relative => format::age(age),
            Times::Absolute if age < DAY => clock::minute(at, self.zone),
            Times::Absolute => clock::day(at, self.zone),
        }
    }

    /// How long ago something was, or the time, in at most 11 characters: `12 s ago`, `05:33:12`, `11-22
    /// 05:33` if a day or more ago.
    pub fn ago(&self, age: Duration) -> String {
        let at = self.wall(self.now() - age);
        match self.preferences.times {
            Times::Relative => format!("{} ago", format::span(age)),
            Times::Absolute if age < DAY => clock::time(at, self.zone),
            Times::Absolute => format!("{} {}", clock::day(at, self.zone), clock::minute(at, self.zone)),
        }
    }
}
