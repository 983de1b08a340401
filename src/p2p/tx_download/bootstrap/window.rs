//! How many requests may be in flight to one peer: about one second of what it delivers.
//!
//! Core answers a `getdata` completely before it reads the next message, pings and requests for live relay
//! included. Requests in flight therefore delay everything else by the time they take to arrive.

use crate::util::time::Timestamp;
use std::collections::VecDeque;
use std::time::Duration;

/// The requests in flight to a peer of unknown speed: 100 to 150 kB of mainnet's transactions.
const INITIAL: usize = 200;

/// The fewest requests in flight, to a peer that delivers next to nothing.
const MIN: usize = 50;

/// The most requests in flight, which bounds how many a lost connection takes with it.
pub const MAX: usize = 5_000;

/// The most entries of one `getdata` (Core: `MAX_GETDATA_SZ`).
pub const MAX_BATCH: usize = 1_000;

/// By how much the window may grow between measurements, as the first ones include the round trip.
const MAX_GROWTH: usize = 4;

/// Measures what a peer delivers, and limits what is requested from it.
#[derive(Debug)]
pub struct Window {
    size: usize,
    /// Batches whose last answer has not arrived, oldest first.
    batches: VecDeque<Batch>,
    requested: u64,
    answered: u64,
    delivered: u64,
}

/// How many transactions had been delivered when it was sent.
#[derive(Clone, Copy, Debug)]
struct Batch {
    sent: Timestamp,
    /// The number of requests up to and including this one.
    delivered: u64,
    /// The number of requests so far, its own included.
    end: u64,
}

impl Default for Window {
    fn default() -> Self {
        Self { size: INITIAL, batches: VecDeque::new(), requested: 0, answered: 0, delivered: 0 }
    }
}

impl Window {
    /// The number of requests without an answer.
    pub fn in_flight(&self) -> usize {
        usize::try_from(self.requested - self.answered).unwrap_or(usize::MAX)
    }

    /// The number of requests to send in one message now. They come in batches of a quarter of the window, so
    /// that messages stay few.
    pub fn room(&self) -> usize {
        let free = self.size.saturating_sub(self.in_flight());
        if free >= self.size.div_ceil(4) { free.min(MAX_BATCH) } else { 0 }
    }

    /// When the oldest `getdata` without its last answer was sent.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.batches.front().map(|batch| batch.sent)
    }

    /// A `getdata` with `count` entries is sent.
    pub fn sent(&mut self, count: usize, now: Timestamp) {
        self.requested += count as u64;
        self.batches.push_back(Batch { sent: now, delivered: self.delivered, end: self.requested });
    }

    /// A request was answered through another peer: its answer is no longer awaited.
    pub fn answered(&mut self, is_delivered: bool, now: Timestamp) {
        self.answered = (self.answered + 1).min(self.requested);
        self.delivered += u64::from(is_delivered);
        while let Some(batch) = self.batches.pop_front_if(|batch| batch.end <= self.answered) {
            self.resize(batch, now);
        }
    }

    /// A request was answered by another peer: its answer is not awaited any more.
    pub fn cancelled(&mut self, now: Timestamp) {
        self.answered(false, now);
    }

    /// Extends the time limits of requests in flight by `time`.
    pub fn slept(&mut self, time: Duration) {
        for batch in &mut self.batches {
            batch.sent = batch.sent + time;
        }
    }

    /// Forgets what is in flight.
    pub fn reset(&mut self) {
        self.batches.clear();
        self.answered = self.requested;
        self.size = MIN;
    }

    fn resize(&mut self, batch: Batch, now: Timestamp) {
        let elapsed = now.since(batch.sent).max(Duration::from_millis(1)).as_micros();
        let per_second = u128::from(self.delivered - batch.delivered) * 1_000_000 / elapsed;
        let per_second = usize::try_from(per_second).unwrap_or(usize::MAX);
        self.size = per_second.clamp(self.size / 2, self.size * MAX_GROWTH).clamp(MIN, MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_secs(1_000);

    /// Lets a peer answer everything at `per_second` after a round trip of 100 ms, for `seconds`. Returns the
    /// final delay between request and answer.
    fn steady(window: &mut Window, per_second: u64, seconds: u64) -> Duration {
        let step = Duration::from_micros(1_000_000 / per_second);
        let mut pipe: VecDeque<Timestamp> = VecDeque::new();
        let (mut now, mut delay) = (START, Duration::ZERO);
        while now.since(START) < Duration::from_secs(seconds) {
            while window.room() > 0 {
                let count = window.room();
                window.sent(count, now);
                pipe.extend(std::iter::repeat_n(now, count));
            }
            now = now + step;
            if let Some(sent) = pipe.pop_front_if(|sent| now.since(*sent) >= Duration::from_millis(100)) {
                delay = now.since(sent);
                window.answered(true, now);
            }
        }
        delay
    }

    #[test]
    fn what_is_in_flight_arrives_within_about_a_second() {
        for per_second in [50, 500, 2_000] {
            let mut window = Window::default();
            let delay = steady(&mut window, per_second, 60);
            assert!(delay > Duration::from_millis(300), "{per_second} per second: {delay:?}");
            assert!(delay < Duration::from_millis(1_500), "{per_second} per second: {delay:?}");
        }
    }

    #[test]
    fn a_fast_peer_is_asked_for_much_but_never_for_more_than_the_limit() {
        let mut window = Window::default();
        steady(&mut window, 50_000, 2);
        assert!(window.size == MAX && window.in_flight() <= MAX && window.room() <= MAX_BATCH);
    }

    #[test]
    fn a_peer_that_has_nothing_is_asked_for_little() {
        let mut window = Window::default();
        for second in 0..20 {
            let (count, now) = (window.room(), START + Duration::from_secs(second));
            window.sent(count, now);
            (0..count).for_each(|_| window.answered(false, now + Duration::from_millis(1)));
        }
        assert_eq!((window.size, window.in_flight()), (MIN, 0));
    }

    #[test]
    fn requests_come_in_portions() {
        let mut window = Window::default();
        assert_eq!(window.room(), INITIAL);
        window.sent(INITIAL, START);
        (0..INITIAL / 4 - 1).for_each(|_| window.answered(true, START));
        assert_eq!(window.room(), 0);
        window.answered(true, START);
        assert_eq!(window.room(), INITIAL / 4);
    }
}
