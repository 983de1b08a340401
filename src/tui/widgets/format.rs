//! Figures as text: short, with unit, and no more precise than the value.

use crate::chain::limits::COIN;
use crate::event::MissingBlocks;
use crate::snapshot::FeeRate;
pub use crate::util::text::{grouped, plural};
use std::fmt::Display;
use std::time::Duration;

/// Shown for every unknown figure.
pub const UNKNOWN: &str = "?";

/// A count: `14,211`.
pub fn count(number: usize) -> String {
    grouped(u64::try_from(number).unwrap_or(u64::MAX))
}

/// An average count, rounded: `14,211`.
pub fn whole(number: f32) -> String {
    grouped(as_u64(f64::from(number).round()))
}

/// A count in at most 5 characters: `9,999`, `12.3k`, `4.1M`.
pub fn brief(number: u64) -> String {
    if number < 10_000 { grouped(number) } else { scaled(as_f64(number), "") }
}

/// A time span in at most 5 characters for the first 27 years, with at least two digits: `0.4s`, `12s`,
/// `1.7m`, `45m`, `2.5h`, `10d`.
pub fn age(span: Duration) -> String {
    let (number, unit) = in_unit(span, ["s", "m", "h", "d"]);
    if span.as_secs() < 10 {
        format!("{}.{}s", span.as_secs(), span.subsec_millis() / 100)
    } else {
        number + unit
    }
}

/// A time span in one unit, with two digits from 10 s on: `9 s`, `99 s`, `1.7 min`, `45 min`, `2.5 h`, `10
/// d`.
pub fn span(span: Duration) -> String {
    let (number, unit) = in_unit(span, ["s", "min", "h", "d"]);
    format!("{number} {unit}")
}

/// A time span in whole seconds below 100, then with at least two digits, rounded down.
fn in_unit(span: Duration, [seconds, minutes, hours, days]: [&'static str; 4]) -> (String, &'static str) {
    let secs = span.as_secs();
    let (length, unit) = match secs {
        0..100 => return (secs.to_string(), seconds),
        100..6_000 => (60, minutes),
        6_000..172_800 => (3_600, hours),
        _ => (86_400, days),
    };
    let tenths = secs * 10 / length;
    let number =
        if tenths < 100 { format!("{}.{}", tenths / 10, tenths % 10) } else { (tenths / 10).to_string() };
    (number, unit)
}

/// The number of missing blocks: `block missing`, `12 blocks missing`.
pub fn blocks_missing(missing: &MissingBlocks) -> String {
    match missing.count {
        1 => "block missing".to_owned(),
        count => format!("{} blocks missing", grouped(count.into())),
    }
}

/// A round trip: `0.4 ms`, `41 ms`, `1.2 s`.
pub fn ping(rtt: Duration) -> String {
    let micros = rtt.as_micros();
    if micros < 10_000 {
        format!("{:.1} ms", rtt.as_secs_f64() * 1e3)
    } else if micros < 1_000_000 {
        format!("{} ms", micros / 1_000)
    } else {
        format!("{:.1} s", rtt.as_secs_f64())
    }
}

/// The uncertainty of a time, rounded up to the shown precision and never zero: `± 0.3 ms`, `± 41 ms`.
pub fn uncertainty(bound: Duration) -> String {
    let micros = u64::try_from(bound.as_micros()).unwrap_or(u64::MAX).max(1);
    let step = if micros <= 10_000 { 100 } else { 1_000 };
    format!("± {}", ping(Duration::from_micros(micros.div_ceil(step).saturating_mul(step))))
}

/// A delay to the millisecond: `4,886 ms`.
pub fn millis(delay: Duration) -> String {
    format!("{} ms", grouped(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)))
}

/// Bytes: `812 B`, `38 kB`, `4.1 MB`.
pub fn bytes(number: u64) -> String {
    if number < 1_000 { format!("{number} B") } else { format!("{}B", spaced(as_f64(number))) }
}

/// Bytes per second without their unit: `38k`.
pub fn brief_byte_rate(per_second: f32) -> String {
    if per_second < 999.5 { format!("{:.0}", per_second.max(0.0)) } else { scaled(f64::from(per_second), "") }
}

/// Bytes per second: `38 kB/s`.
pub fn byte_rate(per_second: f32) -> String {
    if per_second < 999.5 {
        format!("{:.0} B/s", per_second.max(0.0))
    } else {
        format!("{}B/s", spaced(f64::from(per_second)))
    }
}

/// A virtual size: `812 vB`, `310.0 kvB`, `9.81 MvB`.
pub fn vsize(vbytes: u64) -> String {
    match vbytes {
        0..1_000 => format!("{vbytes} vB"),
        1_000..1_000_000 => format!("{:.1} kvB", as_f64(vbytes) / 1e3),
        _ => format!("{:.2} MvB", as_f64(vbytes) / 1e6),
    }
}

/// Bitcoin to the last satoshi: `1,234.56780000`.
pub fn btc(sat: u64) -> String {
    format!("{}.{:08}", grouped(sat / COIN), sat % COIN)
}

/// Bitcoin to four decimal places or six digits, truncated: `0.0451`, `1,234.56`. Smaller amounts are shown
/// to the last satoshi in 10 cells, and as `<0.0001` in fewer.
pub fn btc_short(sat: u64, cells: usize) -> String {
    let coins = grouped(sat / COIN);
    match sat {
        1..10_000 if cells < 10 => "<0.0001".to_owned(),
        1..10_000 => btc(sat),
        0..100_000_000_000 => format!("{coins}.{:04}", sat % COIN / 10_000),
        100_000_000_000..10_000_000_000_000 => format!("{coins}.{:02}", sat % COIN / 1_000_000),
        _ => coins,
    }
}

/// A fee rate in sat/vB: `12.1`, `0.15`, `1,204`.
pub fn fee_rate(sat_per_vb: f64) -> String {
    if sat_per_vb < 1.0 {
        format!("{sat_per_vb:.2}")
    } else if sat_per_vb < 1_000.0 {
        format!("{sat_per_vb:.1}")
    } else {
        brief(as_u64(sat_per_vb))
    }
}

/// A fee rate or its bounds in sat/vB: `12.1`, `3.1–4.0`, `≥0.10`, `≤4.0`, `?`. The upper bound is left out
/// if both need more than `cells` characters.
pub fn rate(rate: FeeRate, cells: usize) -> String {
    let (min, max) = (rate.min().map(rounded_down), rate.max().map(rounded_up));
    match (rate, min.map(fee_rate), max.map(fee_rate)) {
        (FeeRate::Exact(rate), ..) => fee_rate(rate),
        (_, Some(min), Some(max)) if min.len() + max.len() < cells => format!("{min}–{max}"),
        (_, Some(min), _) => format!("≥{min}"),
        (_, None, Some(max)) => format!("≤{max}"),
        (_, None, None) => UNKNOWN.to_owned(),
    }
}

/// The nearest rate that [`fee_rate`] can show without rounding up.
fn rounded_down(rate: f64) -> f64 {
    let step = resolution(rate);
    (rate / step + 1e-6).floor() * step
}

/// The nearest rate that [`fee_rate`] can show without rounding down.
fn rounded_up(rate: f64) -> f64 {
    let step = resolution(rate);
    (rate / step - 1e-6).ceil() * step
}

/// The resolution of [`fee_rate`] at a rate.
fn resolution(rate: f64) -> f64 {
    if rate < 1.0 { 0.01 } else { 0.1 }
}

/// A fee floor, given in sat/kvB, as sat/vB: `1.0`, `0.1`, `0.15`.
pub fn fee_floor(sat_per_kvb: u64) -> String {
    let rate = as_f64(sat_per_kvb) / 1e3;
    if rate >= 1.0 || sat_per_kvb.is_multiple_of(100) { format!("{rate:.1}") } else { format!("{rate:.2}") }
}

/// A share between 0 and 1: `98.7 %`.
pub fn share(part: f32) -> String {
    format!("{:.1} %", part.clamp(0.0, 1.0) * 100.0)
}

/// A value, or `?`.
pub fn known<T: Display>(value: Option<T>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| value.to_string())
}

fn spaced(number: f64) -> String {
    scaled(number, " ")
}

/// Three digits and a prefix: `38k`, `4.1M`.
fn scaled(number: f64, gap: &str) -> String {
    let (value, prefix) = match number {
        n if n < 999_500.0 => (n / 1e3, "k"),
        n if n < 999_500_000.0 => (n / 1e6, "M"),
        n if n < 999_500_000_000.0 => (n / 1e9, "G"),
        n => (n / 1e12, "T"),
    };
    if value < 10.0 { format!("{value:.1}{gap}{prefix}") } else { format!("{value:.0}{gap}{prefix}") }
}

#[expect(clippy::cast_precision_loss, reason = "for display in three digits")]
fn as_f64(number: u64) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn as_u64(number: f64) -> u64 {
    number as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Bounds;

    #[test]
    fn thousands_are_grouped() {
        let cases =
            [(0, "0"), (999, "999"), (1_000, "1,000"), (923_114, "923,114"), (1_000_000, "1,000,000")];
        for (number, text) in cases {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn ages_never_take_more_than_five_characters() {
        let years = 27 * 365 * 86_400;
        for secs in (0..200_000).chain([years]) {
            assert!(age(Duration::from_secs(secs)).len() <= 5, "{secs}");
        }
        assert_eq!(age(Duration::from_millis(432)), "0.4s");
        assert_eq!(age(Duration::from_secs(99)), "99s");
        assert_eq!(age(Duration::from_secs(9)), "9.0s");
    }

    #[test]
    fn spans_keep_two_digits() {
        let cases = [
            (9, "9 s"),
            (99, "99 s"),
            (100, "1.6 min"),
            (599, "9.9 min"),
            (600, "10 min"),
            (5_999, "99 min"),
            (6_000, "1.6 h"),
            (172_799, "47 h"),
            (172_800, "2.0 d"),
            (864_000, "10 d"),
        ];
        for (secs, expected) in cases {
            assert_eq!(span(Duration::from_secs(secs)), expected);
        }
        assert_eq!(age(Duration::from_secs(100)), "1.6m");
        assert_eq!(age(Duration::from_hours(49)), "2.0d");
    }

    #[test]
    fn pings_have_the_unit_that_fits() {
        assert_eq!(ping(Duration::from_micros(430)), "0.4 ms");
        assert_eq!(ping(Duration::from_millis(41)), "41 ms");
        assert_eq!(ping(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(millis(Duration::from_micros(4_886_900)), "4,886 ms");
    }

    #[test]
    fn no_time_is_certain() {
        let shown = |micros| uncertainty(Duration::from_micros(micros));
        assert_eq!([0, 49, 310, 9_910].map(shown), ["± 0.1 ms", "± 0.1 ms", "± 0.4 ms", "± 10 ms"]);
        assert_eq!([10_001, 40_000, 2_000_000].map(shown), ["± 11 ms", "± 40 ms", "± 2.0 s"]);
        assert!(shown(u64::MAX).ends_with(" s"));
    }

    #[test]
    fn values_are_exact_or_say_that_they_are_less() {
        assert_eq!(btc(4_510_000), "0.04510000");
        assert_eq!(btc(2_100_000_000_000_000), "21,000,000.00000000");
        assert_eq!(btc_short(4_519_999, 10), "0.0451");
        assert_eq!(btc_short(123_456_789_012, 10), "1,234.56");
        assert_eq!(btc_short(2_100_000_000_000_000, 10), "21,000,000");
        assert_eq!([9, 10].map(|cells| btc_short(546, cells)), ["<0.0001", "0.00000546"]);
        assert_eq!(btc_short(0, 9), "0.0000");
    }

    #[test]
    fn rates_and_sizes_carry_their_unit() {
        assert_eq!(bytes(812), "812 B");
        assert_eq!(bytes(38_400), "38 kB");
        assert_eq!(bytes(4_120_000), "4.1 MB");
        assert_eq!([999.4, 999.5, 999.9].map(byte_rate), ["999 B/s", "1.0 kB/s", "1.0 kB/s"]);
        assert_eq!([999.4, 999.9].map(brief_byte_rate), ["999", "1.0k"]);
        assert_eq!(vsize(9_812_345), "9.81 MvB");
        assert_eq!(fee_rate(0.148), "0.15");
        assert_eq!(fee_rate(12.14), "12.1");
        assert_eq!(fee_rate(1_204.7), "1,204");
        assert_eq!(fee_rate(f64::INFINITY), brief(u64::MAX));
        let within = |floor, low, high| FeeRate::bounded(Bounds { floor, low, high, ..Bounds::default() });
        assert_eq!(rate(within(Some(0.1), None, None), 9), "≥0.10");
        assert_eq!(rate(within(Some(0.1), Some(3.15), Some(4.04)), 9), "3.1–4.1");
        assert_eq!(rate(within(None, Some(2.0), Some(2.0)), 9), "2.0–2.0");
        assert_eq!(rate(within(None, Some(13.15), Some(14.04)), 6), "≥13.1");
        assert_eq!(rate(within(None, None, Some(0.666)), 9), "≤0.67");
        assert_eq!(rate(FeeRate::default(), 9), "?");
        assert_eq!(fee_floor(1_000), "1.0");
        assert_eq!(fee_floor(100), "0.1");
        assert_eq!(fee_floor(147), "0.15");
        assert_eq!(share(0.987), "98.7 %");
        assert_eq!(brief(12_345), "12k");
    }
}
