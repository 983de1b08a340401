//! Parsers for flag values, with their error messages.

use crate::address::PeerAddress;
use crate::alert::Rule;
use crate::chain::Network;
use crate::demo::{MAX_RATE, MIN_RATE};
use crate::p2p::{BootstrapMode, TransportChoice};
use crate::recording::MIN_KEEP;
use crate::report::Format;
use crate::sensor::{SensorName, ServerAddress};
use crate::tui::{Meaning, ThemeName};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use ratatui::style::Color;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

/// The shortest time that a flag accepts.
const MIN_DURATION: Duration = Duration::from_millis(100);

/// The longest time that a flag accepts.
const MAX_DURATION: Duration = Duration::from_hours(24);

/// The port on which Tor accepts SOCKS5 connections.
const TOR_PORT: u16 = 9_050;

pub(super) fn network() -> impl TypedValueParser<Value = Network> {
    let names = Network::ALL.map(Network::name).into_iter().chain(["main"]);
    PossibleValuesParser::new(names).map(|name| {
        Network::ALL.into_iter().find(|network| network.name() == name).unwrap_or(Network::Mainnet)
    })
}

pub(super) fn transport() -> impl TypedValueParser<Value = TransportChoice> {
    let all = TransportChoice::ALL.iter().copied();
    let names = all.clone().map(TransportChoice::name);
    PossibleValuesParser::new(names)
        .map(move |name| all.clone().find(|choice| choice.name() == name).unwrap_or(TransportChoice::Auto))
}

/// Reads `auto`, `off` and `force`; also `true` and `false`, from when this flag was a switch.
pub(super) fn bootstrap() -> impl TypedValueParser<Value = BootstrapMode> {
    let value = |mode: BootstrapMode| match mode {
        BootstrapMode::Auto => PossibleValue::new(mode.name()).alias("true"),
        BootstrapMode::Off => PossibleValue::new(mode.name()).alias("false"),
        BootstrapMode::Force => PossibleValue::new(mode.name()),
    };
    PossibleValuesParser::new(BootstrapMode::ALL.map(value)).map(|name| match name.as_str() {
        "off" | "false" => BootstrapMode::Off,
        "force" => BootstrapMode::Force,
        _ => BootstrapMode::Auto,
    })
}

pub(super) fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(|(name, _)| name)).map(|chosen| {
        Format::ALL
            .into_iter()
            .find(|(name, _)| *name == chosen)
            .map_or(Format::Markdown, |(_, format)| format)
    })
}

pub(super) fn level() -> impl TypedValueParser<Value = tracing::Level> {
    PossibleValuesParser::new(["error", "warn", "info", "debug", "trace"])
        .try_map(|name| name.parse::<tracing::Level>())
}

pub(super) fn theme() -> impl TypedValueParser<Value = ThemeName> {
    PossibleValuesParser::new(ThemeName::ALL.map(ThemeName::name))
        .map(|name| ThemeName::of(&name).unwrap_or_default())
}

/// Reads a colour assignment such as `good=#5fafff`.
pub(super) fn colour(text: &str) -> Result<(Meaning, Color), String> {
    let (meaning, colour) = text.split_once('=').ok_or("must be MEANING=COLOUR, such as good=#5fafff")?;
    let meaning = Meaning::of(meaning).ok_or_else(|| {
        format!("the meaning must be one of {}", Meaning::names().collect::<Vec<_>>().join(", "))
    })?;
    let colour =
        colour.parse().map_err(|_| "the colour must be #RRGGBB, 0 to 255, or a name such as light-blue")?;
    Ok((meaning, colour))
}

/// Checks an alert rule, and returns it as written.
pub(super) fn rule(text: &str) -> Result<String, String> {
    match Rule::parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("column {}: {error}", error.column(text))),
    }
}

/// Reads whole numbers within `range`.
pub(super) fn number<T>(range: RangeInclusive<T>) -> impl Fn(&str) -> Result<T, String> + Clone
where
    T: std::str::FromStr + PartialOrd + std::fmt::Display + Clone,
{
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| format!("must be {} to {}", range.start(), range.end()))
    }
}

/// Reads times such as `500ms`, `30s`, `2m`, or plain seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let parsed = match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => text.parse::<jiff::SignedDuration>().ok().and_then(|time| time.try_into().ok()),
    };
    parsed.filter(|time| (MIN_DURATION..=MAX_DURATION).contains(time)).ok_or_else(|| {
        "must be a time from 100ms to 24h, such as 500ms, 30s, 2m, or plain seconds".to_owned()
    })
}

/// Reads how many bytes of recordings to keep.
pub(super) fn keep(text: &str) -> Result<u64, String> {
    size(text, MIN_KEEP).ok_or_else(|| "must be a size of 1GB or more, such as 20GB or 1TB".to_owned())
}

/// Reads how many bytes a sensor may spool.
pub(super) fn spool(text: &str) -> Result<u64, String> {
    size(text, 32_000_000).ok_or_else(|| "must be a size of 32MB or more, such as 1GB".to_owned())
}

/// Reads the size limit of a NATS stream, in bytes.
pub(super) fn stream_bytes(text: &str) -> Result<u64, String> {
    size(text, 16_000_000).ok_or_else(|| "must be a size of 16MB or more, such as 8GB".to_owned())
}

/// Reads a size of at least `least` bytes, such as `20GB`.
fn size(text: &str, least: u64) -> Option<u64> {
    const UNITS: [(&str, u64); 5] =
        [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000), ("", 1)];
    let (unit, factor) = UNITS.into_iter().find(|(unit, _)| text.ends_with(unit)).unwrap_or(("", 1));
    let number = text.strip_suffix(unit)?.trim_end().parse::<u64>().ok()?;
    number.checked_mul(factor).filter(|bytes| *bytes >= least)
}

/// Reads how long a NATS stream keeps messages: `90m`, `24h`, `7d`.
pub(super) fn long_time(text: &str) -> Result<Duration, String> {
    const DAY: Duration = Duration::from_hours(24);
    let age = match text.strip_suffix('d') {
        Some(days) => days.parse::<u32>().ok().and_then(|days| DAY.checked_mul(days)),
        None => text.parse::<jiff::SignedDuration>().ok().and_then(|time| time.try_into().ok()),
    };
    age.filter(|age| (Duration::from_mins(1)..=DAY * 3_650).contains(age))
        .ok_or_else(|| "must be a time from 1m to 3650d, such as 90m, 24h or 7d".to_owned())
}

/// Reads the name of a sensor.
pub(super) fn sensor_name(text: &str) -> Result<SensorName, String> {
    SensorName::parse(text).map_err(|error| error.to_string())
}

/// Reads the address of a NATS server.
pub(super) fn nats(text: &str) -> Result<ServerAddress, String> {
    ServerAddress::parse(text).map_err(|error| error.to_string())
}

/// Reads the rate of the demo, in transactions per second.
pub(super) fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (MIN_RATE..=MAX_RATE).contains(rate));
    rate.ok_or_else(|| format!("must be {MIN_RATE} to {MAX_RATE}"))
}

/// Reads the address at which the API is served: `ADDR:PORT`, or a port of 127.0.0.1.
pub(super) fn serve(text: &str) -> Result<SocketAddr, String> {
    let address = match text.parse() {
        Ok(port) => Ok(SocketAddr::from(([127, 0, 0, 1], port))),
        Err(_) => text.replacen("localhost:", "127.0.0.1:", 1).parse::<SocketAddr>(),
    };
    address.ok().filter(|address| address.port() != 0).ok_or_else(|| {
        "must be ADDR:PORT with an IP address, such as 127.0.0.1:9332 or [::1]:9332, or a PORT from 1 to 65535".to_owned()
    })
}

pub(super) fn proxy(text: &str) -> Result<PeerAddress, String> {
    PeerAddress::parse(text, TOR_PORT).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units_and_bounds() {
        assert_eq!(duration("30"), Ok(Duration::from_secs(30)));
        assert_eq!(duration("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_mins(2)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        for wrong in ["", "0", "-1", "NaN", "inf", "1e300", "-5s", "25h", "soon", "10ms"] {
            assert!(duration(wrong).unwrap_err().contains("100ms to 24h"), "{wrong}");
        }
    }

    #[test]
    fn a_port_alone_is_served_to_this_machine_only() {
        let read = |text| serve(text).map(|address| address.to_string());
        assert_eq!(read("9332").as_deref(), Ok("127.0.0.1:9332"));
        assert_eq!(read("localhost:9332").as_deref(), Ok("127.0.0.1:9332"));
        assert_eq!(read("0.0.0.0:80").as_deref(), Ok("0.0.0.0:80"));
        assert_eq!(read("[::1]:9332").as_deref(), Ok("[::1]:9332"));
        for wrong in ["", "0", "65536", ":9332", "127.0.0.1", "127.0.0.1:0", "host.example:80", "::1"] {
            assert!(read(wrong).unwrap_err().contains("127.0.0.1:9332"), "{wrong}");
        }
    }

    #[test]
    fn a_colour_has_a_meaning() {
        assert_eq!(colour("good=#5fafff"), Ok((Meaning::Good, Color::Rgb(0x5f, 0xaf, 0xff))));
        assert_eq!(colour("band-8=202"), Ok((Meaning::Band(7), Color::Indexed(202))));
        assert_eq!(colour("border=light-blue"), Ok((Meaning::Border, Color::LightBlue)));
        for (wrong, hint) in
            [("good", "MEANING=COLOUR"), ("nice=red", "selected-text"), ("good=#12", "#RRGGBB")]
        {
            assert!(colour(wrong).unwrap_err().contains(hint), "{wrong}");
        }
    }

    #[test]
    fn sizes_and_ages_have_units_and_bounds() {
        assert_eq!((keep("20GB"), spool("32MB")), (Ok(20_000_000_000), Ok(32_000_000)));
        assert_eq!((stream_bytes("1 TB"), stream_bytes("16000kB")), (Ok(1_000_000_000_000), Ok(16_000_000)));
        for wrong in ["", "GB", "-1GB", "1.5GB", "15MB", "99999999999TB", "1gb"] {
            assert!(spool(wrong).unwrap_err().contains("32MB or more"), "{wrong}");
            assert!(stream_bytes(wrong).unwrap_err().contains("16MB or more"), "{wrong}");
        }
        let hours = |hours| Ok(Duration::from_hours(hours));
        assert_eq!((long_time("24h"), long_time("7d")), (hours(24), hours(7 * 24)));
        assert_eq!(long_time("90m"), Ok(Duration::from_mins(90)));
        for wrong in ["", "d", "0d", "3651d", "30s", "24", "1w2", "-1h"] {
            assert!(long_time(wrong).unwrap_err().contains("1m to 3650d"), "{wrong}");
        }
    }

    #[test]
    fn numbers_have_bounds() {
        let read = number(1_u16..=1_000);
        assert_eq!((read("1"), read("1000")), (Ok(1), Ok(1_000)));
        for wrong in ["", "0", "1001", "99999999", "-1", "many"] {
            assert_eq!(read(wrong), Err("must be 1 to 1000".to_owned()), "{wrong}");
        }
    }
}
