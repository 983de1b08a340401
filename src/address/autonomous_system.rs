//! The network operator of an IP address, from a database that the user supplies.

use crate::address::Host;
use crate::util::text::clean;
use maxminddb::{MaxMindDbError, Reader, geoip2};
use std::fmt;
use std::sync::Arc;

/// The longest name to keep, in characters.
const MAX_NAME: usize = 60;

/// A network of one operator (RFC 1930).
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AutonomousSystem {
    /// The number.
    pub number: u32,
    /// The name of the operator; empty if the database has none.
    pub name: Arc<str>,
}

/// Written as `AS24940 Hetzner Online GmbH`.
impl fmt::Display for AutonomousSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AS{}", self.number)?;
        if self.name.is_empty() { Ok(()) } else { write!(f, " {}", self.name) }
    }
}

/// Why bytes are not a database of autonomous systems.
#[derive(Debug, thiserror::Error)]
pub enum AsDatabaseError {
    /// They are not in the format.
    #[error("not a maxminddb file: {0}")]
    Format(#[from] MaxMindDbError),
    /// They are a database of this other type.
    #[error("it contains \"{0}\", and not autonomous systems")]
    Subject(String),
}

/// Address ranges and their autonomous systems, in the maxminddb format.
pub struct AsDatabase {
    reader: Reader<Vec<u8>>,
}

impl fmt::Debug for AsDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsDatabase").field("metadata", self.reader.metadata()).finish_non_exhaustive()
    }
}

impl AsDatabase {
    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// The bytes have another format, or declare another type.
    pub fn of_bytes(bytes: Vec<u8>) -> Result<Self, AsDatabaseError> {
        let reader = Reader::from_source(bytes)?;
        let subject = &reader.metadata().database_type;
        if subject.to_ascii_lowercase().contains("asn") {
            return Ok(Self { reader });
        }
        Err(AsDatabaseError::Subject(clean(subject.as_bytes(), MAX_NAME)))
    }

    /// Returns the autonomous system of a host; `None` if it has no IP address, or if the database lacks it.
    pub fn lookup(&self, host: &Host) -> Option<AutonomousSystem> {
        let Host::Ip(ip) = host else { return None };
        let found: geoip2::Asn = self.reader.lookup(*ip).ok()?.decode().ok()??;
        let name = clean(found.autonomous_system_organization.unwrap_or_default().as_bytes(), MAX_NAME);
        Some(AutonomousSystem { number: found.autonomous_system_number?, name: name.into() })
    }
}

#[cfg(test)]
pub(crate) mod testing {
    /// A database in which 203.0.0.0/16 belongs to AS64500, with the operator's name.
    pub(crate) fn bytes(subject: &str, name: &str) -> Vec<u8> {
        const BITS: u32 = 16;
        let network: u32 = 203 << 8;
        let mut bytes = Vec::new();
        for bit in 0..BITS {
            let next = if bit + 1 == BITS { BITS + 16 } else { bit + 1 };
            let is_one = network >> (BITS - 1 - bit) & 1 == 1;
            let [left, right] = if is_one { [BITS, next] } else { [next, BITS] };
            for record in [left, right] {
                bytes.extend(&record.to_be_bytes()[1..]);
            }
        }
        bytes.extend([0; 16]);
        map(&mut bytes, 2);
        text(&mut bytes, "autonomous_system_number");
        number(&mut bytes, 6, 64_500);
        text(&mut bytes, "autonomous_system_organization");
        text(&mut bytes, name);
        bytes.extend(b"\xab\xcd\xefMaxMind.com");
        map(&mut bytes, 9);
        for (key, kind, value) in [
            ("binary_format_major_version", 5, 2),
            ("binary_format_minor_version", 5, 0),
            ("ip_version", 5, 4),
            ("record_size", 5, 24),
            ("node_count", 6, BITS),
            ("build_epoch", 9, 1_700_000_000),
        ] {
            text(&mut bytes, key);
            number(&mut bytes, kind, value);
        }
        text(&mut bytes, "database_type");
        text(&mut bytes, subject);
        text(&mut bytes, "description");
        map(&mut bytes, 0);
        text(&mut bytes, "languages");
        // An empty array, a type beyond the first seven.
        bytes.extend([0, 11 - 7]);
        bytes
    }

    fn map(bytes: &mut Vec<u8>, pairs: u8) {
        bytes.push(7 << 5 | pairs);
    }

    fn text(bytes: &mut Vec<u8>, text: &str) {
        let length = u8::try_from(text.len()).unwrap();
        if length < 29 {
            bytes.push(2 << 5 | length);
        } else {
            bytes.extend([0x5d, length - 29]);
        }
        bytes.extend(text.as_bytes());
    }

    /// A number of four bytes; the types are uint16 (5), uint32 (6) and uint64 (9).
    fn number(bytes: &mut Vec<u8>, kind: u8, value: u32) {
        let value = &value.to_be_bytes()[if kind == 5 { 2 } else { 0 }..];
        let length = u8::try_from(value.len()).unwrap();
        if kind > 7 {
            bytes.extend([length, kind - 7]);
        } else {
            bytes.push(kind << 5 | length);
        }
        bytes.extend(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(ip: &str) -> Host {
        Host::from_ip(ip.parse().unwrap())
    }

    #[test]
    fn the_operator_of_an_address_is_found_and_its_name_is_harmless() {
        let database = AsDatabase::of_bytes(testing::bytes("Test-ASN", "Ex\u{1b}ample")).unwrap();
        let found = database.lookup(&host("203.0.113.5")).unwrap();
        assert_eq!(found.to_string(), "AS64500 Ex·ample");
        for other in [host("203.1.0.1"), host("2001:db8::7"), Host::TorV3([7; 32]), Host::Name("node".into())]
        {
            assert_eq!(database.lookup(&other), None, "{other:?}");
        }
        let nameless = AsDatabase::of_bytes(testing::bytes("Test-ASN", "")).unwrap();
        assert_eq!(nameless.lookup(&host("203.0.113.5")).unwrap().to_string(), "AS64500");
    }

    #[test]
    fn another_file_is_refused_with_what_it_is() {
        let error = |bytes| AsDatabase::of_bytes(bytes).unwrap_err().to_string();
        assert!(error(b"PK\x03\x04 a zip".to_vec()).starts_with("not a maxminddb file: "));
        let city = testing::bytes("GeoLite2-City", "x");
        assert_eq!(error(city), "it contains \"GeoLite2-City\", and not autonomous systems");
    }

    #[test]
    fn a_damaged_file_is_refused_or_knows_less() {
        let whole = testing::bytes("Test-ASN", "Example");
        for at in 0..whole.len() {
            for damaged in [[&whole[..at], &[0xff], &whole[at + 1..]].concat(), whole[..at].to_vec()] {
                if let Ok(database) = AsDatabase::of_bytes(damaged) {
                    let _ = database.lookup(&host("203.0.113.5"));
                }
            }
        }
    }
}
