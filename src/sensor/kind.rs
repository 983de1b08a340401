//! Subjects: `mempulse.v1.NETWORK.SENSOR.KIND`.

use crate::chain::Network;
use std::fmt;
use std::time::Duration;

/// The prefix of all subjects: the program, and the version of the schema.
const PREFIX: &str = "mempulse.v1";

/// The longest name of a sensor, in characters.
const MAX_NAME: usize = 32;

/// The longest time that a sensor collects events before it publishes them together.
pub const FLUSH: Duration = Duration::from_millis(100);

/// What a message contains.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// Events: traffic of peers.
    Traffic,
    /// Events: announcements and requests.
    Relay,
    /// Events: transactions that arrived.
    Tx,
    /// Events: tip and blocks.
    Chain,
    /// Events: connections of peers, and warnings.
    Peers,
    /// A serialized transaction.
    RawTx,
    /// A part of a serialized block.
    Block,
    /// Peers and tip, for readers that join.
    State,
    /// The sensor's state of health.
    Status,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Traffic,
        Self::Relay,
        Self::Tx,
        Self::Chain,
        Self::Peers,
        Self::RawTx,
        Self::Block,
        Self::State,
        Self::Status,
    ];

    /// The kinds that are batches of events.
    pub const OF_EVENTS: [Self; 5] = [Self::Traffic, Self::Relay, Self::Tx, Self::Chain, Self::Peers];

    /// The last part of the subject.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Traffic => "traffic",
            Self::Relay => "relay",
            Self::Tx => "tx",
            Self::Chain => "chain",
            Self::Peers => "peers",
            Self::RawTx => "rawtx",
            Self::Block => "block",
            Self::State => "state",
            Self::Status => "status",
        }
    }

    /// The kind with this name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The subject of messages of this kind.
    pub fn subject(self, network: Network, sensor: &SensorName) -> String {
        format!("{PREFIX}.{network}.{sensor}.{}", self.name())
    }

    /// The sensor and kind named by a subject of `network`; `None` for any other subject.
    pub fn of_subject(subject: &str, network: Network) -> Option<(SensorName, Self)> {
        let rest = subject.strip_prefix(PREFIX)?.strip_prefix('.')?.strip_prefix(network.name())?;
        let (sensor, kind) = rest.strip_prefix('.')?.split_once('.')?;
        Some((SensorName::parse(sensor).ok()?, Self::of(kind)?))
    }
}

/// The wildcard subject of all sensors on a network.
pub(super) fn all_subjects(network: Network) -> String {
    format!("{PREFIX}.{network}.>")
}

/// The name of a sensor: 1 to 32 of a–z, 0–9, - and _.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SensorName(String);

/// Why a text is not a valid sensor name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be 1 to {MAX_NAME} of a-z, 0-9, - and _, such as fra1")]
pub struct NameError;

impl SensorName {
    /// Checks a name.
    ///
    /// # Errors
    /// It is too long, empty, or has other characters.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let is_allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        let is_name = (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(is_allowed);
        if is_name { Ok(Self(text.to_owned())) } else { Err(NameError) }
    }
}

impl fmt::Display for SensorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_read_as_it_was_written() {
        let name = SensorName::parse("fra-1_b").unwrap();
        for network in Network::ALL {
            for kind in Kind::ALL {
                let subject = kind.subject(network, &name);
                assert_eq!(Kind::of_subject(&subject, network), Some((name.clone(), kind)), "{subject}");
                assert!(subject.starts_with(all_subjects(network).trim_end_matches('>')));
            }
        }
        assert_eq!(Kind::Tx.subject(Network::Mainnet, &name), "mempulse.v1.mainnet.fra-1_b.tx");
    }

    #[test]
    fn nothing_else_is_a_subject() {
        for subject in [
            "",
            "mempulse.v1.mainnet.fra1",
            "mempulse.v1.mainnet.fra1.",
            "mempulse.v1.mainnet..tx",
            "mempulse.v1.mainnet.fra1.TX",
            "mempulse.v1.mainnet.Fra1.tx",
            "mempulse.v1.mainnet.fra1.tx.x",
            "mempulse.v1.mainnet.fra1.tx ",
            "mempulse.v1.signet.fra1.tx",
            "mempulse.v1.mainnetfra1.tx",
            "mempulse.v2.mainnet.fra1.tx",
            "mempulse.v1mainnet.fra1.tx",
            " mempulse.v1.mainnet.fra1.tx",
        ] {
            assert_eq!(Kind::of_subject(subject, Network::Mainnet), None, "{subject}");
        }
    }

    #[test]
    fn a_name_has_bounds() {
        for good in ["a", "fra1", "0", "-_", &"x".repeat(32)] {
            assert_eq!(SensorName::parse(good).map(|name| name.to_string()).as_deref(), Ok(good));
        }
        for wrong in ["", "Fra1", "fra 1", "fra.1", "*", ">", "fra/1", "ü", &"x".repeat(33)] {
            assert_eq!(SensorName::parse(wrong), Err(NameError), "{wrong}");
        }
    }
}
