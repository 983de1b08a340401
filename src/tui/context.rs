//! What screens and overlays may look at besides their own state.

use super::theme::Theme;
use crate::snapshot::Open;
use crate::snapshot::{Detail, Snapshot};
use crate::util::time::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Rect;
use std::sync::Arc;
use std::time::Duration;

/// The snapshot on screen, and how and where to draw it.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub snapshot: &'a Snapshot,
    pub theme: Theme,
    /// The time zone for times of day.
    pub zone: &'a TimeZone,
    /// The room between the title and the footer.
    pub area: Rect,
    /// The time since the snapshot came, by which its ages have grown; it stands still while frozen.
    pub drift: Duration,
    /// For how long the screen has been frozen, if it is.
    pub frozen_for: Option<Duration>,
}

impl<'a> Context<'a> {
    /// The moment that is on screen.
    pub fn now(&self) -> Timestamp {
        self.snapshot.time + self.drift
    }

    /// What the wall clock, as it is set now, would have shown at `at`.
    pub fn wall(&self, at: Timestamp) -> Timestamp {
        self.snapshot.wall_offset.wall(at)
    }

    /// Whether the screen is frozen.
    pub fn is_frozen(&self) -> bool {
        self.frozen_for.is_some()
    }

    /// The details in the snapshot, if they are those of `open`.
    pub fn detail(&self, open: Open) -> Option<&'a Arc<Detail>> {
        let (of, detail) = self.snapshot.detail.as_ref()?;
        (*of == open).then_some(detail)
    }
}
