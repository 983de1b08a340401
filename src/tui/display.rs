//! The snapshot on screen and the terminal it is drawn on; a frozen display keeps its snapshot.

use super::chrome;
use super::context::Context;
use super::theme::Theme;
use crate::snapshot::Snapshot;
use crate::util::time::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Size;
use std::sync::Arc;

/// The snapshot on screen, the latest one, and the terminal's properties.
#[derive(Debug)]
pub struct Display {
    theme: Theme,
    zone: TimeZone,
    size: Size,
    now: Timestamp,
    shown: Received,
    latest: Received,
    frozen_since: Option<Timestamp>,
}

/// A snapshot and the time it came.
#[derive(Clone, Debug)]
struct Received {
    snapshot: Arc<Snapshot>,
    at: Timestamp,
}

impl Display {
    pub fn new(theme: Theme, zone: TimeZone, size: Size, snapshot: Arc<Snapshot>, now: Timestamp) -> Self {
        let received = Received { snapshot, at: now };
        Self { theme, zone, size, now, shown: received.clone(), latest: received, frozen_since: None }
    }

    /// Takes a new snapshot and returns whether it is on screen now.
    pub fn on_snapshot(&mut self, snapshot: Arc<Snapshot>, now: Timestamp) -> bool {
        self.latest = Received { snapshot, at: now };
        if self.frozen_since.is_none() {
            self.shown = self.latest.clone();
        }
        self.frozen_since.is_none()
    }

    pub fn on_tick(&mut self, now: Timestamp) {
        self.now = now;
    }

    pub fn on_resize(&mut self, size: Size) {
        self.size = size;
    }

    pub fn size(&self) -> Size {
        self.size
    }

    /// Freezes the display, or resumes with the latest snapshot.
    pub fn toggle_freeze(&mut self) {
        if self.frozen_since.take().is_some() {
            self.shown = self.latest.clone();
        } else {
            self.frozen_since = Some(self.now);
        }
    }

    pub fn context(&self) -> Context<'_> {
        Context {
            snapshot: &self.shown.snapshot,
            theme: self.theme,
            zone: &self.zone,
            area: chrome::parts(self.size).body,
            drift: self.frozen_since.unwrap_or(self.now).since(self.shown.at),
            frozen_for: self.frozen_since.map(|since| self.now.since(since)),
        }
    }
}
