//! Whether the peer is still there: our pings, and its pongs.

use crate::util::time::Timestamp;
use std::time::Duration;

/// The lowest rate, in bytes per second, of a peer busy with a bulk transfer: Core answers pings only after
/// what was requested earlier. Small messages alone stay below it.
const OVERSLEPT: Duration = Duration::from_secs(1);

/// A pong preceded by this many bytes since its ping says nothing about latency: it waited behind the answer
/// to a request.
const BULK_SPEED: u64 = 4_096;

/// The number of bytes between a ping and its pong from which the pong says nothing about latency: the answer to
/// a request stood in between.
const BULK_SIZE: u64 = 64 * 1024;

/// The longest time by which received bytes may extend the wait for a pong: Core itself waits 20 minutes
/// (`TIMEOUT_INTERVAL`).
const MAX_DELAY: Duration = Duration::from_mins(20);

/// The pings of one connection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Keepalive {
    interval: Duration,
    timeout: Duration,
    state: State,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum State {
    /// The last ping was answered.
    Idle { since_ping: Timestamp },
    /// A ping was sent, and its pong has not arrived.
    AwaitingPong { nonce: u64, since: Timestamp, until: Timestamp, received: u64, overslept: bool },
}

/// After this round trip.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// After this time.
    Prompt(Duration),
    /// It was held up by a bulk transfer or by this process.
    Delayed,
}

/// What to do when a deadline has passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Due {
    /// Nothing yet.
    Nothing,
    /// Send a ping with the given nonce.
    Ping,
    /// Disconnect: no pong arrived in time.
    Timeout,
}

impl Keepalive {
    /// Starts with a ping that is sent at `now` with this nonce.
    pub fn start(now: Timestamp, nonce: u64, interval: Duration, timeout: Duration) -> Self {
        let state = awaiting(now, nonce, timeout);
        Self { interval, timeout, state }
    }

    /// Takes a pong, or returns `None` if it doesn't answer the ping in flight.
    pub fn pong(&mut self, now: Timestamp, nonce: u64) -> Option<Answer> {
        match self.state {
            State::AwaitingPong { nonce: expected, since, received, overslept, .. } if nonce == expected => {
                self.state = State::Idle { since_ping: since };
                let is_prompt = received < BULK_SIZE && !overslept;
                Some(if is_prompt { Answer::Prompt(now.since(since)) } else { Answer::Delayed })
            }
            _ => None,
        }
    }

    /// Extends the timeout by the `time` in which we did not read: the pong may have waited.
    pub fn excuse(&mut self, time: Duration) {
        if let State::AwaitingPong { until, .. } = &mut self.state {
            *until = *until + time;
        }
    }

    /// Notes that this process was asleep: the pong may have waited unread, and an overdue ping is sent at
    /// `ping_at`.
    pub fn overslept(&mut self, ping_at: Timestamp) {
        match &mut self.state {
            State::AwaitingPong { overslept, .. } => *overslept = true,
            State::Idle { since_ping } => *since_ping = (*since_ping).max(ping_at - self.interval),
        }
    }

    /// Extends the timeout by the time that `count` received bytes may have taken.
    pub fn bytes_received(&mut self, count: usize) {
        if let State::AwaitingPong { received, .. } = &mut self.state {
            *received = received.saturating_add(count as u64);
        }
    }

    /// When [`Keepalive::timer`] has something to do.
    pub fn deadline(&self) -> Timestamp {
        match self.state {
            State::Idle { since_ping } => since_ping + self.interval,
            // A peer that sends a lot gets more time, but it must answer a ping eventually.
            State::AwaitingPong { until, received, .. } => {
                until + Duration::from_secs(received / BULK_SPEED).min(MAX_DELAY)
            }
        }
    }

    /// Returns what is due. `nonce` is for the next ping.
    pub fn timer(&mut self, now: Timestamp, nonce: u64) -> Due {
        let deadline = self.deadline();
        if now < deadline {
            return Due::Nothing;
        }
        match &mut self.state {
            State::Idle { .. } => {
                self.state = awaiting(now, nonce, self.timeout);
                Due::Ping
            }
            State::AwaitingPong { until, received, overslept, .. } if now.since(deadline) > OVERSLEPT => {
                (*until, *received, *overslept) = (now + self.timeout, 0, true);
                Due::Nothing
            }
            State::AwaitingPong { .. } => Due::Timeout,
        }
    }
}

/// A ping that is sent at `now`.
fn awaiting(now: Timestamp, nonce: u64, timeout: Duration) -> State {
    State::AwaitingPong { nonce, since: now, until: now + timeout, received: 0, overslept: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(30);
    const TIMEOUT: Duration = Duration::from_secs(20);
    const START: Timestamp = Timestamp::from_secs(1_000);

    fn started() -> Keepalive {
        Keepalive::start(START, 7, INTERVAL, TIMEOUT)
    }

    fn after(secs: u64) -> Timestamp {
        START + Duration::from_secs(secs)
    }

    #[test]
    fn pings_come_at_the_interval_whatever_the_pong_took() {
        let mut keepalive = started();
        assert_eq!(keepalive.pong(after(4), 7), Some(Answer::Prompt(Duration::from_secs(4))));
        assert_eq!(keepalive.deadline(), after(30));
        assert_eq!(keepalive.timer(after(29), 8), Due::Nothing);
        assert_eq!(keepalive.timer(after(30), 8), Due::Ping);
        assert_eq!(keepalive.pong(after(31), 8), Some(Answer::Prompt(Duration::from_secs(1))));
        assert_eq!(keepalive.deadline(), after(60));
    }

    #[test]
    fn without_a_pong_the_timeout_ends_it() {
        let mut keepalive = started();
        assert_eq!(keepalive.deadline(), after(20));
        assert_eq!(keepalive.timer(after(19), 8), Due::Nothing);
        assert_eq!(keepalive.timer(after(20), 8), Due::Timeout);
    }

    #[test]
    fn only_the_pong_with_the_nonce_of_the_waiting_ping_counts() {
        let mut keepalive = started();
        assert_eq!(keepalive.pong(after(1), 8), None);
        assert_eq!(keepalive.pong(after(2), 0), None);
        assert_eq!(keepalive.pong(after(3), 7), Some(Answer::Prompt(Duration::from_secs(3))));
        assert_eq!(keepalive.pong(after(4), 7), None, "a second pong answers nothing");
    }

    #[test]
    fn a_deadline_noticed_far_too_late_gives_the_pong_its_time_again() {
        let mut keepalive = started();
        assert_eq!(keepalive.timer(after(500), 8), Due::Nothing);
        assert_eq!(keepalive.deadline(), after(520));
        let mut dead = keepalive.clone();
        assert_eq!(dead.timer(after(520), 8), Due::Timeout);
        assert_eq!(keepalive.pong(after(501), 7), Some(Answer::Delayed), "most of the time it waited for us");
    }

    #[test]
    fn a_pong_that_waited_while_this_process_slept_says_nothing_about_latency() {
        let mut keepalive = started();
        keepalive.overslept(after(12));
        assert_eq!(keepalive.pong(after(15), 7), Some(Answer::Delayed));
        assert_eq!(keepalive.timer(after(30), 8), Due::Ping);
        assert_eq!(keepalive.pong(after(31), 8), Some(Answer::Prompt(Duration::from_secs(1))), "it is over");
    }

    #[test]
    fn after_a_sleep_an_overdue_ping_is_sent_immediately_and_the_next_one_on_time() {
        let mut keepalive = started();
        assert!(keepalive.pong(after(1), 7).is_some());
        keepalive.overslept(after(20));
        assert_eq!(keepalive.deadline(), after(30));
        keepalive.overslept(after(500));
        assert_eq!(keepalive.timer(after(499), 8), Due::Nothing);
        assert_eq!(keepalive.timer(after(500), 8), Due::Ping);
    }

    #[test]
    fn time_in_which_we_did_not_read_does_not_count() {
        let mut keepalive = started();
        keepalive.excuse(Duration::from_secs(7));
        assert_eq!(keepalive.deadline(), after(27));
        assert_eq!(keepalive.pong(after(25), 7), Some(Answer::Prompt(Duration::from_secs(25))));
        keepalive.excuse(Duration::from_secs(7));
        assert_eq!(keepalive.deadline(), after(30), "pings are not put off");
    }

    #[test]
    fn a_pong_that_took_longer_than_the_interval_is_followed_by_a_ping_at_once() {
        let mut keepalive = Keepalive::start(START, 7, Duration::from_secs(2), TIMEOUT);
        assert_eq!(keepalive.pong(after(10), 7), Some(Answer::Prompt(Duration::from_secs(10))));
        assert_eq!(keepalive.timer(after(10), 8), Due::Ping);
    }

    #[test]
    fn bytes_defer_the_timeout_and_hide_the_latency() {
        let mut keepalive = started();
        // 100 kB/s: a transfer of a minute.
        for second in 1..=60 {
            assert_eq!(keepalive.timer(after(second), 8), Due::Nothing, "{second}");
            keepalive.bytes_received(100_000);
        }
        assert_eq!(keepalive.pong(after(61), 7), Some(Answer::Delayed));
        assert_eq!(keepalive.timer(after(61), 8), Due::Ping);
        assert_eq!(keepalive.pong(after(62), 8), Some(Answer::Prompt(Duration::from_secs(1))), "it is over");
    }

    #[test]
    fn small_talk_defers_nothing_and_no_transfer_defers_forever() {
        let mut chatty = started();
        (1..20).for_each(|_| chatty.bytes_received(200));
        assert_eq!(chatty.timer(after(20), 8), Due::Timeout);
        let mut endless = started();
        for second in 1..1_220 {
            endless.bytes_received(1_000_000);
            assert_eq!(endless.timer(after(second), 8), Due::Nothing);
        }
        assert_eq!(endless.timer(after(1_220), 8), Due::Timeout);
    }
}
