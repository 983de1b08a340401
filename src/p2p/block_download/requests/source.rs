//! One peer as a source of one block: its announcements, requests and failures.

use crate::util::time::Timestamp;
use crate::wire::compact_block::PartialBlock;
use std::time::Duration;

/// The pause after the first failed request to a peer; it doubles with each further failure.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause between two requests to the same peer.
const MAX_PAUSE: Duration = Duration::from_mins(1);

/// A peer's announcements and answers for one block.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// The number of peers that announced the block before this one; `None` if this one did not.
    pub announced: Option<usize>,
    /// Whether its compact block was requested and has not arrived.
    pub asked_compact: bool,
    /// Whether its compact block arrived.
    pub sent_compact: bool,
    /// Its compact block while the missing transactions are awaited.
    pub partial: Option<PartialBlock>,
    /// The number of unanswered requests.
    pub unanswered: usize,
    /// The number of consecutive failures.
    pub failures: u32,
    /// When it may be asked again after a failure.
    retry_at: Option<Timestamp>,
}

impl Source {
    /// Notes that the peer announced the block after `before` others, and may be asked immediately.
    ///
    /// Failures before the first announcement are forgiven: the peer did not have the block yet. Later
    /// announcements do not outweigh failures, or a peer could keep others from their turn by repeating
    /// itself.
    pub fn announce(&mut self, before: usize) {
        if self.announced.is_none() {
            self.announced = Some(before);
            self.failures = 0;
        }
        self.retry_at = None;
    }

    /// Notes that a request failed: the peer is asked again after a pause.
    pub fn fail(&mut self, now: Timestamp) {
        let pause = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(self.failures));
        self.retry_at = Some(now + pause.min(MAX_PAUSE));
        self.failures = self.failures.saturating_add(1);
    }

    /// Keeps the peer, which failed, from being asked again before `at`.
    pub fn postpone(&mut self, at: Timestamp) {
        self.retry_at = self.retry_at.max(Some(at));
    }

    /// Notes that the peer's compact block is useless: the whole block may be requested immediately.
    pub fn fail_compact(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// Notes that an answer came.
    pub fn answer(&mut self) {
        self.unanswered = self.unanswered.saturating_sub(1);
    }

    /// Whether the peer may be asked now.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.retry_at.is_none_or(|at| at <= now)
    }

    /// When the peer may be asked again, if that is later than `now`.
    pub fn due_after(&self, now: Timestamp) -> Option<Timestamp> {
        self.retry_at.filter(|at| *at > now)
    }

    /// The order in which peers are asked: fewest failures first, then earliest announcement.
    pub fn rank(&self) -> (u32, usize) {
        (self.failures, self.announced.unwrap_or(usize::MAX))
    }
}
