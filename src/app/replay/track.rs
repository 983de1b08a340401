//! A recording and the state at one moment of it.

use crate::address::AsDatabase;
use crate::event::{Command, Event, WatchTarget};
use crate::model::{Model, Outcome};
use crate::recording::{Item, Player, RecordingError, Unreadable};
use crate::util::time::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;

/// A recording and the state at one moment of it.
#[derive(Debug)]
pub struct Track {
    player: Player,
    model: Model,
    /// The position in time: all events up to it have been applied.
    position: Timestamp,
    next: Option<Item>,
    /// The watch targets, which every rebuilt state gets.
    targets: Vec<WatchTarget>,
    as_database: Option<Arc<AsDatabase>>,
}

/// The result of applying a piece.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Played {
    /// Every event up to the requested moment was applied.
    There,
    /// There are more events before the requested moment.
    Underway,
    /// The recording has ended.
    Over,
}

impl Track {
    /// Opens recordings, and goes to their beginning.
    ///
    /// # Errors
    /// A recording cannot be read.
    pub fn open(
        paths: &[PathBuf],
        targets: Vec<WatchTarget>,
        as_database: Option<Arc<AsDatabase>>,
    ) -> Result<Self, RecordingError> {
        let mut player = Player::open(paths)?;
        let (position, _) = player.span();
        let first = match player.next_item() {
            Some(Item::File { model, .. }) => *model,
            Some(Item::Damage(error)) => return Err(error),
            _ => {
                let path = paths.first().cloned().unwrap_or_default();
                return Err(RecordingError { path, why: Unreadable::Keyframe });
            }
        };
        let mut track = Self { model: first, position, next: None, targets, as_database, player };
        track.prepare();
        track.next = track.player.next_item();
        Ok(track)
    }

    /// Adds the watch targets to the state of a file.
    fn prepare(&mut self) {
        if let Some(database) = &self.as_database {
            self.model.set_as_database(Arc::clone(database));
        }
        self.model.command(&Command::Watch(self.targets.clone()), self.position);
    }

    /// The state at the position.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The state at the position, mutable for the lists that it caches for the screen.
    pub fn model_mut(&mut self) -> &mut Model {
        &mut self.model
    }

    /// The position in time.
    pub fn position(&self) -> Timestamp {
        self.position
    }

    /// When the recording begins and ends.
    pub fn span(&self) -> (Timestamp, Timestamp) {
        self.player.span()
    }

    /// Applies a change to the watch list.
    pub fn command(&mut self, command: &Command) {
        match command {
            Command::Watch(targets) => self.targets.extend(targets.iter().cloned()),
            Command::Unwatch(target) => self.targets.retain(|other| other.key() != target.key()),
            Command::Alert(_) | Command::Replay(_) => return,
        }
        self.model.command(command, self.position);
    }

    /// Applies at most `count` events up to `until`, and calls `each` with every event, the state and the
    /// outcome.
    pub fn play(
        &mut self,
        until: Timestamp,
        count: usize,
        mut each: impl FnMut(&Event, &Model, &Outcome),
    ) -> Played {
        for _ in 0..count {
            match self.next.take() {
                None => return Played::Over,
                Some(Item::Event(event)) if event.time > until => {
                    self.next = Some(Item::Event(event));
                    self.position = self.position.max(until);
                    return Played::There;
                }
                Some(Item::Event(event)) => {
                    let outcome = self.model.apply(&event);
                    self.position = self.position.max(event.time);
                    each(&event, &self.model, &outcome);
                }
                Some(item @ Item::File { start, .. }) if start > until => {
                    self.position = self.position.max(until);
                    self.next = Some(item);
                    return Played::There;
                }
                Some(Item::File { model, start, .. }) => {
                    self.model = *model;
                    self.position = self.position.max(start);
                    self.prepare();
                }
                Some(Item::Gap { from, to, events }) => {
                    tracing::warn!(
                        "the disk was too slow: {events} events from {} to {} are missing",
                        from.rfc3339(),
                        to.rfc3339()
                    );
                }
                Some(Item::Damage(error)) => tracing::warn!("{error}; this part is left out"),
            }
            self.next = self.player.next_item();
        }
        Played::Underway
    }

    /// When the next file begins, if nothing was recorded between the position and then.
    pub fn nothing_until(&self) -> Option<Timestamp> {
        match self.next {
            Some(Item::File { start, .. }) => Some(start).filter(|start| *start > self.position),
            _ => None,
        }
    }

    /// Goes to the beginning of the file that contains `time`, unless the position is already between the
    /// two.
    pub fn approach(&mut self, time: Timestamp) {
        let start = self.player.file_start(time);
        if (start..=time).contains(&self.position) {
            return;
        }
        self.player.go_to_file(time);
        self.position = start;
        self.next = self.player.next_item();
    }

    /// The times of the last block before the position and of the first one after it. Ignores a block at the
    /// position or within `margin` before it.
    pub fn blocks_around(&mut self, margin: std::time::Duration) -> [Option<Timestamp>; 2] {
        let [before, _] = self.player.blocks_around(self.position - margin);
        let [_, after] = self.player.blocks_around(self.position);
        [before, after]
    }
}
