//! A recording on the screen.

use crate::app::monitor::Screen;
use crate::app::replay::pace::Pace;
use crate::app::replay::track::{Played, Track};
use crate::event::{Command, ReplayCommand};
use crate::snapshot::{LogLines, Progress, ReplayStatus, Snapshot, View};
use crate::util::time::Timestamp;
use std::time::Duration;
use tokio::time::{self, Instant};
use tokio_util::sync::CancellationToken;

/// How far one key press seeks.
const STEP: Duration = Duration::from_secs(10);

/// Within this time after a block, the key for the previous block goes to the block before it.
const AT_BLOCK: Duration = Duration::from_secs(2);

/// How often events are applied.
const TURN: Duration = Duration::from_millis(20);

/// How many events are applied before keys are checked again.
const PIECE: usize = 2_000;

/// A replay and its state on the screen.
pub struct Show {
    track: Track,
    pace: Pace,
    /// The target of a seek in progress.
    seeking: Option<Timestamp>,
    is_over: bool,
    log_lines: LogLines,
}

impl Show {
    /// Starts at the beginning of the recording.
    pub fn new(track: Track, speed: u32, log_lines: LogLines) -> Self {
        let pace = Pace::new(track.position(), speed);
        Self { track, pace, seeking: None, is_over: false, log_lines }
    }

    /// Feeds the screen until `shutdown`.
    pub async fn feed_screen(mut self, mut screen: Screen, shutdown: CancellationToken) {
        let mut frame = screen.frames();
        let mut turn = Instant::now();
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                Ok(()) = screen.views.changed() => self.publish(&mut screen),
                Some(command) = screen.commands.recv() => {
                    self.command(&command);
                    self.publish(&mut screen);
                }
                _ = frame.tick() => self.publish(&mut screen),
                () = time::sleep_until(turn), if !self.is_at_rest() => {
                    let is_underway = self.play();
                    turn = if is_underway { Instant::now() } else { Instant::now() + TURN };
                }
                () = std::future::ready(()), if self.track.model().is_indexing() => {
                    let now = self.track.position();
                    self.track.model_mut().index_more(now);
                }
            }
        }
    }

    /// Whether nothing moves until the user presses a key.
    fn is_at_rest(&self) -> bool {
        self.seeking.is_none() && (self.pace.is_paused() || self.is_over)
    }

    /// Applies the events that are due. Returns whether there are more.
    fn play(&mut self) -> bool {
        let until = self.seeking.unwrap_or_else(|| self.pace.now());
        let played = self.track.play(until, PIECE, |_, _, _| {});
        let position = self.track.position();
        self.track.model_mut().index_more(position);
        match played {
            Played::Underway if self.seeking.is_none() => self.pace.set(position),
            Played::Underway => {}
            Played::There | Played::Over => {
                self.is_over = played == Played::Over;
                if self.seeking.take().is_some() || self.is_over {
                    self.pace.set(self.track.position());
                } else if let Some(start) = self.track.nothing_until() {
                    // The user need not sit through the hours between two runs.
                    self.pace.set(start);
                }
            }
        }
        played == Played::Underway
    }

    fn command(&mut self, command: &Command) {
        let Command::Replay(command) = command else {
            self.track.command(command);
            return;
        };
        let (start, end) = self.track.span();
        let from = self.seeking.unwrap_or_else(|| self.track.position());
        let to = match command {
            ReplayCommand::Pause => {
                self.pace.toggle();
                None
            }
            ReplayCommand::Faster | ReplayCommand::Slower => {
                self.pace.change(*command);
                None
            }
            ReplayCommand::Forward => Some(from + STEP),
            ReplayCommand::Back => Some(from - STEP),
            ReplayCommand::NextBlock => self.track.blocks_around(AT_BLOCK)[1],
            ReplayCommand::PreviousBlock => self.track.blocks_around(AT_BLOCK)[0],
        };
        if let Some(to) = to {
            let to = to.clamp(start, end);
            self.track.approach(to);
            self.seeking = Some(to);
            self.is_over = false;
        }
    }

    fn status(&self) -> ReplayStatus {
        let progress = if self.seeking.is_some() {
            Progress::Seeking
        } else if self.is_over {
            Progress::Over
        } else if self.pace.is_paused() {
            Progress::Paused
        } else {
            Progress::Playing
        };
        ReplayStatus { span: self.track.span(), speed: self.pace.speed(), progress }
    }

    fn publish(&mut self, screen: &mut Screen) {
        let (now, status) = (self.track.position(), self.status());
        let complete = |_: &View, snapshot: &mut Snapshot| snapshot.replay = Some(status);
        screen.publish(self.track.model_mut(), now, &self.log_lines, complete);
    }
}
