//! Reads `HOST:PORT` as users write it.

use super::overlay::{I2P, ONION, i2p_hash, onion_key};
use super::{Host, PeerAddress};
use std::net::{Ipv4Addr, Ipv6Addr};

/// The longest DNS name, in characters (RFC 1035).
const MAX_NAME: usize = 253;

/// The longest label between two dots of a DNS name, in characters (RFC 1035).
const MAX_LABEL: usize = 63;

/// Why a string is not a valid peer address. Each error quotes the invalid part.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AddressError {
    /// There is no host.
    #[error("no host: must be HOST or HOST:PORT")]
    NoHost,
    /// The port is not a TCP port.
    #[error("invalid port {0:?}: must be 1 to 65535")]
    Port(String),
    /// A port for an I2P destination, which has none.
    #[error("invalid address {0:?}: I2P destinations have no port")]
    I2pPort(String),
    /// An unmatched bracket, or something between `]` and the port.
    #[error("invalid brackets in {0:?}: must be [IPV6]:PORT")]
    Brackets(String),
    /// Digits and dots that are not an IPv4 address.
    #[error("invalid IPv4 address {0:?}: must be four numbers from 0 to 255")]
    Ipv4(String),
    /// Colons, but not an IPv6 address.
    #[error("invalid IPv6 address {0:?}: must be like 2001:db8::7 or [2001:db8::7]:PORT")]
    Ipv6(String),
    /// Not the name of a Tor v3 onion service.
    #[error("invalid onion address {0:?}: {1}")]
    Onion(String, &'static str),
    /// Not the name of an I2P destination.
    #[error("invalid I2P address {0:?}: {1}")]
    I2p(String, &'static str),
    /// Not a DNS name.
    #[error("invalid host name {0:?}: must be letters, digits, hyphens and dots")]
    Name(String),
}

impl PeerAddress {
    /// Reads `HOST:PORT` or `HOST`, where `HOST` is an IPv4 address, an IPv6 address (in brackets
    /// if a port follows), a name, a Tor v3 `.onion` or an I2P `.b32.i2p`.
    ///
    /// # Errors
    /// One line with the invalid part and what is allowed.
    pub fn parse(text: &str, default_port: u16) -> Result<Self, AddressError> {
        let (host, port) = split(text)?;
        if let Some(bare) = host.strip_prefix('[') {
            return Ok(Self { host: parse_ipv6(bare)?, port: parse_port(port, default_port)? });
        }
        if host.contains(':') {
            return Ok(Self { host: parse_ipv6(host)?, port: default_port });
        }
        let host = host.to_ascii_lowercase();
        if let Some(label) = host.strip_suffix(I2P) {
            let hash = i2p_hash(label).map_err(|why| AddressError::I2p(host.clone(), why))?;
            return match port {
                None | Some("0") => Ok(Self { host: Host::I2p(hash), port: 0 }),
                Some(_) => Err(AddressError::I2pPort(text.to_owned())),
            };
        }
        let port = parse_port(port, default_port)?;
        let host = if let Some(label) = host.strip_suffix(ONION) {
            let key = onion_key(label).map_err(|why| AddressError::Onion(host.clone(), why))?;
            Host::TorV3(key)
        } else if host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            let ip: Ipv4Addr = host.parse().map_err(|_| AddressError::Ipv4(host))?;
            Host::from_ip(ip.into())
        } else if is_name(&host) {
            Host::Name(host)
        } else {
            return Err(AddressError::Name(host));
        };
        Ok(Self { host, port })
    }
}

/// Splits host and port. The host of `[IPV6]` keeps its opening bracket, which marks it as IPv6.
fn split(text: &str) -> Result<(&str, Option<&str>), AddressError> {
    let brackets = || AddressError::Brackets(text.to_owned());
    let (host, port) = if text.starts_with('[') {
        let (host, rest) = text.split_once(']').ok_or_else(brackets)?;
        match rest {
            "" => (host, None),
            _ => (host, Some(rest.strip_prefix(':').ok_or_else(brackets)?)),
        }
    } else {
        match text.split_once(':') {
            Some((_, port)) if port.contains(':') => (text, None),
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        }
    };
    if host.is_empty() { Err(AddressError::NoHost) } else { Ok((host, port)) }
}

fn parse_ipv6(text: &str) -> Result<Host, AddressError> {
    let ip: Ipv6Addr = text.parse().map_err(|_| AddressError::Ipv6(text.to_owned()))?;
    Ok(Host::from_ip(ip.into()))
}

fn parse_port(text: Option<&str>, default: u16) -> Result<u16, AddressError> {
    let Some(text) = text else { return Ok(default) };
    // `parse` alone would accept a sign.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(port) if digits && port != 0 => Ok(port),
        _ => Err(AddressError::Port(text.to_owned())),
    }
}

fn is_name(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_label = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (1..=MAX_LABEL).contains(&label.len())
            && label.bytes().all(allowed)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= MAX_NAME && name.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of BIP155.
    const ONION_NAME: &str = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";
    const ONION_KEY: [u8; 4] = [0x79, 0xbc, 0xc6, 0x25];
    const I2P_NAME: &str = "ukeu3k5oycgaauneqgtnvselmt4yemvoilkln7jpvamvfx7dnkdq.b32.i2p";

    fn parse(text: &str) -> Result<PeerAddress, AddressError> {
        PeerAddress::parse(text, 8333)
    }

    #[test]
    fn every_kind_of_address_is_read_and_written_back() {
        for text in [
            "203.0.113.5:18444",
            "[2001:db8::7]:8334",
            "seed.example.org:1",
            "my_node:65535",
            &format!("{ONION_NAME}:8333"),
            &format!("{I2P_NAME}:0"),
        ] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn the_port_may_be_left_out() {
        assert_eq!(parse("203.0.113.5").unwrap().to_string(), "203.0.113.5:8333");
        assert_eq!(parse("[::1]").unwrap().to_string(), "[::1]:8333");
        assert_eq!(parse("2001:DB8::7").unwrap().to_string(), "[2001:db8::7]:8333");
        assert_eq!(parse("LocalHost").unwrap().to_string(), "localhost:8333");
        assert_eq!(parse(ONION_NAME).unwrap().port, 8333);
        assert_eq!(parse(I2P_NAME).unwrap().port, 0);
        assert_eq!(parse("[::ffff:1.2.3.4]:5").unwrap().to_string(), "1.2.3.4:5");
    }

    #[test]
    fn an_onion_name_is_its_key() {
        let address = parse(&ONION_NAME.to_ascii_uppercase()).unwrap();
        let Host::TorV3(key) = address.host else { panic!("{address:?}") };
        assert!(key.starts_with(&ONION_KEY));
    }

    #[test]
    fn an_invalid_address_is_refused_with_one_line_that_says_what_is_allowed() {
        let onion =
            |label: &str| AddressError::Onion(format!("{label}.onion"), "must be 56 characters a-z and 2-7");
        let mistyped = ONION_NAME.replacen("pg6", "pg7", 1);
        for (text, error) in [
            ("", AddressError::NoHost),
            (":8333", AddressError::NoHost),
            ("host:", AddressError::Port(String::new())),
            ("host:0", AddressError::Port("0".into())),
            ("host:65536", AddressError::Port("65536".into())),
            ("host:+80", AddressError::Port("+80".into())),
            ("http://host", AddressError::Port("//host".into())),
            ("1.2.3.400:8333", AddressError::Ipv4("1.2.3.400".into())),
            ("1.2.3", AddressError::Ipv4("1.2.3".into())),
            ("[::1", AddressError::Brackets("[::1".into())),
            ("[::1]8333", AddressError::Brackets("[::1]8333".into())),
            ("[host]:1", AddressError::Ipv6("host".into())),
            ("1:2:3", AddressError::Ipv6("1:2:3".into())),
            ("a b", AddressError::Name("a b".into())),
            ("a..b", AddressError::Name("a..b".into())),
            ("-a", AddressError::Name("-a".into())),
            ("é", AddressError::Name("é".into())),
            ("abc.onion", onion("abc")),
            ("expyuzz4wqqyqhjn.onion", onion("expyuzz4wqqyqhjn")),
            (&mistyped, AddressError::Onion(mistyped.clone(), "the checksum is wrong")),
            (&format!("{I2P_NAME}:8333"), AddressError::I2pPort(format!("{I2P_NAME}:8333"))),
            ("a.b32.i2p", AddressError::I2p("a.b32.i2p".into(), "must be 52 characters a-z and 2-7")),
        ] {
            let refused = parse(text).unwrap_err();
            assert_eq!(refused, error, "{text}");
            assert_eq!(refused.to_string().lines().count(), 1);
        }
        assert_eq!(parse(&format!("{}.org", "a".repeat(64))).unwrap_err().to_string().lines().count(), 1);
    }
}
