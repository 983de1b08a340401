//! Whether the peer is still there: our pings, and its pongs.

use crate::util::time::Timestamp;
use std::time::Duration;

/// A deadline that is noticed this much too late shows that this process was asleep or busy (a stopped job,
/// a suspended laptop): the pong may wait unread, so the timeout starts again.
const OVERSLEPT: Duration = Duration::from_secs(1);

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
    AwaitingPong { nonce: u64, since: Timestamp, until: Timestamp },
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
        let state = State::AwaitingPong { nonce, since: now, until: now + timeout };
        Self { interval, timeout, state }
    }

    /// Returns the time from the ping to this pong, or `None` if it doesn't answer the ping in flight.
    pub fn pong(&mut self, now: Timestamp, nonce: u64) -> Option<Duration> {
        match self.state {
            State::AwaitingPong { nonce: expected, since, .. } if nonce == expected => {
                self.state = State::Idle { since_ping: since };
                Some(now.since(since))
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

    /// When [`Keepalive::timer`] has something to do.
    pub fn deadline(&self) -> Timestamp {
        match self.state {
            State::Idle { since_ping } => since_ping + self.interval,
            State::AwaitingPong { until, .. } => until,
        }
    }

    /// Returns what is due. `nonce` is for the next ping.
    pub fn timer(&mut self, now: Timestamp, nonce: u64) -> Due {
        if now < self.deadline() {
            return Due::Nothing;
        }
        match &mut self.state {
            State::Idle { .. } => {
                self.state = State::AwaitingPong { nonce, since: now, until: now + self.timeout };
                Due::Ping
            }
            State::AwaitingPong { until, .. } if now.since(*until) > OVERSLEPT => {
                *until = now + self.timeout;
                Due::Nothing
            }
            State::AwaitingPong { .. } => Due::Timeout,
        }
    }
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
        assert_eq!(keepalive.pong(after(4), 7), Some(Duration::from_secs(4)));
        assert_eq!(keepalive.deadline(), after(30));
        assert_eq!(keepalive.timer(after(29), 8), Due::Nothing);
        assert_eq!(keepalive.timer(after(30), 8), Due::Ping);
        assert_eq!(keepalive.pong(after(31), 8), Some(Duration::from_secs(1)));
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
        assert_eq!(keepalive.pong(after(3), 7), Some(Duration::from_secs(3)));
        assert_eq!(keepalive.pong(after(4), 7), None, "a second pong answers nothing");
    }

    #[test]
    fn a_deadline_noticed_far_too_late_gives_the_pong_its_time_again() {
        let mut keepalive = started();
        assert_eq!(keepalive.timer(after(500), 8), Due::Nothing);
        assert_eq!(keepalive.deadline(), after(520));
        assert_eq!(keepalive.timer(after(520), 8), Due::Timeout);
    }

    #[test]
    fn time_in_which_we_did_not_read_does_not_count() {
        let mut keepalive = started();
        keepalive.excuse(Duration::from_secs(7));
        assert_eq!(keepalive.deadline(), after(27));
        assert_eq!(keepalive.pong(after(25), 7), Some(Duration::from_secs(25)));
        keepalive.excuse(Duration::from_secs(7));
        assert_eq!(keepalive.deadline(), after(30), "pings are not put off");
    }

    #[test]
    fn a_pong_that_took_longer_than_the_interval_is_followed_by_a_ping_at_once() {
        let mut keepalive = Keepalive::start(START, 7, Duration::from_secs(2), TIMEOUT);
        assert_eq!(keepalive.pong(after(10), 7), Some(Duration::from_secs(10)));
        assert_eq!(keepalive.timer(after(10), 8), Due::Ping);
    }
}
