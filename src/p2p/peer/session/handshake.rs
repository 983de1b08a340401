//! The handshake, seen from the side that dialled.
//!
//! We send `version`; the peer answers with `version`, its features (`wtxidrelay`, `sendaddrv2`) and
//! `verack`; after its `version` we send our features and `verack`.

use crate::event::{DisconnectReason, Misbehaviour, PeerInfo};
use crate::util::text::clean;
use crate::util::time::Timestamp;
use crate::wire::version::{MAX_USER_AGENT, MIN_PROTOCOL_VERSION, PROTOCOL_VERSION};
use crate::wire::{Message, Services, Version};

/// The first protocol version whose nodes know `wtxidrelay` (Core: `WTXID_RELAY_VERSION`). Core
/// doesn't send `sendaddrv2` to older ones either: some of them disconnect for unknown messages.
const WTXID_RELAY_VERSION: i32 = 70_016;

/// The state of the handshake.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Handshake {
    /// Our `version` was sent.
    AwaitingVersion {
        /// The nonce of our `version`.
        our_nonce: u64,
    },
    /// The peer's `version` arrived, and our `verack` was sent.
    AwaitingVerack {
        /// What the peer has said about itself so far.
        info: Box<PeerInfo>,
    },
}

/// The result of a message during the handshake.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Progress {
    /// Nothing.
    Nothing,
    /// Send these messages.
    Reply(Vec<Message>),
    /// The handshake is complete.
    Done(Box<PeerInfo>),
    /// The message was out of turn, and is ignored.
    Tolerated(Misbehaviour),
    /// The handshake failed.
    Failed(DisconnectReason),
}

/// Our `version`: we serve nothing, have no blocks, and ask for transaction announcements.
pub fn our_version(wall: Timestamp, nonce: u64) -> Version {
    Version {
        version: PROTOCOL_VERSION,
        services: Services::NONE,
        time: i64::try_from(wall.as_secs()).unwrap_or(i64::MAX),
        nonce,
        user_agent: concat!("/mempulse:", env!("CARGO_PKG_VERSION"), "/").into(),
        start_height: 0,
        relay: true,
    }
}

impl Handshake {
    /// Handles a message of the peer. As in Core, messages out of turn are ignored.
    pub fn received(&mut self, now: Timestamp, message: &Message) -> Progress {
        match self {
            Self::AwaitingVersion { our_nonce } => match message {
                Message::Version(version) => {
                    let our_nonce = *our_nonce;
                    self.version(now, version, our_nonce)
                }
                _ => Progress::Tolerated(Misbehaviour::BeforeHandshake(message.command().to_owned())),
            },
            Self::AwaitingVerack { info } => match message {
                Message::Verack => Progress::Done(info.clone()),
                Message::WtxidRelay => {
                    info.wtxid_relay = info.version >= WTXID_RELAY_VERSION;
                    Progress::Nothing
                }
                // Features that Core accepts here too; `Unknown` covers `sendtxrcncl` and `feature`.
                Message::SendAddrV2
                | Message::SendHeaders
                | Message::SendCmpct { .. }
                | Message::Unknown { .. } => Progress::Nothing,
                Message::Version(_) => Progress::Tolerated(Misbehaviour::SecondVersion),
                _ => Progress::Tolerated(Misbehaviour::BeforeHandshake(message.command().to_owned())),
            },
        }
    }

    fn version(&mut self, now: Timestamp, version: &Version, our_nonce: u64) -> Progress {
        // We accept no connections, so only a mirror can know this nonce: a dial to a port of our own machine
        // may connect to its own source port.
        if version.nonce == our_nonce {
            return Progress::Failed(DisconnectReason::SelfConnection);
        }
        if version.version < MIN_PROTOCOL_VERSION {
            return Progress::Failed(DisconnectReason::VersionTooOld(version.version));
        }
        let our_time = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let info = PeerInfo {
            version: version.version,
            services: version.services,
            user_agent: clean(&version.user_agent, MAX_USER_AGENT),
            start_height: version.start_height,
            relay: version.relay,
            clock_offset: version.time.saturating_sub(our_time),
            wtxid_relay: false,
        };
        *self = Self::AwaitingVerack { info: Box::new(info) };
        Progress::Reply(if version.version >= WTXID_RELAY_VERSION {
            vec![Message::WtxidRelay, Message::SendAddrV2, Message::Verack]
        } else {
            vec![Message::Verack]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);
    const OUR_NONCE: u64 = 42;

    fn begun() -> Handshake {
        Handshake::AwaitingVersion { our_nonce: OUR_NONCE }
    }

    fn their_version() -> Version {
        Version {
            version: 70_016,
            services: Services::NETWORK.with(Services::WITNESS),
            time: 1_700_000_007,
            nonce: 43,
            user_agent: b"/Satoshi:30.0.0/".to_vec(),
            start_height: 900_000,
            relay: true,
        }
    }

    #[test]
    fn our_version_offers_nothing_and_requests_relay() {
        let version = our_version(NOW, 1);
        assert_eq!(version.version, 70_016);
        assert_eq!(version.services, Services::NONE);
        assert!(version.relay);
        assert!(version.user_agent.starts_with(b"/mempulse:"));
        assert_eq!(version.time, 1_700_000_000);
    }

    #[test]
    fn features_come_between_version_and_verack() {
        let mut handshake = begun();
        let reply = handshake.received(NOW, &Message::Version(their_version()));
        assert_eq!(reply, Progress::Reply(vec![Message::WtxidRelay, Message::SendAddrV2, Message::Verack]));
        assert_eq!(handshake.received(NOW, &Message::WtxidRelay), Progress::Nothing);
        assert_eq!(handshake.received(NOW, &Message::SendAddrV2), Progress::Nothing);
        let Progress::Done(info) = handshake.received(NOW, &Message::Verack) else { panic!("not done") };
        assert!(info.wtxid_relay);
        assert!(info.relay);
        assert_eq!(info.clock_offset, 7);
        assert_eq!(info.user_agent, "/Satoshi:30.0.0/");
    }

    #[test]
    fn a_peer_from_before_bip339_is_sent_no_features() {
        let mut handshake = begun();
        let version = Version { version: 70_015, ..their_version() };
        assert_eq!(
            handshake.received(NOW, &Message::Version(version)),
            Progress::Reply(vec![Message::Verack])
        );
        handshake.received(NOW, &Message::WtxidRelay);
        let Progress::Done(info) = handshake.received(NOW, &Message::Verack) else { panic!("not done") };
        assert!(!info.wtxid_relay, "BIP339 needs 70016 of both");
    }

    #[test]
    fn our_own_nonce_is_ourselves() {
        let version = Version { nonce: OUR_NONCE, ..their_version() };
        let progress = begun().received(NOW, &Message::Version(version));
        assert_eq!(progress, Progress::Failed(DisconnectReason::SelfConnection));
    }

    #[test]
    fn the_oldest_version_that_core_accepts_is_accepted() {
        for (version, kept) in [(31_800, true), (31_799, false), (i32::MIN, false)] {
            let theirs = Version { version, ..their_version() };
            let progress = begun().received(NOW, &Message::Version(theirs));
            let refused = Progress::Failed(DisconnectReason::VersionTooOld(version));
            assert_eq!(progress != refused, kept, "{version}");
        }
    }

    #[test]
    fn messages_out_of_turn_are_tolerated() {
        let mut handshake = begun();
        let before = |command: &str| Progress::Tolerated(Misbehaviour::BeforeHandshake(command.to_owned()));
        assert_eq!(handshake.received(NOW, &Message::Verack), before("verack"));
        assert_eq!(handshake.received(NOW, &Message::Ping(1)), before("ping"));
        handshake.received(NOW, &Message::Version(their_version()));
        assert_eq!(handshake.received(NOW, &Message::Ping(1)), before("ping"));
        assert_eq!(
            handshake.received(NOW, &Message::Version(their_version())),
            Progress::Tolerated(Misbehaviour::SecondVersion)
        );
    }

    #[test]
    fn the_user_agent_is_cleaned_and_extreme_times_do_no_harm() {
        let mut handshake = begun();
        let version = Version { user_agent: b"\x1b[31mred".to_vec(), time: i64::MIN, ..their_version() };
        handshake.received(NOW, &Message::Version(version));
        let Progress::Done(info) = handshake.received(NOW, &Message::Verack) else { panic!("not done") };
        assert_eq!(info.user_agent, "·[31mred");
        assert_eq!(info.clock_offset, i64::MIN);
    }
}
