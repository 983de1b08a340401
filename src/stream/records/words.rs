//! The closed lists of words that records use.

use crate::event::{self, Warning};
use crate::model::{self, WatchEvent};
use serde::Serialize;

/// Declares a closed list of words, written in `snake_case`.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $($word:ident)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($word,)+
        }

        #[cfg(test)]
        impl $name {
            pub const ALL: &[Self] = &[$(Self::$word),+];
        }
    };
}

words! {
    /// What a transaction is for.
    Kind: Payment Consolidation BatchPayout Coinjoin Inscription Runestone Data LightningOpen
        LightningForceClose LightningAnchorSpend Multisig TimeLocked Truc
}

words! {
    /// Where a transaction came from.
    TxSource: Relay Bootstrap Parent Restored
}

words! {
    /// What happened to an earlier run's mempool.
    RestorationState: Entered Discarded Reconciled
}

words! {
    /// Why a transaction left the mempool (Core: `MemPoolRemovalReason`).
    RemovalReason: Confirmed Replaced Conflict SizeLimit Expired Reorg NotRelayed
}

words! {
    /// What a connection is for.
    ConnectionKind: Manual Outbound AddrFetch MempoolFetch
}

words! {
    /// Why a connection, or the attempt at one, ended.
    DisconnectReason: NameNotResolved ConnectionRefused DialTimeout Unreachable HandshakeTimeout Proxy
        UnreachableByProxy NoRoute NotUseful AddressesReceived NoAddresses MempoolListed NoMempoolList V1Only KeyExchangeFailed
        SelfConnection VersionTooOld PingTimeout ClosedByPeer ClosedInsideMessage ConnectionLost WrongMagic
        MessageTooLong NotAuthentic Misbehaved NotReading Internal ShuttingDown SensorStale
}

words! {
    /// Why a transaction of a block had not been received before.
    UnseenReason: NeverAnnounced NotReceived Conflicting
}

words! {
    /// What is wrong with data from a peer.
    InvalidData: WrongMagic BadChecksum NotAuthentic TooLong Malformed Transaction Block MempoolList
}

words! {
    /// What happened to a transaction that touches a watch target.
    WatchChange: Arrived Replaced DoubleSpent Confirmed Unconfirmed Removed
}

words! {
    /// What a warning is about.
    WarningSubject: DnsSeed Store Peer Unreachable Clock Backlog AlertProgram Recording Sensors
}

impl From<model::classify::Kind> for Kind {
    fn from(kind: model::classify::Kind) -> Self {
        use model::classify::Kind as Model;
        match kind {
            Model::Payment => Self::Payment,
            Model::Consolidation => Self::Consolidation,
            Model::BatchPayout => Self::BatchPayout,
            Model::CoinJoin => Self::Coinjoin,
            Model::Inscription => Self::Inscription,
            Model::Runestone => Self::Runestone,
            Model::Data => Self::Data,
            Model::LightningOpen => Self::LightningOpen,
            Model::LightningForceClose => Self::LightningForceClose,
            Model::LightningAnchorSpend => Self::LightningAnchorSpend,
            Model::Multisig => Self::Multisig,
            Model::TimeLocked => Self::TimeLocked,
            Model::Truc => Self::Truc,
        }
    }
}

impl From<event::ConnectionKind> for ConnectionKind {
    fn from(kind: event::ConnectionKind) -> Self {
        match kind {
            event::ConnectionKind::Manual => Self::Manual,
            event::ConnectionKind::Outbound => Self::Outbound,
            event::ConnectionKind::AddrFetch => Self::AddrFetch,
            event::ConnectionKind::MempoolFetch => Self::MempoolFetch,
        }
    }
}

impl From<event::TxSource> for TxSource {
    fn from(source: event::TxSource) -> Self {
        match source {
            event::TxSource::Relay => Self::Relay,
            event::TxSource::Bootstrap => Self::Bootstrap,
            event::TxSource::Parent => Self::Parent,
            event::TxSource::Restored => Self::Restored,
        }
    }
}

impl From<model::RemovalReason> for RemovalReason {
    fn from(reason: model::RemovalReason) -> Self {
        use model::RemovalReason as Model;
        match reason {
            Model::Confirmed { .. } => Self::Confirmed,
            Model::Replaced { .. } => Self::Replaced,
            Model::Conflict(_) => Self::Conflict,
            Model::SizeLimit => Self::SizeLimit,
            Model::Expired => Self::Expired,
            Model::Reorg => Self::Reorg,
            Model::NotRelayed => Self::NotRelayed,
        }
    }
}

impl From<&event::DisconnectReason> for DisconnectReason {
    fn from(reason: &event::DisconnectReason) -> Self {
        use event::DisconnectReason as Event;
        match reason {
            Event::NameNotResolved(_) => Self::NameNotResolved,
            Event::Refused => Self::ConnectionRefused,
            Event::DialTimeout(_) => Self::DialTimeout,
            Event::Unreachable(_) => Self::Unreachable,
            Event::HandshakeTimeout(_) => Self::HandshakeTimeout,
            Event::Proxy { .. } => Self::Proxy,
            Event::UnreachableByProxy(_) => Self::UnreachableByProxy,
            Event::NoRoute(_) => Self::NoRoute,
            Event::NotUseful(_) => Self::NotUseful,
            Event::AddressesReceived => Self::AddressesReceived,
            Event::MempoolListed => Self::MempoolListed,
            Event::NoMempoolList => Self::NoMempoolList,
            Event::NoAddresses => Self::NoAddresses,
            Event::SpeaksV1 => Self::V1Only,
            Event::KeyExchange(_) => Self::KeyExchangeFailed,
            Event::SelfConnection => Self::SelfConnection,
            Event::VersionTooOld(_) => Self::VersionTooOld,
            Event::PingTimeout => Self::PingTimeout,
            Event::ClosedByPeer => Self::ClosedByPeer,
            Event::ClosedInsideMessage => Self::ClosedInsideMessage,
            Event::Io(_) => Self::ConnectionLost,
            Event::WrongMagic(_) => Self::WrongMagic,
            Event::MessageTooLong(_) => Self::MessageTooLong,
            Event::NotAuthentic => Self::NotAuthentic,
            Event::Misbehaved(_) => Self::Misbehaved,
            Event::NotReading => Self::NotReading,
            Event::Internal => Self::Internal,
            Event::ShuttingDown => Self::ShuttingDown,
            Event::SensorStale => Self::SensorStale,
        }
    }
}

impl From<event::InvalidData> for InvalidData {
    fn from(what: event::InvalidData) -> Self {
        use event::InvalidData as Event;
        match what {
            Event::WrongMagic => Self::WrongMagic,
            Event::BadChecksum => Self::BadChecksum,
            Event::NotAuthentic => Self::NotAuthentic,
            Event::TooLong => Self::TooLong,
            Event::Malformed => Self::Malformed,
            Event::Transaction => Self::Transaction,
            Event::Block => Self::Block,
            Event::MempoolList => Self::MempoolList,
        }
    }
}

impl From<model::Unseen> for UnseenReason {
    fn from(unseen: model::Unseen) -> Self {
        match unseen {
            model::Unseen::NeverAnnounced => Self::NeverAnnounced,
            model::Unseen::NotReceived => Self::NotReceived,
            model::Unseen::Conflicting => Self::Conflicting,
        }
    }
}

impl From<WatchEvent> for WatchChange {
    fn from(event: WatchEvent) -> Self {
        match event {
            WatchEvent::Arrived => Self::Arrived,
            WatchEvent::Replaced { .. } => Self::Replaced,
            WatchEvent::DoubleSpent { .. } => Self::DoubleSpent,
            WatchEvent::Confirmed { .. } => Self::Confirmed,
            WatchEvent::Unconfirmed => Self::Unconfirmed,
            WatchEvent::Removed { .. } => Self::Removed,
        }
    }
}

impl From<&Warning> for WarningSubject {
    fn from(warning: &Warning) -> Self {
        match warning {
            Warning::Store(_) => Self::Store,
            Warning::NotUseful { .. } => Self::Peer,
            Warning::ClockWrong { .. } | Warning::ClockRight => Self::Clock,
            Warning::Behind | Warning::CaughtUp => Self::Backlog,
            Warning::SensorServerAway(_) | Warning::SensorServerBack(_) | Warning::SensorsSkipped { .. } => {
                Self::Sensors
            }
            Warning::AlertProgram { .. } | Warning::AlertProgramSkipped { .. } => Self::AlertProgram,
            Warning::RecordingGap { .. } | Warning::RecordingFailed { .. } => Self::Recording,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{Peers, Transactions, WatchEvents, fields};

    /// Asserts that a query field has the same words, in the same order, as the stream.
    fn agree<S: crate::query::Subject>(field: &str, words: &[impl Serialize], also: &[&str]) {
        let in_query = fields::<S>().into_iter().find(|row| row.name == field).unwrap().values;
        let in_stream = words.iter().map(|word| serde_json::to_value(word).unwrap());
        let mut in_stream: Vec<_> = in_stream.map(|word| word.as_str().unwrap().to_owned()).collect();
        in_stream.extend(also.iter().map(|word| (*word).to_owned()));
        assert_eq!(in_query, in_stream.join(", "), "{field}");
    }

    #[test]
    fn queries_and_the_stream_use_the_same_words() {
        agree::<Transactions>("kind", Kind::ALL, &["other"]);
        agree::<Transactions>("source", TxSource::ALL, &[]);
        agree::<Peers>("kind", ConnectionKind::ALL, &[]);
        agree::<WatchEvents>("event", WatchChange::ALL, &[]);
    }
}
