//! What is known about one address.

use crate::address::PeerAddress;
use crate::util::time::Timestamp;
use crate::wire::Services;
use std::time::Duration;

/// An address not seen for this long is useless (Core: `ADDRMAN_HORIZON`).
const HORIZON: Duration = Duration::from_hours(30 * 24);

/// How far in the future a timestamp may lie, because clocks differ (Core: 10 min).
pub const MAX_FUTURE: Duration = Duration::from_mins(10);

/// After this many failures a new address is useless (Core: `ADDRMAN_RETRIES`).
const RETRIES: u16 = 3;

/// An address that once worked is useless after more failures (Core: `ADDRMAN_MAX_FAILURES`) ...
const MAX_FAILURES: u16 = 10;

/// ... over at least this time (Core: `ADDRMAN_MIN_FAIL`).
const MIN_FAIL: Duration = Duration::from_hours(7 * 24);

/// An address is not judged for this long after an attempt (Core: 1 min).
const JUST_TRIED: Duration = Duration::from_mins(1);

/// The back-off after the first failed attempt; it doubles from attempt to attempt.
const FIRST_BACKOFF: Duration = Duration::from_secs(30);

/// The longest back-off.
pub const MAX_BACKOFF: Duration = Duration::from_hours(1);

/// Where an address was learned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AddrSource {
    /// From the DNS seed of this name.
    Dns(String),
    /// From the list built into this program.
    Fixed,
    /// From the peer at this address.
    Peer(PeerAddress),
}

/// What is known about one address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Where the address was learned first.
    pub source: AddrSource,
    /// The services of the node: hearsay until we have connected. No bits set: unknown.
    pub services: Services,
    /// When other peers or we last saw it.
    pub seen: Timestamp,
    /// When it was last dialled or connected.
    pub last_try: Option<Timestamp>,
    /// When it was last connected.
    pub last_success: Option<Timestamp>,
    /// Attempts since then that failed through the address's own fault.
    pub failures: u16,
    /// Whether the node speaks the v1 transport only (BIP324).
    pub v1_only: bool,
    /// Failed attempts since the last success or startup, whatever the cause.
    pub tries: u16,
    /// The address works but is not useful before this time.
    pub avoided_until: Timestamp,
    /// Whether the address is in the tried table.
    pub tried: bool,
}

impl Entry {
    /// A new entry for an address learned from `source` and never dialled.
    pub fn new(source: AddrSource, services: Services, seen: Timestamp) -> Self {
        Self {
            source,
            services,
            seen,
            last_try: None,
            last_success: None,
            failures: 0,
            v1_only: false,
            tries: 0,
            avoided_until: Timestamp::default(),
            tried: false,
        }
    }

    /// Whether any other address may replace it (Core: `AddrInfo::IsTerrible`).
    pub fn is_terrible(&self, now: Timestamp) -> bool {
        if self.last_try.is_some_and(|tried| now.since(tried) <= JUST_TRIED) {
            return false;
        }
        let out_of_time = self.seen > now + MAX_FUTURE || now.since(self.seen) > HORIZON;
        let given_up = match self.last_success {
            None => self.failures >= RETRIES,
            Some(success) => self.failures >= MAX_FAILURES && now.since(success) > MIN_FAIL,
        };
        out_of_time || given_up
    }

    /// The probability of selection when its turn comes: smaller after each failure, down to 4 % (Core:
    /// `AddrInfo::GetChance`).
    pub fn chance(&self) -> f64 {
        0.66_f64.powi(self.failures.min(8).into())
    }

    /// When it may be dialled again. `jitter` from 0 to 1 shortens the back-off by up to a fifth, so that
    /// addresses that failed together are not dialled together.
    pub fn retry_at(&self, jitter: f64) -> Timestamp {
        let Some(last_try) = self.last_try.filter(|_| self.tries > 0) else {
            return self.avoided_until;
        };
        let factor = 2_u32.saturating_pow(u32::from(self.tries) - 1);
        let backoff = FIRST_BACKOFF.saturating_mul(factor).min(MAX_BACKOFF);
        self.avoided_until.max(last_try + backoff.mul_f64(1.0 - 0.2 * jitter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
    const DAY: Duration = Duration::from_hours(24);

    fn seen(seen: Timestamp) -> Entry {
        Entry::new(AddrSource::Fixed, Services::NONE, seen)
    }

    #[test]
    fn an_address_unseen_for_a_month_or_from_the_future_is_terrible() {
        assert!(!seen(NOW - DAY * 29).is_terrible(NOW));
        assert!(seen(NOW - DAY * 31).is_terrible(NOW));
        assert!(!seen(NOW + Duration::from_mins(9)).is_terrible(NOW));
        assert!(seen(NOW + Duration::from_mins(11)).is_terrible(NOW));
    }

    #[test]
    fn a_new_address_may_fail_three_times_and_one_that_worked_ten_times_in_a_week() {
        let failed = |failures, last_success| Entry { last_success, failures, ..seen(NOW) };
        assert!(!failed(2, None).is_terrible(NOW));
        assert!(failed(3, None).is_terrible(NOW));
        assert!(!failed(9, Some(NOW - DAY * 8)).is_terrible(NOW));
        assert!(failed(10, Some(NOW - DAY * 8)).is_terrible(NOW));
        assert!(!failed(99, Some(NOW - DAY * 6)).is_terrible(NOW));
        let just_tried = Entry { last_try: Some(NOW), ..failed(99, None) };
        assert!(!just_tried.is_terrible(NOW));
    }

    #[test]
    fn back_offs_double_from_half_a_minute_to_an_hour() {
        let backoff = |tries, jitter| {
            let entry = Entry { tries, last_try: Some(NOW), ..seen(NOW) };
            entry.retry_at(jitter).since(NOW).as_secs()
        };
        let backoffs: Vec<u64> = (0..=9).map(|tries| backoff(tries, 0.0)).collect();
        assert_eq!(backoffs, [0, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
        assert_eq!(backoff(1, 1.0), 24);
        assert_eq!(backoff(u16::MAX, 0.0), 3_600);
    }

    #[test]
    fn failures_make_a_selection_less_likely_and_never_impossible() {
        let chance = |failures| Entry { failures, ..seen(NOW) }.chance();
        assert!((chance(0) - 1.0).abs() < f64::EPSILON);
        assert!(chance(1) < 0.7 && chance(2) < 0.5);
        assert!(chance(u16::MAX) > 0.03);
    }
}
