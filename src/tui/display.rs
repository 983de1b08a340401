//! The snapshot on screen and the terminal it is drawn on; a frozen display keeps its snapshot.

use super::chrome;
use super::context::{Context, Frozen};
use super::preferences::{Preferences, Setting};
use super::settings::TuiSettings;
use super::theme::Theme;
use crate::snapshot::Snapshot;
use crate::util::time::Timestamp;
use ratatui::layout::Size;
use std::sync::Arc;
use std::time::Duration;

/// The snapshot on screen, the latest one, and the terminal's properties.
#[derive(Debug)]
pub struct Display {
    settings: TuiSettings,
    theme: Theme,
    size: Size,
    now: Timestamp,
    shown: Received,
    latest: Received,
    freeze: Option<Freeze>,
}

/// A snapshot, and when it arrived.
#[derive(Clone, Debug)]
struct Received {
    snapshot: Arc<Snapshot>,
    at: Timestamp,
}

/// The state of a frozen display.
#[derive(Clone, Copy, Debug)]
struct Freeze {
    since: Timestamp,
    /// Whether the snapshot of all screens has arrived, which is then kept.
    is_complete: bool,
}

impl Display {
    pub fn new(settings: &TuiSettings, size: Size, snapshot: Arc<Snapshot>, now: Timestamp) -> Self {
        let received = Received { snapshot, at: now };
        Self {
            settings: settings.clone(),
            theme: settings.theme(),
            size,
            now,
            shown: received.clone(),
            latest: received,
            freeze: None,
        }
    }

    /// Adds a new snapshot. Returns whether the display changed.
    ///
    /// A frozen display waits for the snapshot of all screens and keeps it. From later ones it takes only
    /// details that the kept one lacks; these are as of when they were opened.
    pub fn on_snapshot(&mut self, snapshot: Arc<Snapshot>, now: Timestamp) -> bool {
        self.latest = Received { snapshot, at: now };
        let latest = &self.latest.snapshot;
        match &mut self.freeze {
            None => self.shown = self.latest.clone(),
            Some(freeze) if !freeze.is_complete => {
                if !latest.everything {
                    return false;
                }
                freeze.is_complete = true;
                self.shown = self.latest.clone();
            }
            Some(_) => {
                let of = |snapshot: &Snapshot| snapshot.detail.as_ref().map(|(open, _)| *open);
                if of(latest).is_none() || of(latest) == of(&self.shown.snapshot) {
                    return false;
                }
                let kept =
                    Snapshot { detail: latest.detail.clone(), ..Snapshot::clone(&self.shown.snapshot) };
                self.shown.snapshot = Arc::new(kept);
            }
        }
        true
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

    /// The layout of the terminal.
    pub fn parts(&self) -> chrome::Parts {
        chrome::parts(self.size, chrome::banner::lost(&self.shown.snapshot).is_some())
    }

    pub fn preferences(&self) -> Preferences {
        self.settings.preferences
    }

    /// Switches a setting to its next value.
    pub fn change(&mut self, setting: Setting) {
        setting.change(&mut self.settings.preferences);
        self.theme = self.settings.theme();
    }

    /// Freezes the display, or resumes with the latest snapshot.
    pub fn toggle_freeze(&mut self) {
        if self.freeze.take().is_some() {
            self.shown = self.latest.clone();
        } else {
            self.freeze = Some(Freeze { since: self.now, is_complete: false });
        }
    }

    /// Whether the next snapshot should contain all screens.
    pub fn wants_everything(&self) -> bool {
        self.freeze.is_some_and(|freeze| !freeze.is_complete)
    }

    pub fn context(&self) -> Context<'_> {
        let (shown, latest) = (&self.shown.snapshot.totals, &self.latest.snapshot.totals);
        let height = |tip: Option<crate::event::Tip>| tip.map_or(0, |tip| tip.height);
        Context {
            snapshot: &self.shown.snapshot,
            theme: self.theme,
            preferences: self.settings.preferences,
            keys: &self.settings.keys,
            zone: &self.settings.zone,
            area: self.parts().body,
            drift: match self.shown.snapshot.replay {
                // A replay advances its own time.
                Some(_) => Duration::ZERO,
                None => self.freeze.map_or(self.now, |freeze| freeze.since).since(self.shown.at),
            },
            frozen: self.freeze.map(|freeze| Frozen {
                span: self.now.since(freeze.since),
                transactions: latest.received.saturating_sub(shown.received),
                blocks: height(latest.tip).saturating_sub(height(shown.tip)),
            }),
        }
    }
}
