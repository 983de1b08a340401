//! What is known about one address.

use crate::address::PeerAddress;
use crate::util::time::Timestamp;
use crate::wire::Services;
use std::time::Duration;

/// An address that nobody has seen for this long is of no use (Core: `ADDRMAN_HORIZON`).
const HORIZON: Duration = Duration::from_hours(30 * 24);

/// A time stamp may be this far in the future: clocks differ (Core: 10 min).
pub(crate) const MAX_FUTURE: Duration = Duration::from_mins(10);

/// After so many failures a new address is given up (Core: `ADDRMAN_RETRIES`).
const RETRIES: u16 = 3;

/// One that had worked is given up after more failures (Core: `ADDRMAN_MAX_FAILURES`) ...
const MAX_FAILURES: u16 = 10;

/// ... over at least this time (Core: `ADDRMAN_MIN_FAIL`).
const MIN_FAIL: Duration = Duration::from_hours(7 * 24);

/// What was tried a moment ago is not judged yet (Core: 1 min).
const JUST_TRIED: Duration = Duration::from_mins(1);

/// How long an address rests after an attempt that failed; doubling from attempt to attempt.
pub const FIRST_REST: Duration = Duration::from_secs(30);

/// The longest rest.
pub const LONGEST_REST: Duration = Duration::from_hours(1);

/// Who told an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AddrSource {
    /// A DNS seed, by its name.
    Dns(String),
    /// The list that is built into this program.
    Fixed,
    /// A peer.
    Peer(PeerAddress),
}

/// What is known about one address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Who told it first.
    pub source: AddrSource,
    /// What it offers: as others say until we were connected to it. None: not known.
    pub services: Services,
    /// When others, or we, last saw it.
    pub seen: Timestamp,
    /// When we last tried to connect, or were connected.
    pub last_try: Option<Timestamp>,
    /// When we last were connected.
    pub last_success: Option<Timestamp>,
    /// Attempts since then that failed while others went well.
    pub failures: u16,
    /// Whether it does not speak the v2 transport (BIP324).
    pub v1_only: bool,
    /// Attempts since the last success, or the start of the program, whoever was at fault.
    pub tries: u16,
    /// It is not wanted before, though it works.
    pub shunned_until: Timestamp,
    /// Whether it stands in the table of those that worked.
    pub tried: bool,
}

impl Entry {
    /// An address that `source` told of, seen at `seen`.
    pub fn told(source: AddrSource, services: Services, seen: Timestamp) -> Self {
        Self {
            source,
            services,
            seen,
            last_try: None,
            last_success: None,
            failures: 0,
            v1_only: false,
            tries: 0,
            shunned_until: Timestamp::default(),
            tried: false,
        }
    }

    /// Whether it may be thrown out for any other address (Core: `AddrInfo::IsTerrible`).
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

    /// How likely it is taken when its turn comes, 0–1: less after each failure, down to 4 %
    /// (Core: `AddrInfo::GetChance`).
    pub fn chance(&self) -> f64 {
        0.66_f64.powi(self.failures.min(8).into())
    }

    /// When it may be tried again. `jitter` from 0 to 1 shortens the rest by up to a fifth, so that
    /// what failed together is not tried together.
    pub fn rested_at(&self, jitter: f64) -> Timestamp {
        let Some(last_try) = self.last_try.filter(|_| self.tries > 0) else {
            return self.shunned_until;
        };
        let factor = 2_u32.saturating_pow(u32::from(self.tries) - 1);
        let rest = FIRST_REST.saturating_mul(factor).min(LONGEST_REST);
        self.shunned_until.max(last_try + rest.mul_f64(1.0 - 0.2 * jitter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
    const DAY: Duration = Duration::from_hours(24);

    fn seen(seen: Timestamp) -> Entry {
        Entry::told(AddrSource::Fixed, Services::NONE, seen)
    }

    #[test]
    fn what_nobody_saw_for_a_month_or_from_the_future_is_terrible() {
        assert!(!seen(NOW - DAY * 29).is_terrible(NOW));
        assert!(seen(NOW - DAY * 31).is_terrible(NOW));
        assert!(!seen(NOW + Duration::from_mins(9)).is_terrible(NOW));
        assert!(seen(NOW + Duration::from_mins(11)).is_terrible(NOW));
    }

    #[test]
    fn a_new_address_has_three_failures_and_one_that_worked_ten_in_a_week() {
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
    fn rests_double_from_half_a_minute_to_an_hour() {
        let rest = |tries, jitter| {
            let entry = Entry { tries, last_try: Some(NOW), ..seen(NOW) };
            entry.rested_at(jitter).since(NOW).as_secs()
        };
        let rests: Vec<u64> = (0..=9).map(|tries| rest(tries, 0.0)).collect();
        assert_eq!(rests, [0, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
        assert_eq!(rest(1, 1.0), 24);
        assert_eq!(rest(u16::MAX, 0.0), 3_600);
    }

    #[test]
    fn failures_make_it_less_likely_and_never_impossible() {
        let chance = |failures| Entry { failures, ..seen(NOW) }.chance();
        assert!((chance(0) - 1.0).abs() < f64::EPSILON);
        assert!(chance(1) < 0.7 && chance(2) < 0.5);
        assert!(chance(u16::MAX) > 0.03);
    }
}
